"""Reading `.npz` files, which may be damaged, or larger than they say."""

import contextlib
import os
import zipfile
from typing import Any

import numpy as np

from keras_gan.utils.archives import open_archive, open_member, warn_repeated

# More than this: images and features never compress so well.
_MOST_COMPRESSED = 200
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


class NpzFile(contextlib.AbstractContextManager):
    """The arrays of an `.npz` file, read one by one.

    Unlike `np.load`, it takes no memory for an array before it knows that the
    array is there. Nothing in the file is executed.

    Args:
        path: The file.
        cure: A sentence that says how to write a right one.
        small_bytes: Larger arrays are unpacked only if they are compressed no
            better than images or features are.

    Attributes:
        names: The names of the arrays.

    Raises:
        OSError: If it cannot be read.
        ValueError: If it is not such a file.

    Example:

    >>> np.savez("a.npz", images=np.zeros((2, 8, 8)))
    >>> with NpzFile("a.npz", "Use np.savez.", 2**20) as file:
    ...     file.names, file.read("images").shape
    (['images'], (2, 8, 8))
    """

    def __init__(
        self, path: str | os.PathLike, cure: str, small_bytes: int
    ) -> None:
        self._path = path
        self._small_bytes = small_bytes
        self._most_packed = os.path.getsize(path)
        self._archive = open_archive(path, "an .npz file", cure)
        self._members: dict[str, zipfile.ZipInfo] = {}
        repeated = []
        for info in self._archive.infolist():
            name = info.filename.removesuffix(".npy")
            if name in self._members:
                repeated.append(name)
            self._members[name] = info
        warn_repeated(path, repeated)
        self.names = list(self._members)

    def __exit__(self, *error: object) -> None:
        self._archive.close()

    def read(self, name: str) -> np.ndarray:
        """Reads an array.

        Args:
            name: One of `names`.

        Raises:
            ValueError: If it is damaged, or cannot be what it says.
        """
        info = self._members[name]
        array = f"The array `{info.filename}` of `{self._path}`"
        self._check_size(info, array)
        try:
            with open_member(self._archive, info) as file:
                _check_header(file, info)
            # Anew from the start: what is read above cannot be read twice.
            with open_member(self._archive, info) as file:
                return np.lib.format.read_array(file, allow_pickle=False)
        except MemoryError as error:
            raise ValueError(
                f"{array} does not fit into memory: {info.file_size:,} bytes."
            ) from error
        except Exception as error:  # each decompressor raises its own
            reason = " ".join(str(error).split()) or type(error).__name__
            raise ValueError(
                f"{array} cannot be read: {reason}. Save plain arrays of "
                "numbers, or of text (array.astype(str)), with np.savez."
            ) from error

    def _check_size(self, info: zipfile.ZipInfo, array: str) -> None:
        """Refuses what no array of numbers compresses to: a bomb."""
        packed = min(info.compress_size, self._most_packed)
        if info.file_size > max(self._small_bytes, _MOST_COMPRESSED * packed):
            raise ValueError(
                f"{array} would be unpacked from {packed:,} to "
                f"{info.file_size:,} bytes, and images do not compress so "
                f"well. At most {_MOST_COMPRESSED} times is allowed. Write it "
                "again with np.savez, which does not compress, if it is right."
            )


def _check_header(file: Any, info: zipfile.ZipInfo) -> None:
    """Checks that an array is as large as its header says, before it is."""
    version = np.lib.format.read_magic(file)
    if version not in _HEADERS:
        raise ValueError(f"version {version} of its format is not known")
    shape, _, dtype = _HEADERS[version](file)
    if dtype.hasobject:
        raise ValueError("it holds Python objects, which could run code")
    if dtype.kind == "V" or not dtype.itemsize:
        raise ValueError(f"it holds {dtype}, not numbers")
    num_bytes = dtype.itemsize
    for length in shape:
        num_bytes *= int(length)
    there = info.file_size - file.tell()
    if num_bytes != there or min(shape, default=0) < 0:
        raise ValueError(
            f"its header says shape {shape} of {dtype}, {num_bytes} bytes, but "
            f"there are {there}"
        )
