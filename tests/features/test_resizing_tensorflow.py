"""Resizing: what is TensorFlow's own."""

import numpy as np
import pytest
import tensorflow as tf
from portable import assert_close, compiled

from keras_gan.features.resizing import (
    CleanResizing,
    LegacyResizing,
)

SHAPES = [(1, 1), (2, 5), (8, 8), (9, 9), (20, 13), (7, 40)]
each_shape = pytest.mark.parametrize("shape", SHAPES)


@pytest.fixture
def images(seed):
    generator = np.random.default_rng(seed)

    def draw(height, width, channels=3):
        shape = (2, height, width, channels)
        return generator.integers(0, 256, shape).astype("float32")

    return draw


@each_shape
def test_legacy_is_tensorflow_1(shape, images):
    batch = images(*shape)
    expected = tf.raw_ops.ResizeBilinear(
        images=batch, size=(9, 9), align_corners=False, half_pixel_centers=False
    )
    received = LegacyResizing(9)(batch)
    assert_close(received, expected, atol=1e-3)


def test_clean_asks_for_known_sides():
    function = compiled(CleanResizing(9), shapes=[(None, None, 8, 3)])
    with pytest.raises(ValueError, match="must be known when a graph is made"):
        function(np.zeros((1, 8, 8, 3)))
