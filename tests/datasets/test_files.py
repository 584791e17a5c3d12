import zipfile

import numpy as np
import pytest
from PIL import Image
from portable import assert_close, to_numpy

from keras_gan import images as image_tools
from keras_gan.datasets import describe, load, open_source

# Another backend would change nothing.
pytestmark = pytest.mark.once


def write(path, array):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path)


def level(value, *shape):
    return np.full(shape or (6, 6, 3), value, "uint8")


@pytest.fixture
def classes(tmp_path):
    """Two classes of images whose gray level is 10 times their number."""
    root = tmp_path / "classes"
    for number in range(6):
        kind = ("cat", "dog")[number % 2]
        write(root / kind / "more" / f"{number}.png", level(10 * number))
    (root / "notes.txt").write_text("not an image")
    write(root / ".hidden" / "x.png", level(0))
    write(root / "cat" / "._7.png", level(0))
    return root


def zip_of(folder, path):
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder.parent))
    return path


def levels_and_labels(source):
    images, labels = next(iter(load(source, value_range=(0, 255))))
    return {
        int(image[0, 0, 0]): int(label)
        for image, label in zip(images, labels, strict=True)
    }


class TestClasses:
    EXPECTED = {0: 0, 20: 0, 40: 0, 10: 1, 30: 1, 50: 1}

    def test_sub_folders_of_a_folder(self, classes):
        info = describe(classes)
        assert info.class_names == ("cat", "dog")
        assert (info.num_images, info.num_classes) == (6, 2)
        assert levels_and_labels(classes) == self.EXPECTED

    def test_a_folder_around_all_is_no_class(self, classes):
        assert describe(classes.parent).class_names == ("cat", "dog")

    def test_zip(self, classes, tmp_path):
        path = zip_of(classes, tmp_path / "data.zip")
        assert describe(path).class_names == ("cat", "dog")
        assert levels_and_labels(path) == self.EXPECTED

    def test_streamed_as_in_memory(self, classes, tmp_path, monkeypatch):
        monkeypatch.setattr("keras_gan.datasets.sources.CACHE_BYTES", 10)
        path = zip_of(classes, tmp_path / "data.zip")
        for source in (classes, path):
            assert type(open_source(source)).__name__ == "FileSource"
            assert levels_and_labels(source) == self.EXPECTED
            (batch, labels) = load(source, batch_size=4).element_spec
            assert batch.shape.as_list() == [None, 6, 6, 3]

    def test_images_beside_the_sub_folders_have_no_class(self, classes):
        write(classes / "stray.png", level(1))
        info = describe(classes)
        assert info.num_images == 7
        assert info.num_classes is None and info.class_names is None

    def test_one_sub_folder_is_no_class(self, tmp_path):
        write(tmp_path / "only" / "a.png", level(1))
        assert describe(tmp_path).num_classes is None


def test_progress_is_told(classes):
    told = []
    open_source(classes, progress=lambda *numbers: told.append(numbers))
    assert told == [(number, 6) for number in range(1, 7)]


class TestBroken:
    @pytest.fixture
    def broken(self, classes):
        noise = np.random.default_rng(0).integers(0, 256, (6, 6, 3), "uint8")
        whole = image_tools.encode_png(noise)
        (classes / "cat" / "empty.jpg").write_bytes(b"")
        (classes / "dog" / "text.png").write_bytes(b"hello")
        (classes / "dog" / "half.png").write_bytes(whole[:100])
        return classes

    @pytest.mark.parametrize("cache_bytes", [10, 2**20])
    @pytest.mark.parametrize("zipped", [False, True])
    def test_skipped_counted_named(
        self, broken, tmp_path, monkeypatch, cache_bytes, zipped
    ):
        monkeypatch.setattr(
            "keras_gan.datasets.sources.CACHE_BYTES", cache_bytes
        )
        prefix, path = "", broken
        if zipped:
            path = zip_of(broken, tmp_path / "data.zip")
            prefix = "classes/"
        with pytest.warns(UserWarning, match="3 of its images") as record:
            source = open_source(path)
        assert len(record) == 1
        assert source.info.skipped == tuple(
            prefix + name
            for name in ("cat/empty.jpg", "dog/half.png", "dog/text.png")
        )
        message = str(record[0].message)
        assert all(name in message for name in source.info.skipped)
        assert source.info.num_images == 6 == len(source)
        assert levels_and_labels(source) == TestClasses.EXPECTED

    def test_nothing_that_can_be_read_is_an_error(self, tmp_path):
        (tmp_path / "a.png").write_bytes(b"")
        with pytest.raises(ValueError, match="None of the 1 images.*a.png"):
            load(tmp_path)

    def test_no_images_is_an_error(self, tmp_path):
        (tmp_path / "a.txt").write_text("hello")
        with pytest.raises(ValueError, match="holds no images.*png"):
            load(tmp_path)

    def test_what_is_no_zip_is_an_error(self, tmp_path):
        (tmp_path / "a.zip").write_bytes(b"hello")
        with pytest.raises(ValueError, match="a.zip` is not a zip archive"):
            load(tmp_path / "a.zip")

    def test_a_damaged_member_is_skipped(self, classes, tmp_path):
        path = zip_of(classes, tmp_path / "data.zip")
        data = bytearray(path.read_bytes())
        place = data.index(b"cat/more/2.png") + len(b"cat/more/2.png") + 50
        data[place : place + 4] = bytes(4)
        path.write_bytes(data)
        with pytest.warns(UserWarning, match="cat/more/2.png"):
            assert describe(path).num_images == 5


class TestShapes:
    def test_mixed_sizes_name_two_files_and_the_cure(self, tmp_path):
        write(tmp_path / "a.png", level(1, 6, 8, 3))
        write(tmp_path / "b.png", level(1, 6, 9, 3))
        with pytest.raises(
            ValueError, match="a.png has 6 x 8.*b.png has 6 x 9.*`image_size`"
        ):
            load(tmp_path)
        assert describe(tmp_path, image_size=6).image_shape == (6, 6, 3)
        images = next(iter(load(tmp_path, image_size=(4, 6))))
        assert_close(images, 1 / 127.5 - 1, atol=1e-6)
        assert images.shape == (2, 4, 6, 3)

    def test_channels_are_those_of_most(self, tmp_path):
        for name in "ab":
            write(tmp_path / f"{name}.png", level(7))
        write(tmp_path / "c.png", level(7, 6, 6))
        write(tmp_path / "d.png", level(7, 6, 6, 4))
        assert describe(tmp_path).image_shape == (6, 6, 3)

    @pytest.mark.parametrize("channels", [1, 3, 4])
    def test_channels_that_are_asked_for(self, tmp_path, channels):
        write(tmp_path / "a.png", level(255, 4, 4))
        write(tmp_path / "b.png", level(255, 4, 4, 3))
        write(tmp_path / "c.png", level(255, 4, 4, 4))
        images = next(iter(load(tmp_path, channels=channels)))
        assert images.shape == (3, 4, 4, channels)
        assert (to_numpy(images) == 1).all()

    @pytest.mark.parametrize("suffix", ["JPG", "jpeg", "bmp", "gif", "webp"])
    def test_formats(self, tmp_path, suffix):
        write(tmp_path / f"a.{suffix}", level(100, 8, 8))
        images = next(iter(load(tmp_path, channels=1, value_range=(0, 255))))
        assert_close(images, 100, atol=1)


class TestStoredFiles:
    """Names and bytes, which are there whether images are in memory or not."""

    @pytest.mark.parametrize("cache_bytes", [10, 10**6])
    def test_of_folder_and_zip(
        self, classes, tmp_path, monkeypatch, cache_bytes
    ):
        monkeypatch.setattr(
            "keras_gan.datasets.sources.CACHE_BYTES", cache_bytes
        )
        path = zip_of(classes, tmp_path / "data.zip")
        names = sorted(
            file.relative_to(classes).as_posix()
            for file in classes.rglob("[0-9].png")
        )
        for opened, around in ((classes, ""), (path, "classes/")):
            source = open_source(opened, image_size=4)
            files = source.files
            assert list(files.names) == [around + name for name in names]
            assert files.image_shapes == ((6, 6, 3),) * 6
            for name, stored in zip(names, files.names, strict=True):
                expected = (classes / name).read_bytes()
                assert files.read_bytes(stored) == expected

    def test_arrays_have_none(self):
        assert open_source(np.zeros((2, 4, 4, 1))).files is None
