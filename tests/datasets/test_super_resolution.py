"""`datasets.super_resolution_pairs`: images of two resolutions."""

import numpy as np
import pytest
from PIL import Image
from portable import assert_equal, to_numpy

from keras_gan.datasets import (
    SuperResolutionImages,
    load,
    super_resolution_pairs,
)
from keras_gan.datasets.sharpening import sharpened
from keras_gan.images import bicubic_resize, from_uint8

# Another backend would change nothing.
pytestmark = pytest.mark.once

SIZES = (50, 41), (36, 60), (44, 44)


def picture(number, height, width):
    random = np.random.default_rng(number)
    image = random.integers(0, 256, (height, width, 3), "uint8")
    image[..., 0] = 40 * number
    return image


@pytest.fixture
def photos(tmp_path):
    """Photographs of different sizes, whose red is 40 times their number."""
    for number, size in enumerate(SIZES):
        Image.fromarray(picture(number, *size)).save(tmp_path / f"{number}.png")
    return tmp_path


def examples(dataset, number):
    return [
        pair
        for batch in dataset.take(number)
        for pair in zip(*map(to_numpy, batch), strict=True)
    ]


def whole(number, scale):
    """A whole image of both resolutions."""
    height, width = (side - side % scale for side in SIZES[number])
    image = picture(number, *SIZES[number])[:height, :width]
    return bicubic_resize(image, scale=1 / scale), image


def places(part, image):
    """Where a crop lies in an image, as byte arrays."""
    windows = np.lib.stride_tricks.sliding_window_view(image, part.shape)
    return np.argwhere((windows[..., 0, :, :, :] == part).all((2, 3, 4)))


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_crops_are_those_of_the_whole_images(photos, scale):
    data = super_resolution_pairs(
        photos, scale=scale, crop=12, flip=False, rotate=False, seed=1,
        repeat=True, batch_size=3,
    )  # fmt: skip
    seen = set()
    for low, high in examples(data, 4):
        assert low.shape == (12 // scale,) * 2 + (3,)
        low, high = (
            np.round((x + 1) * 127.5).astype("uint8") for x in (low, high)
        )
        number = int(high[0, 0, 0]) // 40
        whole_low, whole_high = whole(number, scale)
        ((row, column),) = places(high, whole_high)
        assert row % scale == column % scale == 0
        row, column = row // scale, column // scale
        there = whole_low[row:, column:][: low.shape[0], : low.shape[1]]
        assert_equal(low, there)
        seen.add((number, row, column))
    assert len(seen) > 6


def test_flips_and_rotations_are_joint(photos):
    data = super_resolution_pairs(
        photos, crop=16, seed=1, repeat=True, batch_size=3
    )
    turned = 0
    for low, high in examples(data, 8):
        exact = bicubic_resize(high, scale=1 / 2)
        # Borders aside, which here have no neighbors.
        inner = np.abs(low - exact)[3:-3, 3:-3]
        assert inner.max() < 0.01
        turned += not len(_as_they_are(high))
    assert 12 < turned < 24


def _as_they_are(high):
    high = np.round((high + 1) * 127.5).astype("uint8")
    number = int(high[0, 0, 0]) // 40
    return places(high, picture(number, *SIZES[number]))


def test_sharpened_crops_are_those_of_sharpened_images():
    image = np.random.default_rng(0).integers(80, 180, (170, 150, 3), "uint8")
    whole = sharpened(image)
    opened = SuperResolutionImages(
        image[None], crop=24, sharpen=True, flip=False, rotate=False
    )
    for number in range(3):
        low, high = opened.draw(0, np.random.default_rng(number))
        high = np.round((high + 1) * 127.5).astype("uint8")
        ((row, column),) = places(high, whole)
        there = bicubic_resize(whole, scale=1 / 2)[row // 2 :, column // 2 :]
        assert_equal(np.round((low + 1) * 127.5), there[:12, :12])


@pytest.mark.parametrize("degradation", ["bicubic", "real"])
def test_the_stream_goes_on_where_it_was(photos, degradation):
    def batches(skip, seed=3):
        data = super_resolution_pairs(
            photos, crop=8, degradation=degradation, seed=seed, repeat=True,
            batch_size=2, skip_batches=skip,
        )  # fmt: skip
        return examples(data, 5 - skip)

    first = batches(0)
    for one, other in zip(first[6:], batches(3), strict=True):
        assert_equal(one[0], other[0])
        assert_equal(one[1], other[1])
    other = batches(0, seed=4)
    assert any(np.any(a[0] != b[0]) for a, b in zip(first, other, strict=True))


def test_whole_images(photos):
    opened = SuperResolutionImages(photos, scale=4, crop=None)
    assert opened.shapes == ((None, None, 3),) * 2
    data = load(opened, batch_size=1, shuffle=False)
    for number, (low, high) in enumerate(examples(data, 3)):
        for found, wanted in zip((low, high), whole(number, 4), strict=True):
            assert_equal(found, from_uint8(wanted))
    one_size = np.stack([picture(n, 10, 13) for n in range(4)])
    shapes = SuperResolutionImages(one_size, scale=3, crop=None).shapes
    assert shapes == ((3, 4, 3), (9, 12, 3))


def test_the_automatic_crop_fits_the_smallest_image(photos):
    shapes = SuperResolutionImages(photos, scale=4).shapes
    assert shapes == ((9, 9, 3), (36, 36, 3))
    large = np.zeros((2, 200, 150, 1), "uint8")
    shapes = SuperResolutionImages(large, scale=3).shapes
    assert shapes == ((32, 32, 1), (96, 96, 1))


def test_floats_are_not_rounded():
    images = np.random.default_rng(0).random((2, 16, 16, 1)).astype("float32")
    opened = SuperResolutionImages(images, crop=None)
    low, _ = opened.draw(0, np.random.default_rng(0))
    exact = bicubic_resize(2 * images[0] - 1, scale=1 / 2)
    np.testing.assert_allclose(low, exact.clip(-1, 1), atol=1e-6)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"scale": 5}, "`scale` must be one of 1, 2, 3, 4"),
        ({"scale": 2.0}, "`scale` must be an integer"),
        ({"scale": 1}, "must be 2, 3 or 4 for `degradation='bicubic'`"),
        ({"crop": 9}, "`crop` must be a multiple of `scale`"),
        (
            {"crop": 42},
            "2 of the 3 images .* smaller, such as 0.png with 50 x 41",
        ),
        ({"degradation": "none"}, "`degradation` must be one of 'bicubic'"),
        (
            {"degradation": "real", "channels": 4},
            "images of bytes, gray or RGB",
        ),
        (
            {"sharpen": True, "channels": 4},
            "`sharpen=True` needs images of bytes, gray or RGB",
        ),
        ({"sharpen": 1.5}, "`sharpen` must be"),
        ({"crop": None, "batch_size": 2}, "a batch can only hold one of them"),
    ],
)
def test_invalid_arguments(photos, arguments, message):
    with pytest.raises(ValueError, match=message):
        super_resolution_pairs(photos, **arguments)


def test_images_that_are_too_small():
    with pytest.raises(ValueError, match="at least 4 pixels in each direction"):
        SuperResolutionImages(np.zeros((2, 3, 8, 1), "uint8"), scale=4)
