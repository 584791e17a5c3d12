import numpy as np
import pytest
from portable import assert_close, assert_equal, dtype_of, to_numpy

from keras_gan.datasets import describe, load, open_source
from keras_gan.datasets.image_files import image_files

# Another backend would change nothing.
pytestmark = pytest.mark.once

FLOATS = np.linspace(0, 1, 5 * 4 * 6, dtype="float32").reshape(5, 4, 6)


def all_images(source, **options):
    options = {"labels": False, "shuffle": False, **options}
    return np.concatenate(list(load(source, **options).as_numpy_iterator()))


class TestStoredRange:
    @pytest.mark.parametrize(
        "factor, offset, dtype",
        [
            (1, 0, "float32"),
            (1, 0, "float64"),
            (2, -1, "float32"),
            (255, 0, "float32"),
            (1, 0, "float16"),
        ],
    )
    def test_floats_take_the_narrowest_range(self, factor, offset, dtype):
        images = (FLOATS * factor + offset).astype(dtype)
        atol = 1e-3 if dtype == "float16" else 1e-6
        assert_close(all_images(images), FLOATS[..., None] * 2 - 1, atol=atol)

    @pytest.mark.parametrize("dtype", ["uint8", "int32", "uint16", "int64"])
    def test_integers_are_bytes(self, dtype):
        images = np.array([0, 51, 255], dtype).reshape(3, 1, 1)
        out = all_images(images, value_range=(0, 1)).ravel()
        assert_close(out, [0, 0.2, 1], atol=1e-7)

    def test_bool_is_black_and_white(self):
        images = np.array([True, False]).reshape(2, 1, 1)
        assert all_images(images).ravel().tolist() == [1, -1]

    def test_range_that_is_said(self):
        images = np.array([0, 1024, 4096], "uint16").reshape(3, 1, 1)
        source = open_source(images, source_range=(0, 4096))
        assert all_images(source).ravel().tolist() == [-1, -0.5, 1]

    @pytest.mark.parametrize(
        "images, message",
        [
            (FLOATS * 300, "values from 0 to 300"),
            (FLOATS * 3 - 2, "values from -2 to 1"),
            (np.full((2, 4, 4), np.nan), "32 values that are NaN"),
            (np.full((2, 4, 4), 256), "values from 256 to 256"),
            (np.full((2, 4, 4), -1), "values from -1"),
            (np.full((2, 4, 4), "a"), "must be numbers"),
            (np.zeros((5, 2)), r"shape=\(5, 2\)"),
            (np.zeros((5, 2, 2, 2)), r"shape=\(5, 2, 2, 2\)"),
            (np.zeros((0, 2, 2, 1)), r"shape=\(0, 2, 2, 1\)"),
        ],
    )
    def test_what_is_no_image_is_an_error(self, images, message):
        with pytest.raises(ValueError, match=message) as error:
            load(images)
        assert "\n" not in str(error.value)


class TestLabels:
    def test_some_classes_may_have_no_images(self):
        assert describe((FLOATS, [0, 0, 0, 0, 9_999])).num_classes == 10_000

    def test_pair_of_arrays(self):
        images, labels = next(
            iter(load((FLOATS, [3, 0, 1, 1, 0]), shuffle=False))
        )
        assert dtype_of(labels) == "int32" and labels.shape == (5,)
        assert to_numpy(labels).tolist() == [3, 0, 1, 1, 0]
        info = describe((FLOATS, np.array([[3], [0], [1], [1], [0]])))
        assert info.num_classes == 4
        assert info.class_names == ("0", "1", "2", "3")

    @pytest.mark.parametrize("dtype", ["U", "S", "O"])
    @pytest.mark.parametrize("width", [(), (1,)])
    def test_texts_are_names_of_classes(self, dtype, width):
        names = np.array(["dog", "cat", "dog", "ant", "cat"], dtype)
        source = open_source((FLOATS, names.reshape(5, *width)))
        assert source.info.class_names == ("ant", "cat", "dog")
        assert source.labels.tolist() == [2, 1, 2, 0, 1]

    def test_texts_may_be_any_and_folders_are_safe(self):
        names = ["", "..", "a/b", ".x", "9"]
        source = open_source((FLOATS, names))
        assert source.info.class_names == ("", "..", ".x", "9", "a/b")
        paths = image_files(source).paths
        folders = sorted({path.split("/")[0] for path in paths})
        assert folders == ["0-", "1-..", "2-.x", "3-9", "4-a-b"]

    @pytest.mark.parametrize(
        "labels, message",
        [
            ([0, 1], r"of shape \(2,\)"),
            ([0.0, 1, 2, 3, 4], "float64"),
            (np.eye(5, dtype=int), r"\(5, 5\)"),
            ([-1, 0, 1, 2, 3], "from -1 to 3"),
            ([0, 0, 0, 0, 2**32], "up to 4294967296.*return_inverse"),
            ([0, 0, 0, 0, 2**31 - 1], "below 10,000"),
            (np.array([0, 0, 0, 0, 2**64 - 1], "uint64"), "below 10,000"),
            ([0, 0, 0, 0, 5_000_000], "below 10,000"),
        ],
    )
    def test_strange_labels_are_an_error(self, labels, message):
        with pytest.raises(ValueError, match=message):
            load((FLOATS, labels))


class TestFit:
    def test_resizes_and_converts(self):
        images = np.zeros((3, 12, 8, 3), "uint8")
        images[..., 0] = 255
        out = all_images(images, image_size=4, channels=1)
        assert out.shape == (3, 4, 4, 1)
        assert_close(out, 76 / 127.5 - 1, atol=1e-6)

    def test_large_arrays_are_resized_as_they_are_read(self, monkeypatch):
        images = np.random.default_rng(0).random((9, 6, 6, 3), "float32")
        at_once = all_images(images, image_size=(3, 5), batch_size=4)
        monkeypatch.setattr(
            "keras_gan.datasets.caching.available_memory", lambda: 10
        )
        source = open_source(images, image_size=(3, 5))
        assert not source.is_resident
        assert_equal(all_images(source, batch_size=4), at_once)

    @pytest.mark.parametrize("image_size", [0, (4,), (4, -1), 2.5, "4"])
    def test_strange_size_is_an_error(self, image_size):
        with pytest.raises((ValueError, TypeError), match="`image_size`"):
            load(FLOATS, image_size=image_size)

    def test_strange_channels_are_an_error(self):
        with pytest.raises(ValueError, match="channels=2"):
            load(FLOATS, channels=2)
