"""Image files of many formats, and broken ones."""

import io

import numpy as np
import pytest
from PIL import Image

from keras_gan import images as image_tools
from keras_gan.images import reading

# Another backend would change nothing.
pytestmark = pytest.mark.once


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype="uint8")


# What turns the stored pixels upright, by the value of Exif's orientation.
TURNED = [
    lambda image: image,
    lambda image: image,
    lambda image: image[:, ::-1],
    lambda image: image[::-1, ::-1],
    lambda image: image[::-1],
    lambda image: image.swapaxes(0, 1),
    lambda image: image[::-1].swapaxes(0, 1),
    lambda image: image[::-1, ::-1].swapaxes(0, 1),
    lambda image: image[:, ::-1].swapaxes(0, 1),
    lambda image: image,
]


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
        (tmp_path / "deep.pgm").write_bytes(
            b"P5 3 1 65535\n" + deep.astype(">u2").tobytes()
        )
        image = image_tools.read_image(tmp_path / "deep.pgm")
        assert image[0, :, 0].tolist() == [0, 1, 255]

    @pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
    @pytest.mark.parametrize("orientation", range(10))
    def test_camera_rotation_is_applied(self, tmp_path, suffix, orientation):
        exif = Image.Exif()
        exif[0x0112] = orientation
        image = np.zeros((16, 32, 3), "uint8")
        image[:8, :16] = 255
        image[8:, :16] = 128
        path = tmp_path / f"a.{suffix}"
        Image.fromarray(image).save(path, exif=exif)
        turned = image_tools.read_image(path)
        expected = TURNED[orientation](image)
        assert turned.shape == image_tools.image_shape(path) == expected.shape
        assert image_tools.image_shape(path, quick=True) == expected.shape
        assert np.abs(turned - expected.astype(float)).max() < 25

    @pytest.mark.parametrize("exif", [b"Exif\0\0MM", b"Exif\0\0" + b"x" * 40])
    def test_a_damaged_record_of_the_camera_is_ignored(self, tmp_path, exif):
        Image.fromarray(noise(6, 9, 3)).save(tmp_path / "a.png", exif=exif)
        image = image_tools.read_image(tmp_path / "a.png")
        np.testing.assert_array_equal(image, noise(6, 9, 3))
        assert image_tools.image_shape(tmp_path / "a.png") == (6, 9, 3)

    @pytest.mark.parametrize("channels", [1, 3, 4])
    def test_very_large_images_are_resized_as_others(
        self, tmp_path, monkeypatch, channels
    ):
        exif = Image.Exif()
        exif[0x0112] = 6
        image = noise(20, 30, channels)
        path = tmp_path / "a.png"
        Image.fromarray(image.squeeze()).save(path, exif=exif)
        expected = image_tools.resize(image_tools.read_image(path), (7, 6))
        monkeypatch.setattr(reading, "_LARGE_PIXELS", 500)
        found, shape = reading.read_for_size(path, (7, 6))
        assert shape == (30, 20, channels)
        np.testing.assert_array_equal(found, expected)
        assert reading.read_for_size(path, None)[0].shape == shape
        assert reading.read_for_size(path, (30, 20))[0].shape == shape

    def test_very_large_images_of_16_bits_too(self, tmp_path, monkeypatch):
        deep = np.random.default_rng(0).integers(0, 2**16, (20, 30), "uint16")
        Image.fromarray(deep).save(tmp_path / "a.tif")
        image = image_tools.read_image(tmp_path / "a.tif")
        expected = image_tools.resize(image, (7, 6))
        monkeypatch.setattr(reading, "_LARGE_PIXELS", 500)
        found, shape = reading.read_for_size(tmp_path / "a.tif", (7, 6))
        assert shape == (20, 30, 1)
        np.testing.assert_array_equal(found, expected)

    def test_broken_files_are_named(self, tmp_path):
        whole = image_tools.encode_png(noise(32, 32, 3))
        contents = {"empty": b"", "text": b"hello", "half": whole[:1500]}
        for name, data in contents.items():
            path = tmp_path / f"{name}.png"
            path.write_bytes(data)
            with pytest.raises(ValueError, match=f"{name}.png` is not an"):
                image_tools.read_image(path)


@pytest.mark.parametrize("dtype", ["float32", "int32"])
def test_pixels_without_a_range_say_what_to_do(dtype, tmp_path):
    path = tmp_path / "x.tif"
    Image.fromarray(np.ones((4, 4), dtype)).save(path)
    with pytest.raises(ValueError, match="8 or 16 bits, or .*`source_range`"):
        image_tools.read_image(path)
