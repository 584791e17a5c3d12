"""A vector as further channels of an image."""

import numpy as np
from portable import array, assert_equal, quick

from keras_gan.layers import AttributePlanes


def test_each_attribute_is_one_constant_channel():
    images = np.random.default_rng(0).normal(size=(2, 3, 4, 1)).astype("f4")
    attributes = np.array([[0, 1.5], [-1, 2]], "float32")
    layer = AttributePlanes()
    y = array(quick(layer)([images, attributes]))
    assert y.shape == (2, 3, 4, 3)
    assert_equal(y[..., :1], images)
    for row in range(3):
        for column in range(4):
            assert_equal(y[:, row, column, 1:], attributes)
    shapes = [(None, None, 4, 1), (None, 2)]
    assert layer.compute_output_shape(shapes) == (None, None, 4, 3)
