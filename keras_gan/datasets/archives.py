"""Zip archives, whose members are read within limits."""

import io
import os
import stat
import zipfile
from typing import BinaryIO

from keras_gan.datasets.listing import HIDDEN, kind_of_file

MOST_BYTES = 2**28
"""Size of the largest file that is read as one image."""

STREAMED_BYTES = 2**24
"""Larger files are read while they are decoded."""


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
    with open(path, "rb"):  # All other errors are those of the content.
        pass
    try:
        return zipfile.ZipFile(path)
    except Exception as error:  # `zipfile` raises its own, or anything
        raise ValueError(
            f"`{path}` is not {kind}, or it is damaged: {error}. {cure}"
        ) from error


class Members:
    """The files in a zip archive, by path.

    Args:
        archive: The archive.

    Attributes:
        names: Paths, with `/` as the separator, sorted.
        left_out: `{path: reason}` of links and the like.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._infos: dict[str, zipfile.ZipInfo] = {}
        self.left_out: dict[str, str] = {}
        for info in archive.infolist():
            # Windows' own tools write backslashes.
            whole = info.filename.replace("\\", "/")
            parts = [part for part in whole.split("/") if part not in ("", ".")]
            name, mode = "/".join(parts), info.external_attr >> 16
            if ".." in parts:
                self.left_out[name] = "its name leads out of the archive"
            elif whole.endswith("/") or _is_hidden(parts):
                continue
            elif stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                self.left_out[name] = kind_of_file(mode)
            else:
                self._infos[name] = info
        self.names = sorted(self._infos)

    def open(self, name: str) -> BinaryIO:
        """Opens a file.

        Raises:
            ValueError: If it is damaged, encrypted or too large.
        """
        info = self._infos[name]
        check_size(info.file_size)
        try:
            if info.file_size > STREAMED_BYTES:
                return self._archive.open(info)  # type: ignore[return-value]
            return io.BytesIO(self._archive.read(info))
        except Exception as error:  # each decompressor raises its own
            raise ValueError(str(error)) from error


def _is_hidden(parts: list[str]) -> bool:
    return any(part.startswith(HIDDEN) for part in parts)


def check_size(num_bytes: int) -> None:
    """Raises a `ValueError` if a file is too large to be an image."""
    if num_bytes > MOST_BYTES:
        raise ValueError(
            f"{num_bytes:,} bytes, more than the limit of {MOST_BYTES:,}"
        )
