"""`.npz` files as sources of images."""

import os
from typing import Any

from keras_gan.datasets.arrays import open_arrays
from keras_gan.datasets.sources import Source
from keras_gan.utils.npz import NpzFile

Keys = tuple[str, str]

_PLAIN_KEYS = (("images", "labels"), ("x", "y"), ("arr_0", "arr_1"))
_SIDES = "sources", "targets"
_SMALL_BYTES = 2**28
_CURE = "Write one with np.savez(path, images=..., labels=...)."


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
    with NpzFile(path, _CURE, _SMALL_BYTES) as file:
        keys, split = _find_keys(file.names, path, split)
        arrays = [file.read(key) for key in keys]
    return open_arrays(*arrays, name=str(path), split=split, **options)


def open_npz_pair(path: Any) -> list[Source] | None:
    """Opens the two sides of pairs in one file, if it holds them.

    Args:
        path: Path of the file; of anything else the answer is `None`.

    Returns:
        The arrays `sources` and `targets`, or `None` if one is missing.
    """
    is_path = isinstance(path, (str, os.PathLike)) and os.path.isfile(path)
    if not is_path or not str(path).lower().endswith(".npz"):
        return None
    with NpzFile(path, _CURE, _SMALL_BYTES) as file:
        if not set(_SIDES) <= set(file.names):
            return None
        arrays = [file.read(key) for key in _SIDES]
    return [open_arrays(array, name=str(path)) for array in arrays]


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
