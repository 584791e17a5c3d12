"""TensorFlow's own random generators in augmenters."""

import tensorflow as tf
from keras import layers

from keras_gan.models import augmenter_layers as augmenters


def test_generators_are_found_once():
    class Draws(layers.Layer):
        def __init__(self, generator):
            super().__init__()
            self.generator = generator

    first, second = (tf.random.Generator.from_seed(n) for n in (1, 2))
    pipeline = layers.Pipeline([Draws(first), Draws(second), Draws(first)])
    states = augmenters.random_states([pipeline, pipeline.layers[0]])
    assert {id(one) for one in states} == {id(first.state), id(second.state)}
    assert len(states) == 2
