"""`.npz` files as sources of images."""

import os
import zipfile
from typing import Any

import numpy as np

from keras_gan.datasets.archives import open_archive
from keras_gan.datasets.arrays import open_arrays
from keras_gan.datasets.sources import Source

Keys = tuple[str, str]

_PLAIN_KEYS = (("images", "labels"), ("x", "y"), ("arr_0", "arr_1"))
# What is larger is unpacked only if it is compressed like images.
_SMALL_BYTES = 2**28
_MOST_COMPRESSED = 200


def _keys_of(split: str) -> tuple[Keys, Keys]:
    """The names that Keras and MedMNIST give to the arrays of a split."""
    return (f"x_{split}", f"y_{split}"), (f"{split}_images", f"{split}_labels")


def open_npz(
    path: str | os.PathLike, split: str | None = None, **options: Any
) -> Source:
    """Opens an `.npz` file.

    Images and labels must be named `x_train` and `y_train`, `train_images` and
    `train_labels` (or `val` or `test`, with `split`), `images` and `labels`,
    `x` and `y`, or `arr_0` and `arr_1`; a single array may have any name.
    Nothing in the file is executed.

    Args:
        path: The file.
        split: `"train"`, `"val"` or `"test"`. Default: train, or the arrays
            that have no split in their names.
        **options: As for `open_arrays`.

    Raises:
        ValueError: If the file is not an `.npz` of images, or it has no such
            split.
    """
    archive = open_archive(
        path,
        "an .npz file",
        "Write one with np.savez(path, images=..., labels=...).",
    )
    with archive:
        members = {
            info.filename.removesuffix(".npy"): info
            for info in archive.infolist()
        }
        keys, split = _find_keys(list(members), path, split)
        arrays = [_read(archive, members[key], path) for key in keys]
    return open_arrays(*arrays, name=str(path), split=split, **options)


def _find_keys(
    names: list[str], path: str | os.PathLike, split: str | None
) -> tuple[list[str], str | None]:
    """The names of the images and labels, and the split they belong to."""
    of_split = _keys_of(split or "train")
    pairs = of_split if split else (*of_split, *_PLAIN_KEYS)
    for pair in pairs:
        if pair[0] in names:
            found = [key for key in pair if key in names]
            return found, (split or "train") if pair in of_split else None
    if len(names) == 1 and split is None:
        return list(names), None
    raise ValueError(
        f"`{path}` must hold its images under one of "
        f"{[pair[0] for pair in pairs]}, with their labels under "
        f"{[pair[1] for pair in pairs]}. Received: {sorted(names)}"
    )


def _read(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: str | os.PathLike
) -> np.ndarray:
    name = f"The array `{info.filename}` of `{path}`"
    _check_size(info, name)
    try:
        with archive.open(info) as file:
            _check_header(file, info)
        # Anew from the start: what is read above cannot be read twice.
        with archive.open(info) as file:
            return np.lib.format.read_array(file, allow_pickle=False)
    except MemoryError as error:
        raise ValueError(
            f"{name} does not fit into memory: {info.file_size:,} bytes."
        ) from error
    except Exception as error:  # each decompressor raises its own
        reason = " ".join(str(error).split())
        raise ValueError(
            f"{name} cannot be read: {reason}. Save plain arrays of numbers "
            "with np.savez."
        ) from error


def _check_size(info: zipfile.ZipInfo, name: str) -> None:
    """Refuses what no array of images compresses to: a bomb."""
    most = max(_SMALL_BYTES, _MOST_COMPRESSED * info.compress_size)
    if info.file_size > most:
        raise ValueError(
            f"{name} would be unpacked from {info.compress_size:,} to "
            f"{info.file_size:,} bytes, and images do not compress so well. "
            f"At most {_MOST_COMPRESSED} times is allowed. Write it again "
            "with np.savez, which does not compress, if it is right."
        )


def _check_header(file: Any, info: zipfile.ZipInfo) -> None:
    """Checks that an array is as large as its header says, before it is."""
    version = np.lib.format.read_magic(file)
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    if version not in read:
        raise ValueError(f"version {version} of its format is not known")
    shape, _, dtype = read[version](file)
    if dtype.hasobject:
        raise ValueError("it holds Python objects, which could run code")
    num_bytes = dtype.itemsize
    for length in shape:
        num_bytes *= int(length)
    there = info.file_size - file.tell()
    if num_bytes != there:
        raise ValueError(
            f"its header says shape {shape} of {dtype}, {num_bytes} bytes, but "
            f"there are {there}"
        )
