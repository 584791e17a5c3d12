import doctest
import io
import os

import numpy as np
import pytest
from PIL import Image

from keras_gan import images as image_tools


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype="uint8")


def test_examples_run():
    assert doctest.testmod(image_tools).failed == 0


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

    def test_greyscale_without_channels_in_a_range(self):
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


class TestConvertChannels:
    def test_colour_to_grey_by_weights(self):
        image = np.zeros((1, 3, 3), "uint8")
        image[0, [0, 1, 2], [0, 1, 2]] = 255
        grey = image_tools.convert_channels(image, 1)
        assert grey.ravel().tolist() == [76, 150, 29]

    def test_there_and_back(self):
        grey = noise(4, 4, 1)
        for channels in (3, 4):
            wide = image_tools.convert_channels(grey, channels)
            assert wide.shape == (4, 4, channels)
            back = image_tools.convert_channels(wide, 1)
            np.testing.assert_array_equal(back, grey)

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


class TestResize:
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

    def test_transparent_pixels_lend_no_colour(self):
        image = np.zeros((8, 8, 4), "uint8")
        image[:, ::2] = (255, 0, 0, 255)
        image[:, 1::2] = (0, 255, 0, 0)
        reduced = image_tools.resize(image, (4, 4))
        assert (reduced[..., 1] == 0).all() and (reduced[..., 0] > 250).all()

    def test_own_size_is_itself(self):
        image = noise(8, 8, 3)
        assert image_tools.resize(image, (8, 8)) is image


class TestReadImage:
    @pytest.mark.parametrize(
        "suffix, channels",
        [(suffix, n) for suffix in ("png", "tif") for n in (1, 3, 4)]
        + [("webp", 3), ("webp", 4), ("bmp", 1), ("bmp", 3)],
    )
    def test_lossless_formats(self, tmp_path, channels, suffix):
        image = noise(6, 9, channels)
        if channels == 4:
            image[..., 3] |= 1  # webp drops colours that are not seen
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


class TestWriteImage:
    @pytest.mark.parametrize("shape", [(5, 7), (5, 7, 1), (5, 7, 3), (5, 7, 4)])
    def test_comes_back(self, tmp_path, shape):
        path = tmp_path / "image.png"
        image_tools.write_image(path, noise(*shape))
        image = image_tools.read_image(path)
        np.testing.assert_array_equal(image.squeeze(), noise(*shape).squeeze())

    def test_full_disk_leaves_the_old_file(self, tmp_path, monkeypatch):
        path = tmp_path / "image.png"
        image_tools.write_image(path, noise(4, 4))
        before = path.read_bytes()

        def full(descriptor):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            image_tools.write_image(path, noise(4, 4, seed=1))
        assert path.read_bytes() == before
        assert list(tmp_path.iterdir()) == [path]

    def test_wrong_suffix_or_dtype(self, tmp_path):
        with pytest.raises(ValueError, match=r"end in \.png"):
            image_tools.write_image(tmp_path / "a.jpg", noise(4, 4))
        with pytest.raises(ValueError, match="`to_uint8`"):
            image_tools.write_image(tmp_path / "a.png", np.zeros((4, 4)))


class TestWriteAnimation:
    @pytest.mark.parametrize("channels", [1, 3, 4])
    def test_frames_in_order(self, tmp_path, channels):
        path = tmp_path / "a.gif"
        levels = (0, 80, 160, 240)
        frames = (np.full((6, 8, channels), n, "uint8") for n in levels)
        image_tools.write_animation(path, frames, frames_per_second=10, hold=1)
        with Image.open(path) as picture:
            assert picture.n_frames == 4 and picture.info["loop"] == 0
            durations, seen = [], []
            for index in range(4):
                picture.seek(index)
                durations.append(picture.info["duration"])
                seen.append(np.asarray(picture.convert("RGB"))[3, 3, 0])
        assert durations == [100, 100, 100, 1000]
        if channels < 4:
            np.testing.assert_allclose(seen, levels, atol=2)
        else:
            # Half transparent over white: lighter than before.
            assert seen[0] > 250 and all(np.diff(seen[1:]) > 0)

    def test_no_frames_is_an_error(self, tmp_path):
        with pytest.raises(ValueError, match="at least one"):
            image_tools.write_animation(tmp_path / "a.gif", [])
        assert not list(tmp_path.iterdir())
