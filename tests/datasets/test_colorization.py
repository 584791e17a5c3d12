"""`datasets.colorization_pairs`: gray images, and the same in color."""

import numpy as np
import pytest
from portable import assert_close, assert_equal, to_numpy

from keras_gan.datasets import colorization_pairs, load

# Another backend would change nothing.
pytestmark = pytest.mark.once


def images(channels=3):
    shape = 6, 8, 8, channels
    return np.random.default_rng(0).integers(0, 256, shape, "uint8")


def test_gray_is_the_luma_of_the_colors():
    options = {"batch_size": 6, "shuffle": False}
    gray, color = map(
        to_numpy, next(iter(colorization_pairs(images(), **options)))
    )
    assert gray.shape == (6, 8, 8, 1) and gray.dtype == np.float32
    assert_equal(color, next(iter(load(images(), **options))))
    assert_close(gray[..., 0], color @ [0.299, 0.587, 0.114], 0, 1e-6)
    assert np.abs(gray).max() <= 1


def test_crops_and_flips_are_joint_and_reproducible():
    def batches(skip):
        data = colorization_pairs(
            images(), crop=(4, 6), flip=True, seed=1, repeat=True, batch_size=4,
            skip_batches=skip,
        )  # fmt: skip
        return [tuple(map(to_numpy, pair)) for pair in data.take(4 - skip)]

    whole = batches(0)
    for gray, color in whole:
        assert_close(gray[..., 0], color @ [0.299, 0.587, 0.114], 0, 1e-6)
    for later, again in zip(whole[2:], batches(2), strict=True):
        assert_equal(later[1], again[1])


def test_transparent_images_are_put_on_white():
    image = images(4)
    image[..., 3] = 0
    gray, color = next(iter(colorization_pairs(image)))
    assert_close(gray, 1.0, 0, 1e-6)
    assert_close(color, 1.0, 0, 1e-6)


def test_gray_images_are_refused():
    with pytest.raises(ValueError, match="must have color, to learn it from"):
        colorization_pairs("digits")
