"""Padding with a mirrored border."""

import numpy as np
import pytest
from keras import ops
from portable import assert_equal, corners, gradients, quick

from keras_gan.layers import ReflectionPadding2D


def images(shape=(2, 5, 4, 3)):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


@pytest.mark.parametrize("padding", corners([3, 1]))
def test_as_numpy_pads(padding):
    layer = ReflectionPadding2D(padding)
    both = (padding, padding)
    wanted = np.pad(images(), ((0, 0), both, both, (0, 0)), mode="reflect")
    assert_equal(quick(layer)(images()), wanted)
    assert layer.compute_output_shape((2, 5, 4, 3)) == wanted.shape


def test_gradient_goes_to_the_pixels_that_are_shown():
    def total(x):
        return ops.sum(ReflectionPadding2D(1)(x))

    (slope,) = gradients(total, np.ones((1, 3, 3, 1), "float32"))
    # How often each pixel is shown along a side of three: 1, 3 and 1 times.
    assert_equal(slope[0, :, :, 0], np.outer([1, 3, 1], [1, 3, 1]))


@pytest.mark.once
def test_config_and_unknown_sides():
    layer = ReflectionPadding2D(2)
    assert layer.compute_output_shape((None, None, 4, 1)) == (None, None, 8, 1)
    again = ReflectionPadding2D.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()


@pytest.mark.once
def test_bad_input():
    with pytest.raises(ValueError, match="`padding` must be an integer"):
        ReflectionPadding2D(0)
    with pytest.raises(ValueError, match=r"padding=3.*\(3, 8, 1\).*Pad less"):
        ReflectionPadding2D(3)(np.ones((1, 3, 8, 1)))
