"""Grids of images, and images of another size."""

import numpy as np
import pytest

from keras_gan import images as image_tools

# Another backend would change nothing.
pytestmark = pytest.mark.once


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype="uint8")


class TestGrid:
    @pytest.mark.parametrize("channels", [1, 3, 4])
    def test_every_image_is_in_its_place(self, channels):
        images = noise(7, 5, 6, channels)
        grid = image_tools.image_grid(images, 3, padding=2, scale=1)
        assert grid.shape == (3 * 7 + 2, 3 * 8 + 2, channels)
        for index, image in enumerate(images):
            y, x = index // 3 * 7 + 2, index % 3 * 8 + 2
            np.testing.assert_array_equal(grid[y : y + 5, x : x + 6], image)
        # Two places of nine are free, and so is the frame.
        assert (grid[16:, 10:] == 255).all()
        assert (grid[:2] == 255).all()

    def test_scale_repeats_pixels(self):
        images = noise(1, 4, 4, 1)
        grid = image_tools.image_grid(images, padding=0, scale=3)
        np.testing.assert_array_equal(grid[1::3, 1::3], images[0])
        np.testing.assert_array_equal(grid[2::3, ::3], images[0])

    def test_small_images_are_enlarged_by_default(self):
        assert image_tools.image_grid(noise(1, 8, 8, 1)).shape == (52, 52, 1)
        assert image_tools.image_grid(noise(1, 64, 64, 1)).shape == (68, 68, 1)

    def test_grayscale_without_channels_in_a_range(self):
        grid = image_tools.image_grid(
            np.full((4, 8, 8), 0.5), value_range=(0, 1), padding=0, scale=1
        )
        assert grid.shape == (16, 16, 1)
        assert (grid == 128).all()

    @pytest.mark.parametrize("shape", [(4, 8), (4, 8, 8, 2), (), (2, 0, 8, 3)])
    def test_what_is_no_image_is_an_error(self, shape):
        with pytest.raises(ValueError, match=r"\(height, width, channels\)"):
            image_tools.image_grid(np.zeros(shape))

    def test_no_images_is_an_error(self):
        with pytest.raises(ValueError, match="at least one"):
            image_tools.image_grid(np.zeros((0, 8, 8, 1)))


class TestResize:
    @pytest.mark.parametrize("side", [166, 177])
    def test_center_does_not_exceed_the_image_by_rounding(self, side):
        # With these sizes, the border of the center is at -1e-14.
        image = noise(343 - side, side, 1)
        size = (171, 160) if side == 166 else (160, 171)
        assert image_tools.resize(image, size).shape == (*size, 1)

    def test_reduction_averages_stripes(self):
        stripes = np.tile(np.array([0, 255], "uint8"), (64, 32))[..., None]
        reduced = image_tools.resize(stripes, (16, 16))
        # Without antialiasing each pixel would be 0 or 255.
        assert abs(reduced[:, 2:-2].astype(int) - 127).max() <= 3

    def test_floats_agree_with_bytes_and_keep_their_range(self):
        # Smooth: bytes are clipped between the two directions, floats after.
        image = image_tools.resize(noise(3, 3, 3), (20, 20))
        for size in ((7, 7), (33, 33)):
            as_bytes = image_tools.resize(image, size)
            as_floats = image_tools.resize(image / np.float32(255), size)
            assert as_floats.dtype == np.float32
            assert 0 <= as_floats.min() and as_floats.max() <= 1
            assert abs(as_floats * 255 - as_bytes).max() <= 2

    def test_cuts_the_middle_to_the_aspect(self):
        image = np.zeros((10, 30, 1), "uint8")
        image[:, 10:20] = 200
        assert (image_tools.resize(image, (5, 5))[:, 1:-1] > 150).all()
        tall = image_tools.resize(image.transpose(1, 0, 2), (5, 5))
        assert (tall[1:-1] > 150).all()

    def test_transparent_pixels_lend_no_color(self):
        image = np.zeros((8, 8, 4), "uint8")
        image[:, ::2] = (255, 0, 0, 255)
        image[:, 1::2] = (0, 255, 0, 0)
        reduced = image_tools.resize(image, (4, 4))
        assert (reduced[..., 1] == 0).all() and (reduced[..., 0] > 250).all()

    def test_own_size_is_itself(self):
        image = noise(8, 8, 3)
        assert image_tools.resize(image, (8, 8)) is image
