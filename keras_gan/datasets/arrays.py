"""NumPy arrays and `.npz` files as sources of images."""

import os
import zipfile
import zlib
from collections.abc import Sequence
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import ArrayLike

from keras_gan.datasets.sources import (
    ArraySource,
    DatasetInfo,
    ImageSize,
    Source,
    target_shape,
)
from keras_gan.images import check_value_range

KEYS = (
    ("x_train", "y_train"),
    ("images", "labels"),
    ("x", "y"),
    ("arr_0", "arr_1"),
)
RANGES = ((0.0, 1.0), (-1.0, 1.0), (0.0, 255.0))


def open_arrays(
    images: ArrayLike,
    labels: ArrayLike | None = None,
    *,
    name: str = "array",
    image_size: ImageSize = None,
    channels: int | None = None,
    source_range: Sequence[float] | None = None,
    class_names: tuple[str, ...] | None = None,
) -> Source:
    """Opens images, with labels if there are any, that are in memory.

    Args:
        images: `(num_images, height, width[, channels])`.
        labels: Integers `(num_images,)` or `(num_images, 1)`, from 0.
        name: Name of the data in messages.
        image_size: Pixels or `(height, width)` to resize to.
        channels: 1, 3 or 4 to convert to.
        source_range: `(black, white)` of `images`. Default: (0, 255) for
            integers, and for floats the narrowest of (0, 1), (-1, 1) and
            (0, 255) that contains all values.
        class_names: Names of the classes. Default: their numbers.

    Raises:
        ValueError: If the arrays are not images and labels.
    """
    images = np.asarray(images)
    if images.ndim == 3:
        images = images[..., None]
    if images.ndim != 4 or images.shape[-1] not in (1, 3, 4) or not images.size:
        raise ValueError(
            f"The images of `{name}` must be an array (num_images, height, "
            "width) or (num_images, height, width, channels) with 1, 3 or 4 "
            f"channels. Received: shape={images.shape}"
        )
    stored_range = _stored_range(images, name, source_range)
    if images.dtype == bool or images.dtype.kind in "iu":
        small = images.max() <= 255 and images.min() >= 0
        images = images.astype("uint8" if small else "float32")
    elif images.dtype != np.float32:
        images = images.astype("float32")
    if labels is not None:
        labels = _check_labels(labels, len(images), name)
        class_names = class_names or tuple(map(str, range(labels.max() + 1)))
    else:
        class_names = None
    info = DatasetInfo(
        name=name,
        num_images=len(images),
        image_shape=target_shape(images.shape[1:], image_size, channels),
        num_classes=None if class_names is None else len(class_names),
        class_names=class_names,
    )
    return ArraySource(info, stored_range, images, labels)


def open_npz(path: str | os.PathLike, **options: Any) -> Source:
    """Opens an `.npz` file.

    Images and labels must be named `x_train` and `y_train`, `images` and
    `labels`, `x` and `y`, or `arr_0` and `arr_1`; a single array may have any
    name. Nothing in the file is executed.

    Args:
        path: The file.
        **options: As for `open_arrays`.

    Raises:
        ValueError: If the file is not an `.npz` of images.
    """
    with open(path, "rb") as file:
        try:
            arrays = _read_arrays(file, path)
        except (EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise ValueError(
                f"`{path}` is not an .npz file, or it is damaged: {error}. "
                "Write one with np.savez(path, images=..., labels=...)."
            ) from error
    return open_arrays(*arrays, name=str(path), **options)


def _read_arrays(file: BinaryIO, path: str | os.PathLike) -> list[np.ndarray]:
    # NumPy would treat any file that is not a zip as pickled objects.
    with zipfile.ZipFile(file):
        file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        keys = _find_keys(arrays.files, path)
        try:
            return [arrays[key] for key in keys]
        except ValueError as error:
            raise ValueError(
                f"`{path}` contains Python objects, which are not read because "
                "they could run code, or a damaged array. Save plain arrays "
                "of numbers."
            ) from error


def _find_keys(names: list[str], path: str | os.PathLike) -> list[str]:
    for pair in KEYS:
        if pair[0] in names:
            return [key for key in pair if key in names]
    if len(names) == 1:
        return list(names)
    raise ValueError(
        f"`{path}` must hold its images under one of "
        f"{[pair[0] for pair in KEYS]}, with their labels under "
        f"{[pair[1] for pair in KEYS]}. Received: {sorted(names)}"
    )


def _stored_range(
    images: np.ndarray, name: str, source_range: Sequence[float] | None
) -> tuple[float, float]:
    if images.dtype == bool:
        return 0.0, 1.0
    if images.dtype.kind not in "iuf":
        raise ValueError(
            f"The images of `{name}` must be numbers. "
            f"Received: an array of {images.dtype}"
        )
    num_bad = np.size(images) - np.count_nonzero(np.isfinite(images))
    if num_bad:
        raise ValueError(
            f"The images of `{name}` must be finite. Received: {num_bad} "
            "values that are NaN or infinite. Remove or repair those images."
        )
    lowest, highest = float(images.min()), float(images.max())
    ranges = list(RANGES if images.dtype.kind == "f" else RANGES[-1:])
    if source_range is not None:
        ranges = [check_value_range(source_range)]
    for low, high in ranges:
        if low <= lowest and highest <= high:
            return low, high
    raise ValueError(
        f"The images of `{name}` must lie in "
        + " or ".join(f"[{low:g}, {high:g}]" for low, high in ranges)
        + f". Received: values from {lowest:g} to {highest:g}. Rescale them, "
        "or give their range as `source_range` of `open_source`."
    )


def _check_labels(labels: ArrayLike, num_images: int, name: str) -> np.ndarray:
    labels = np.asarray(labels)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.dtype.kind not in "iu" or labels.shape != (num_images,):
        raise ValueError(
            f"The labels of `{name}` must be integers of shape "
            f"({num_images},), one for each image. Received: an array of "
            f"{labels.dtype} of shape {labels.shape}"
        )
    if labels.min() < 0:
        raise ValueError(
            f"The labels of `{name}` must count from 0. "
            f"Received: labels from {labels.min()} to {labels.max()}"
        )
    return labels.astype("int32")
