"""Unsharp masking: edges become steeper, and nothing else changes."""

import numpy as np
import pytest

from keras_gan.datasets.sharpening import REACH, sharpened, sharpened_part

# Another backend would change nothing.
pytestmark = pytest.mark.once


def edge(dark, bright, length=160):
    """A vertical edge in the middle of an image of one color channel."""
    image = np.full((8, length, 1), dark, "uint8")
    image[:, length // 2 :] = bright
    return image


def test_edges_overshoot_by_what_the_formula_says():
    row = sharpened(edge(100, 160))[4, :, 0].astype(float)
    assert (row[:20] == 100).all() and (row[-20:] == 160).all()
    # The same in one dimension, with the Gaussian of OpenCV's documentation.
    places = np.arange(-25, 26)
    sigma = 0.3 * ((51 - 1) * 0.5 - 1) + 0.8
    kernel = np.exp(-(places**2) / (2 * sigma**2))
    kernel /= kernel.sum()
    signal = edge(100, 160)[4, :, 0].astype(float)

    def blurred(values):
        return np.convolve(np.pad(values, 25, "reflect"), kernel, "valid")

    detail = signal - blurred(signal)
    share = blurred((np.abs(detail) > 10).astype(float))
    wanted = signal + share * 0.5 * detail
    np.testing.assert_allclose(row, wanted, atol=0.5)
    assert wanted.min() < 93 and wanted.max() > 167


def test_low_contrast_and_flat_areas_stay():
    noise = np.random.default_rng(0).integers(-4, 5, (40, 40, 3))
    for image in (edge(100, 119), (100 + noise).astype("uint8")):
        np.testing.assert_array_equal(sharpened(image), image)


def test_values_do_not_wrap_around():
    row = sharpened(edge(0, 255))[4, :, 0]
    assert (row[:80] == 0).all() and (row[80:] == 255).all()


def test_parts_are_as_in_the_whole():
    image = np.random.default_rng(1).integers(0, 256, (140, 170, 3), "uint8")
    whole = sharpened(image)
    for rows, columns in (
        (slice(0, 9), slice(REACH + 5, REACH + 20)),
        (slice(60, 140), slice(150, 170)),
    ):
        part = sharpened_part(image, [rows, columns])
        np.testing.assert_array_equal(part, whole[rows, columns])


def test_small_images():
    image = np.random.default_rng(2).integers(0, 256, (2, 5, 1), "uint8")
    assert sharpened(image).shape == image.shape
