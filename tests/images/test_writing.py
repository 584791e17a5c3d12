"""Image files that are whole or not there."""

import os

import numpy as np
import pytest
from PIL import Image

from keras_gan import images as image_tools

# Another backend would change nothing.
pytestmark = pytest.mark.once


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype="uint8")


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
