import io
import itertools
import zipfile

import numpy as np
import pytest
from PIL import Image
from portable import assert_close, to_numpy

from keras_gan import images as image_tools
from keras_gan.datasets import describe, load, open_source

# Another backend would change nothing.
pytestmark = pytest.mark.once


FORMATS = {
    ".png": "PNG", ".JPG": "JPEG", ".jpeg": "JPEG", ".jpe": "JPEG",
    ".jfif": "JPEG", ".bmp": "BMP", ".gif": "GIF", ".WebP": "WEBP",
    ".tif": "TIFF", ".tiff": "TIFF", ".pgm": "PPM", ".ppm": "PPM",
    ".tga": "TGA", ".pcx": "PCX", ".ico.dat": "PNG", ".scan": "TIFF",
    ".": "JPEG", "": "BMP", ".2": "PPM",
}  # fmt: skip


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
        monkeypatch.setattr(
            "keras_gan.datasets.caching.available_memory", lambda: 10
        )
        path = zip_of(classes, tmp_path / "data.zip")
        for source in (classes, path):
            assert type(open_source(source)).__name__ == "FileSource"
            assert levels_and_labels(source) == self.EXPECTED
            (batch, labels) = load(source, batch_size=4).element_spec
            assert batch.shape.as_list() == [None, 6, 6, 3]

    @pytest.mark.parametrize("zipped", [False, True])
    def test_images_beside_the_sub_folders_are_left_out(
        self, classes, tmp_path, zipped
    ):
        # Of another size, which does not matter.
        write(classes / "stray.png", level(1, 9, 9, 3))
        path = zip_of(classes, tmp_path / "a.zip") if zipped else classes
        with pytest.warns(UserWarning, match="1 of its.*beside.*stray.png"):
            info = describe(path)
        assert info.class_names == ("cat", "dog") and info.num_images == 6
        assert info.skipped == ("classes/" * zipped + "stray.png",)

    @pytest.mark.parametrize("other", ["Cat", "cat ", "CAT", "ｃat"])
    def test_classes_that_look_the_same_are_named(self, classes, other):
        write(classes / other / "1.png", level(60))
        with pytest.warns(UserWarning, match="2 of its classes.*apart: ") as w:
            info = describe(classes)
        assert len(w) == 1 and f"{other}" in str(w[0].message)
        assert sorted(info.class_names) == sorted(["cat", "dog", other])

    def test_links(self, classes, tmp_path):
        (tmp_path / "links").mkdir()
        for name in ("cat", "dog"):
            (tmp_path / "links" / name).symlink_to(classes / name)
        assert levels_and_labels(tmp_path / "links") == self.EXPECTED

    def test_numbers_are_in_numeric_order(self, tmp_path):
        for number in range(12):
            write(tmp_path / str(number) / "a.png", level(10 * number))
        assert describe(tmp_path).class_names == tuple(map(str, range(12)))
        expected = {10 * number: number for number in range(12)}
        assert levels_and_labels(tmp_path) == expected

    def test_one_split_is_read(self, classes, tmp_path):
        data = tmp_path / "data"
        data.mkdir()
        classes.rename(data / "train")
        write(data / "test" / "cat" / "1.png", level(70, 9, 9, 3))
        write(data / "test" / "dog" / "1.png", level(80, 9, 9, 3))
        assert describe(data).split == "train"
        assert levels_and_labels(data) == self.EXPECTED
        images, _ = next(iter(load(data, split="test", shuffle=False)))
        assert images.shape == (2, 9, 9, 3)
        opened = open_source(data, split="test")
        assert (opened.info.split, len(opened)) == ("test", 2)
        with pytest.raises(ValueError, match="`split` must be given to"):
            load(opened, split="test")

    def test_one_sub_folder_is_no_class(self, tmp_path):
        write(tmp_path / "only" / "a.png", level(1))
        assert describe(tmp_path).num_classes is None


def test_folders_that_are_there_twice_are_no_images(classes):
    (classes / "more cats").symlink_to(classes / "cat")
    words = r"1 of its folders .*: more cats \(the same folder as cat\)"
    with pytest.warns(UserWarning, match=words) as warned:
        source = open_source(classes)
    assert len(warned) == 1 and len(source) == 6


def test_progress_is_told(classes):
    told = []
    open_source(classes, progress=lambda *numbers: told.append(numbers))
    assert told == [(number, 6) for number in range(1, 7)]


class TestProgress:
    """A line that appears only on a terminal, and only after a while."""

    @pytest.fixture
    def shown(self, classes, monkeypatch):
        """Function that opens the images, and returns what it shows."""

        def show(seconds_per_look, is_terminal):
            clock = itertools.count(1000.0, seconds_per_look)
            monkeypatch.setattr("tqdm.std.time", lambda: next(clock))
            stream = io.StringIO()
            stream.isatty = lambda: is_terminal
            monkeypatch.setattr("sys.stderr", stream)
            open_source(classes, num_workers=1)
            return stream.getvalue()

        return show

    def test_count_share_and_the_time_that_is_left(self, shown, capsys):
        text = shown(1.0, True)
        assert "| 4/6 [" in text and " 67%|" in text and "<00:0" in text
        assert "\n" not in text and capsys.readouterr().out == ""
        # Nothing of it stays.
        assert text.rpartition("\r")[0].endswith(" ")

    @pytest.mark.parametrize("seconds, is_terminal", [(0.1, True), (1, False)])
    def test_else_nothing(self, shown, seconds, is_terminal):
        assert shown(seconds, is_terminal) == ""


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
            "keras_gan.datasets.caching.available_memory", lambda: cache_bytes
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
        assert "empty.jpg (it is empty)" in message
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


def test_of_very_many_images_only_headers_are_read(classes, monkeypatch):
    noise = np.random.default_rng(0).integers(0, 256, (6, 6, 3), "uint8")
    whole = image_tools.encode_png(noise)
    (classes / "cat" / "half.png").write_bytes(whole[:100])
    (classes / "cat" / "none.png").write_bytes(b"none")
    monkeypatch.setattr("keras_gan.datasets.checking._MOST_DECODED", 5)
    monkeypatch.setattr("keras_gan.datasets.checking._MOST_BYTES", 10)
    monkeypatch.setattr(
        "keras_gan.datasets.caching.available_memory", lambda: 10
    )
    with pytest.warns(UserWarning, match="1 of its images.*none.png"):
        source = open_source(classes)
    assert len(source) == 7
    with pytest.warns(UserWarning, match="1 of its images.*half.png"):
        assert len(source.read(np.arange(7))) == 7


class TestVanished:
    """Images that are there when a data set is opened, and not later."""

    @pytest.fixture
    def streamed(self, classes, monkeypatch):
        monkeypatch.setattr(
            "keras_gan.datasets.caching.available_memory", lambda: 10
        )
        return open_source(classes)

    def test_another_of_the_class_is_used(self, streamed, classes):
        (classes / "cat" / "more" / "2.png").unlink()
        path = classes / "dog" / "more" / "1.png"
        path.write_bytes(path.read_bytes()[:40])
        batches = load(streamed, shuffle=False, value_range=(0, 255))
        with pytest.warns(UserWarning) as record:
            images, labels = next(iter(batches))
        assert images[:, 0, 0, 0].numpy().tolist() == [0, 40, 40, 30, 30, 50]
        assert labels.numpy().tolist() == [0, 0, 0, 1, 1, 1]
        first, second = [str(one.message) for one in record]
        assert "1 of its images" in first and "cat/more/2.png (No" in first
        assert "2 of its images" in second and "dog/more/1.png (" in second
        assert streamed.failure is None

    def test_when_none_is_left_it_is_an_error(self, streamed, classes):
        for path in (classes / "cat" / "more").iterdir():
            path.unlink()
        with pytest.warns(UserWarning), pytest.raises(ValueError) as error:
            streamed.read(np.array([0]))
        assert "3 of its images" in str(error.value)
        assert streamed.failure is error.value


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

    @pytest.mark.parametrize("zipped", [False, True])
    def test_every_format_counts_by_name_or_content(self, tmp_path, zipped):
        folder = tmp_path / "data"
        folder.mkdir()
        picture = Image.fromarray(level(100, 8, 8))
        for suffix, form in FORMATS.items():
            picture.save(folder / f"image{suffix}", form)
        (folder / "notes").write_text("not an image")
        path = zip_of(folder, tmp_path / "a.zip") if zipped else folder
        images = next(iter(load(path, channels=1, value_range=(0, 255))))
        assert len(images) == len(FORMATS)
        assert_close(images, 100, atol=1)

    def test_an_image_that_cannot_be_read_by_its_name(self, tmp_path):
        write(tmp_path / "a.png", level(1))
        for name in ("b.heic", "c.svg", "d.eps"):
            (tmp_path / name).write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0")
        with pytest.warns(UserWarning, match="3 of its.*b.heic.*c.svg.*d.eps"):
            assert describe(tmp_path).num_images == 1

    def test_an_image_above_the_limit_of_pixels(self, tmp_path, monkeypatch):
        write(tmp_path / "a.png", level(1))
        write(tmp_path / "b.png", level(1, 40, 30))
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1199)
        with pytest.warns(UserWarning) as record:
            assert describe(tmp_path, image_size=6).num_images == 1
        (message,) = [str(one.message) for one in record]
        assert "b.png (40 x 30 pixels, more than the limit of 1,199" in message
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1200)
        assert describe(tmp_path, image_size=6).num_images == 2

    @pytest.mark.parametrize("kept", [True, False])
    def test_announced_size_is_that_of_the_turned_image(
        self, tmp_path, monkeypatch, kept
    ):
        monkeypatch.setattr(
            "keras_gan.datasets.caching.available_memory",
            lambda: 2**20 if kept else 10,
        )
        exif = Image.Exif()
        exif[0x0112] = 6
        for suffix in ("jpg", "png", "tif", "webp"):
            Image.fromarray(level(9, 8, 16, 3)).save(
                tmp_path / f"a.{suffix}", exif=exif
            )
        assert describe(tmp_path).image_shape == (16, 8, 3)
        assert next(iter(load(tmp_path))).shape == (4, 16, 8, 3)


class TestStoredFiles:
    """Names and bytes, which are there whether images are in memory or not."""

    @pytest.mark.parametrize("cache_bytes", [10, 10**6])
    def test_of_folder_and_zip(
        self, classes, tmp_path, monkeypatch, cache_bytes
    ):
        monkeypatch.setattr(
            "keras_gan.datasets.caching.available_memory", lambda: cache_bytes
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
