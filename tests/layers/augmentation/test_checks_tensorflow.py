"""Checks: what is TensorFlow's own."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan.layers import AdaptiveAugment, DiffAugment

IMAGES = np.zeros((2, 8, 6, 3), "float32")
RAGGED = tf.ragged.constant([[[[0.5]]], [[[0.5], [0.5]]]])


def spec(shape, dtype="float32"):
    return tf.TensorSpec(shape, dtype)


@pytest.fixture(params=[DiffAugment, AdaptiveAugment])
def make(request):
    return request.param


def refused(layer, data, *words, error=ValueError):
    with pytest.raises(error) as info:
        layer(data)
    for word in words:
        assert word in str(info.value), str(info.value)


def test_images_of_unknown_rank(make):
    graph = tf.function(make(), [spec(None)])
    with pytest.raises(ValueError, match="Received: .* of shape unknown"):
        graph.get_concrete_function()


def test_unknown_channels(make):
    graph = tf.function(make(), [spec((2, 8, 6, None))])
    with pytest.raises(ValueError, match="number of channels.*Received: shape"):
        graph.get_concrete_function()
    first = make(data_format="channels_first")
    refused(first, keras.Input((None, 8, 6)), "data_format='channels_first'")
    assert first(keras.Input((3, None, None))).shape == (None, 3, None, None)


def test_ragged_images(make):
    refused(make(), {"images": RAGGED}, "Received: RaggedTensor", "`batch`")


def test_pairs_are_not_mapped_as_they_are(make):
    pairs = tf.data.Dataset.from_tensors((IMAGES, np.zeros(2)))
    with pytest.raises(TypeError, match="takes one input.*Received: 2 inputs"):
        pairs.map(make())
