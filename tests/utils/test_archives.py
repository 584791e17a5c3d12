"""Archives that are not what they say."""

import os
import tracemalloc
import zipfile

import pytest

from keras_gan.datasets.checking import warn_left_out
from keras_gan.utils.archives import open_archive, open_member, warn_repeated

# Another backend would change nothing.
pytestmark = pytest.mark.once

COMPRESSIONS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2]
COMPRESSIONS.append(zipfile.ZIP_LZMA)
if hasattr(zipfile, "ZIP_ZSTANDARD"):  # From Python 3.14 on.
    COMPRESSIONS.append(zipfile.ZIP_ZSTANDARD)


def packed(path, data, compression):
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("x", data)
    return open_archive(path, "a zip", "")


def test_every_compression_is_read_from_any_place(tmp_path):
    data = os.urandom(10_000) + bytes(2_000_000)
    for compression in COMPRESSIONS:
        with packed(tmp_path / "a.zip", data, compression) as archive:
            with open_member(archive, archive.getinfo("x")) as file:
                assert file.read(5) == data[:5]
                assert file.seek(9_000) == 9_000
                assert file.read() == data[9_000:]
                assert file.seek(-3, os.SEEK_END) == len(data) - 3
                file.seek(2)
                assert file.read(8) == data[2:10]


@pytest.mark.parametrize("said", [100, 10**5])
def test_more_than_was_said_is_not_unpacked(tmp_path, said):
    data = bytes(2**26)
    with packed(tmp_path / "a.zip", data, zipfile.ZIP_DEFLATED) as archive:
        info = archive.getinfo("x")
        info.file_size = said
        tracemalloc.start()
        with pytest.raises(zipfile.BadZipFile, match="CRC"):
            open_member(archive, info).read()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 2**22


def test_what_is_no_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.zip")
    (tmp_path / "folder.zip").mkdir()
    for name, kind in (("pipe", "a pipe"), ("folder", "a folder")):
        with pytest.raises(ValueError, match=f"Received: {kind}. Look."):
            open_archive(tmp_path / f"{name}.zip", "a zip", "Look.")


@pytest.mark.parametrize("number, end", [(3, "c"), (4, "c and 1 more")])
def test_of_many_names_the_rest_is_counted(number, end):
    with pytest.warns(UserWarning, match=rf": a, b, {end}\.$"):
        warn_repeated("x.zip", "abcd"[:number])
    with pytest.warns(UserWarning, match=rf": a, b, {end}\.$"):
        warn_left_out("x", dict.fromkeys("abcd"[:number], ""), "are odd")
