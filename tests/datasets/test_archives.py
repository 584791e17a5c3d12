"""Zip archives as other programs write them, damaged ones and bombs."""

import stat
import zipfile

import numpy as np
import pytest

from keras_gan import images as image_tools
from keras_gan.datasets import describe, load, open_source
from keras_gan.datasets.archives import MOST_BYTES, Members
from keras_gan.utils.archives import open_archive

# Another backend would change nothing.
pytestmark = pytest.mark.once

COMPRESSIONS = [
    zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2,
    zipfile.ZIP_LZMA,
]  # fmt: skip
if hasattr(zipfile, "ZIP_ZSTANDARD"):  # From Python 3.14 on.
    COMPRESSIONS.append(zipfile.ZIP_ZSTANDARD)


def noise(seed):
    values = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), "uint8")
    return image_tools.encode_png(values)


def write(path, names, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for seed, name in enumerate(names):
            # Not by name, whose separators would be changed.
            info = zipfile.ZipInfo("x")
            info.filename = name
            archive.writestr(info, noise(seed), compression)
    return path


def test_backslashes_separate_folders(tmp_path):
    names = ["data\\cat\\1.png", "data\\dog\\1.png", "data\\.x\\1.png"]
    info = describe(write(tmp_path / "a.zip", names))
    assert info.class_names == ("cat", "dog") and info.num_images == 2


def test_names_are_made_plain(tmp_path):
    names = ["./cat/1.png", "/dog//1.png", "cat/./2.png", "dog/", "x/../1.png"]
    with pytest.warns(UserWarning, match="1 of its.*x/../1.png .its name lea"):
        source = open_source(write(tmp_path / "a.zip", names))
    assert source.files.names == ("cat/1.png", "cat/2.png", "dog/1.png")
    assert source.info.class_names == ("cat", "dog")


@pytest.mark.parametrize("cache_bytes", [10, 2**20])
@pytest.mark.parametrize("place", [0, 20, 60])
@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_a_damaged_member_is_left_out(
    tmp_path, monkeypatch, compression, place, cache_bytes
):
    monkeypatch.setattr(
        "keras_gan.datasets.caching.available_memory", lambda: cache_bytes
    )
    names = [f"{kind}/{n}.png" for kind in "ab" for n in range(3)]
    path = write(tmp_path / "a.zip", names, compression)
    info = zipfile.ZipFile(path).getinfo("a/1.png")
    data = bytearray(path.read_bytes())
    start = info.header_offset + 30 + len("a/1.png") + place
    data[start : start + 4] = b"\xff\x07\xff\x07"
    path.write_bytes(data)
    with pytest.warns(UserWarning, match=r"1 of its images.*a/1.png \(.+\)"):
        source = open_source(path)
    assert source.info.skipped == ("a/1.png",) and len(source) == 5
    assert len(list(load(source, batch_size=5))) == 1


def test_names_that_stand_there_twice_are_counted(tmp_path):
    names = ["a/1.png", "a\\1.png", "./a/1.png", "b/1.png", "b//1.png", "b/2"]
    path = write(tmp_path / "a.zip", names)
    with pytest.warns(UserWarning, match="2 of its names.*a/1.png, b/1.png"):
        source = open_source(path)
    assert source.files.names == ("a/1.png", "b/1.png", "b/2")
    read = [source.files.read_bytes(name) for name in source.files.names]
    assert read == [noise(2), noise(4), noise(5)]


def test_links_and_locked_members_are_left_out(tmp_path):
    path = write(tmp_path / "a.zip", ["1.png", "2.png", "3.png"])
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("link.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "1.png")
    data = bytearray(path.read_bytes())
    info = zipfile.ZipFile(path).getinfo("2.png")
    entry = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    data[info.header_offset + 6] |= 1  # encrypted
    data[entry + 8] |= 1
    path.write_bytes(data)
    with pytest.warns(UserWarning, match="encrypted.*link.png .a link"):
        assert describe(path).num_images == 2


def test_a_bomb_is_not_unpacked(tmp_path):
    path = write(tmp_path / "a.zip", ["1.png", "bomb.png"])
    archive = open_archive(path, "a zip", "")
    members = Members(archive)
    assert members.open("bomb.png").read() == noise(1)
    archive.getinfo("bomb.png").file_size = MOST_BYTES + 1
    with pytest.raises(ValueError, match="268,435,457 bytes.*268,435,456"):
        members.open("bomb.png")


@pytest.mark.parametrize("zipped", [False, True])
def test_large_files_are_read_as_they_are_decoded(
    tmp_path, monkeypatch, zipped
):
    monkeypatch.setattr("keras_gan.datasets.archives.STREAMED_BYTES", 50)
    path = write(tmp_path / "a.zip", ["1.png", "2.png"], zipfile.ZIP_DEFLATED)
    expected = describe(path)
    if not zipped:
        zipfile.ZipFile(path).extractall(tmp_path / "folder")
        path = tmp_path / "folder"
    assert describe(path).num_images == expected.num_images == 2
    monkeypatch.setattr("keras_gan.datasets.archives.MOST_BYTES", 100)
    with pytest.raises(ValueError, match="None of the 2.*the limit of 100"):
        describe(path)


@pytest.mark.parametrize("keep", [4, 60, 300, -10])
def test_an_archive_that_is_cut_off_is_one_line(tmp_path, keep):
    path = write(tmp_path / "a.zip", ["1.png", "2.png"])
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ValueError, match="a.zip` is not a zip") as error:
        load(path)
    assert "\n" not in str(error.value)
