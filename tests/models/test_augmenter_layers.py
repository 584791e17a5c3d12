"""Layers of every kind between images and a discriminator."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_gan.layers import AdaptiveAugment, DiffAugment
from keras_gan.models import augmenter_layers as augmenters

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

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


def test_a_fixed_probability_needs_no_controller():
    fixed, other = (AdaptiveAugment(probability=0.5) for _ in range(2))
    ada = AdaptiveAugment()
    scheduled = AdaptiveAugment(probability=lambda updates: 0.5)
    found = {
        (fixed, ada): [ada],
        (ada, scheduled): [ada, scheduled],
        # For the logs.
        (fixed, other): [fixed],
    }
    for pipeline, expected in found.items():
        pipeline = layers.Pipeline(list(pipeline))
        assert augmenters.adaptive_layers(pipeline) == expected
