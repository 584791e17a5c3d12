"""Layers of every kind between images and a discriminator."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from keras_gan.backend import input_gradients
from keras_gan.backend import tensorflow_augmenters as augmenters
from keras_gan.layers import AdaptiveAugment, DiffAugment

IMAGES = np.zeros((2, 8, 8, 1), "float32")


def test_our_layers_do_not_look_at_the_values():
    images = IMAGES + 7.0
    layer = DiffAugment("cutout", seed=1)
    with pytest.raises(ValueError):
        layer(images, training=True)
    for augmenter in (layer, layers.Pipeline([layers.RandomFlip(), layer])):
        assert augmenters.augment(augmenter, images).shape == images.shape


def test_a_method_of_the_same_name_means_nothing():
    class Vectorised(layers.Layer):
        def augment_images(self, images, transformations):
            raise AssertionError("this is KerasCV's own")

        def call(self, images):
            return images + 1.0

    outputs = augmenters.augment(Vectorised(), IMAGES)
    np.testing.assert_array_equal(outputs, IMAGES + 1.0)


def test_pipelines_are_chains():
    flip, ada = layers.RandomFlip(), AdaptiveAugment()
    nested = layers.Pipeline([flip, keras.Sequential([ada])])
    assert augmenters.chain(nested) == [flip, ada]
    assert augmenters.chain(ada) == [ada]
    assert augmenters.adaptive_layers(nested) == [ada]
    assert augmenters.adaptive_layers(flip) == []


def test_generators_are_found_once():
    class Draws(layers.Layer):
        def __init__(self, generator):
            super().__init__()
            self.generator = generator

    first, second = (tf.random.Generator.from_seed(n) for n in (1, 2))
    pipeline = layers.Pipeline([Draws(first), Draws(second), Draws(first)])
    states = augmenters.generator_states([pipeline, pipeline.layers[0]])
    assert {id(one) for one in states} == {id(first.state), id(second.state)}
    assert len(states) == 2


def test_second_derivatives_are_those_of_the_squared_slope():
    def score(images):
        return tf.reduce_sum(images**3)

    images = tf.constant([[2.0, -1.0]])
    # The slope is 3 x^2, its square 9 x^4, and 36 x^3 the slope of that.
    np.testing.assert_allclose(
        augmenters.second_derivatives(score, images), 36 * images**3
    )
    assert input_gradients(score, images).shape == (1, 2)


def test_a_failure_in_a_map_leaves_variables_to_strategies(two_cpus):
    def fails(image):
        raise RuntimeError("on purpose")

    @tf.function
    def mapped():
        return tf.map_fn(fails, tf.zeros((2, 3)))

    with augmenters.own_variable_scope(), pytest.raises(RuntimeError):
        mapped()
    with two_cpus.scope():
        keras.Variable(0.0)
    assert tf.compat.v1.get_variable_scope().caching_device is None


def test_what_xla_compiles():
    assert augmenters.compiles_in_xla(tf.square, tf.ones(3))
    assert not augmenters.compiles_in_xla(tf.strings.as_string, tf.ones(3))
