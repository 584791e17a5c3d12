"""Image files of many formats, and broken ones."""

import io

import numpy as np
import pytest
from PIL import Image

from keras_gan import images as image_tools

# Another backend would change nothing.
pytestmark = pytest.mark.once


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype="uint8")


class TestReadImage:
    @pytest.mark.parametrize(
        "suffix, channels",
        [(suffix, n) for suffix in ("png", "tif") for n in (1, 3, 4)]
        + [("webp", 3), ("webp", 4), ("bmp", 1), ("bmp", 3)],
    )
    def test_lossless_formats(self, tmp_path, channels, suffix):
        image = noise(6, 9, channels)
        if channels == 4:
            image[..., 3] |= 1  # webp drops colors that are not seen
        path = tmp_path / f"image.{suffix}"
        options = {"lossless": True} if suffix == "webp" else {}
        Image.fromarray(image.squeeze()).save(path, **options)
        np.testing.assert_array_equal(image_tools.read_image(path), image)
        assert image_tools.image_shape(path) == image.shape

    def test_from_a_file_object(self):
        data = image_tools.encode_png(noise(4, 4, 3))
        image = image_tools.read_image(io.BytesIO(data))
        np.testing.assert_array_equal(image, noise(4, 4, 3))

    def test_palette_with_transparency_has_four_channels(self, tmp_path):
        picture = Image.fromarray(noise(8, 8) % 4, "L").convert("P")
        picture.save(tmp_path / "p.png", transparency=0)
        assert image_tools.read_image(tmp_path / "p.png").shape == (8, 8, 4)
        assert image_tools.image_shape(tmp_path / "p.png") == (8, 8, 4)

    def test_sixteen_bits_become_eight(self, tmp_path):
        deep = np.array([[0, 257, 65535]], "uint16")
        Image.fromarray(deep).save(tmp_path / "deep.png")
        image = image_tools.read_image(tmp_path / "deep.png")
        assert image[0, :, 0].tolist() == [0, 1, 255]
        assert image_tools.image_shape(tmp_path / "deep.png") == (1, 3, 1)

    def test_camera_rotation_is_applied(self, tmp_path):
        exif = Image.Exif()
        exif[0x0112] = 6  # turn clockwise
        image = np.zeros((8, 16, 3), "uint8")
        image[:, 8:] = 255
        Image.fromarray(image).save(tmp_path / "a.jpg", exif=exif)
        turned = image_tools.read_image(tmp_path / "a.jpg")
        assert turned.shape == image_tools.image_shape(tmp_path / "a.jpg")
        assert turned.shape == (16, 8, 3)
        assert turned[:6].max() < 9 and turned[10:].min() > 246

    def test_broken_files_are_named(self, tmp_path):
        whole = image_tools.encode_png(noise(32, 32, 3))
        contents = {"empty": b"", "text": b"hello", "half": whole[:1500]}
        for name, data in contents.items():
            path = tmp_path / f"{name}.png"
            path.write_bytes(data)
            with pytest.raises(ValueError, match=f"{name}.png` is not an"):
                image_tools.read_image(path)
