"""Zip archives, whose members are read within limits."""

import io
import stat
import zipfile
from collections.abc import Sequence
from typing import BinaryIO

from keras_gan.datasets.listing import HIDDEN
from keras_gan.utils.archives import open_member, warn_repeated
from keras_gan.utils.files import kind_of_file

MOST_BYTES = 2**28
"""Size of the largest file that is read as one image."""

STREAMED_BYTES = 2**24
"""Larger files are read while they are decoded."""


class Members:
    """The files in a zip archive, by path.

    Args:
        archive: The archive.

    Attributes:
        names: Paths, with `/` as the separator, sorted.
        left_out: `{path: reason}` of links and the like.
        repeated: Folders that are there under another name: none.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._infos: dict[str, zipfile.ZipInfo] = {}
        self.left_out: dict[str, str] = {}
        self.repeated: dict[str, str] = {}
        repeated = []
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
                if name in self._infos:
                    repeated.append(name)
                self._infos[name] = info
        warn_repeated(str(archive.filename), repeated)
        self.names = sorted(self._infos)

    def marks(self, names: Sequence[str]) -> list[int]:
        """The checksums of files, which the archive holds."""
        return [self._infos[name].CRC for name in names]

    def open(self, name: str) -> BinaryIO:
        """Opens a file.

        Raises:
            ValueError: If it is damaged, encrypted or too large.
        """
        info = self._infos[name]
        check_size(info.file_size)
        try:
            file = open_member(self._archive, info)
            if info.file_size > STREAMED_BYTES:
                return file
            with file:
                return io.BytesIO(file.read())
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
