"""Convolutions that a backend has its own way of."""

import numpy as np
import pytest
from keras import ops
from portable import assert_close

from keras_gan import backend


@pytest.mark.parametrize("side, strides", [(3, 2), (5, 1)])
def test_depthwise_convolution_is_that_of_keras(side, strides):
    rng = np.random.default_rng(0)
    kernel = rng.normal(size=(side, side, 2, 1)).astype("float32")
    for height, width in ((7, 4), (2, 1)):
        images = rng.normal(size=(2, height, width, 2)).astype("float32")
        found = backend.depthwise_convolution(images, kernel, strides)
        wanted = ops.depthwise_conv(
            images, kernel, strides, "same", data_format="channels_last"
        )
        assert found.shape == wanted.shape
        assert_close(found, wanted, rtol=1e-5, atol=1e-5)
