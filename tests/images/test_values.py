"""Value ranges, shapes and channels of images."""

import numpy as np
import pytest

from keras_gan import images as image_tools

# Another backend would change nothing.
pytestmark = pytest.mark.once


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype="uint8")


class TestValueRange:
    @pytest.mark.parametrize(
        "value_range", [(-1, 1), (0, 1), (0, 255), (-3, 9)]
    )
    def test_bytes_come_back(self, value_range):
        all_bytes = np.arange(256, dtype="uint8")
        floats = image_tools.from_uint8(all_bytes, value_range)
        assert floats.dtype == np.float32
        assert (floats[0], floats[-1]) == value_range
        back = image_tools.to_uint8(floats, value_range)
        np.testing.assert_array_equal(back, all_bytes)

    def test_clips_and_rounds(self):
        images = np.array([-7, -1, 0, 1, 7.0])
        assert image_tools.to_uint8(images).tolist() == [0, 0, 128, 255, 255]

    def test_uint8_is_kept(self):
        images = noise(2, 4, 4, 3)
        assert image_tools.to_uint8(images) is images

    def test_nan_is_an_error(self):
        with pytest.raises(ValueError, match="NaN"):
            image_tools.to_uint8(np.array([0.0, np.nan]))

    @pytest.mark.parametrize(
        "value_range", [(1, -1), (0, 0), 3, (0, 1, 2), (0, np.inf), "ab"]
    )
    def test_strange_range_is_an_error(self, value_range):
        with pytest.raises(ValueError, match="`value_range` must be two"):
            image_tools.to_uint8(np.zeros(3), value_range)

    def test_from_uint8_wants_bytes(self):
        with pytest.raises(ValueError, match="float64"):
            image_tools.from_uint8(np.zeros(3))


class TestConvertChannels:
    def test_color_to_gray_by_weights(self):
        image = np.zeros((1, 3, 3), "uint8")
        image[0, [0, 1, 2], [0, 1, 2]] = 255
        gray = image_tools.convert_channels(image, 1)
        assert gray.ravel().tolist() == [76, 150, 29]

    def test_there_and_back(self):
        gray = noise(4, 4, 1)
        for channels in (3, 4):
            wide = image_tools.convert_channels(gray, channels)
            assert wide.shape == (4, 4, channels)
            back = image_tools.convert_channels(wide, 1)
            np.testing.assert_array_equal(back, gray)

    def test_transparent_is_white_in_its_range(self):
        image = np.zeros((1, 1, 4), "float32")
        image[..., :3], image[..., 3] = -1, -1  # black, and not there at all
        rgb = image_tools.convert_channels(image, 3, (-1, 1))
        assert rgb.tolist() == [[[1, 1, 1]]]
        image[..., 3] = 1
        rgb = image_tools.convert_channels(image, 3, (-1, 1))
        assert rgb.tolist() == [[[-1, -1, -1]]]

    def test_new_alpha_is_opaque(self):
        rgba = image_tools.convert_channels(noise(3, 3, 3), 4)
        assert (rgba[..., 3] == 255).all()
