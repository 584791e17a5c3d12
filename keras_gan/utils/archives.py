"""Zip archives of unknown origin: damaged, or made to fill the memory."""

import io
import os
import stat
import warnings
import zipfile
from collections.abc import Iterable
from typing import BinaryIO

from keras_gan.utils.files import kind_of_file

# What is unpacked at a time. For most kinds of compression Python's own module
# has no limit for that; these bytes may become 100 million.
_CHUNK = 4096
_LIMITED_CHUNK = 2**18
_LIMITED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_MOST_NAMED = 3


def open_archive(
    path: str | os.PathLike, kind: str, cure: str
) -> zipfile.ZipFile:
    """Opens a zip archive.

    Args:
        path: The file.
        kind: What it should be, for the message.
        cure: What to do if it is not.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it is not a zip archive.
    """
    mode = os.stat(path).st_mode
    if not stat.S_ISREG(mode):  # A pipe might never end.
        raise ValueError(
            f"`{path}` must be {kind}. Received: {kind_of_file(mode)}. {cure}"
        )
    with open(path, "rb"):  # All other errors are those of the content.
        pass
    try:
        return zipfile.ZipFile(path)
    except Exception as error:  # `zipfile` raises its own, or anything
        raise ValueError(
            f"`{path}` is not {kind}, or it is damaged: {error}. {cure}"
        ) from error


def open_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> BinaryIO:
    """Opens a file in an archive, which is unpacked as it is read.

    Of what the archive says about its size nothing is believed: no more of it
    is in memory than what was asked for, and a little.

    Args:
        archive: The archive.
        info: The file.
    """
    return io.BufferedReader(_Unpacked(archive, info), 2**16)


class _Unpacked(io.RawIOBase):
    """A member of an archive, unpacked in small pieces."""

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        self._file = archive.open(info)
        is_limited = info.compress_type in _LIMITED
        self._chunk = _LIMITED_CHUNK if is_limited else _CHUNK

    def readinto(self, buffer) -> int:
        data = self._file.read(min(len(buffer), self._chunk))
        buffer[: len(data)] = data
        return len(data)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._file.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()
        super().close()


def warn_repeated(path: str | os.PathLike, names: Iterable[str]) -> None:
    """Warns of names that occur in an archive more than once.

    Programs add a file to an archive again to replace it, so the last one is
    the one that counts.

    Args:
        path: The archive.
        names: Such names; no warning if there are none.
    """
    names = sorted(set(names))
    more = len(names) - _MOST_NAMED
    if names:
        warnings.warn(
            f"`{path}`: {len(names)} of its names occur more than once; "
            "the last file of each is used, the others are left out: "
            + ", ".join(names[:_MOST_NAMED])
            + (f" and {more} more." if more > 0 else "."),
            stacklevel=2,
        )
