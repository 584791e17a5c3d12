"""NumPy arrays as sources of images."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from keras_gan.datasets.layout import in_class_order
from keras_gan.datasets.sources import (
    ArraySource,
    DatasetInfo,
    ImageSize,
    Source,
    target_shape,
)
from keras_gan.images import check_value_range

# An image of each class is not needed, but names of millions of classes are
# most likely identifiers.
_MANY_CLASSES = 10_000
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
    split: str | None = None,
    cache: bool = True,
) -> Source:
    """Opens images, with labels if there are any, that are in memory.

    Args:
        images: `(num_images, height, width[, channels])`.
        labels: Integers from 0, or the names of the classes as text,
            `(num_images,)` or `(num_images, 1)`.
        name: Name of the data in messages.
        image_size: Pixels or `(height, width)` to resize to.
        channels: 1, 3 or 4 to convert to.
        source_range: `(black, white)` of `images`. Default: (0, 255) for
            integers, and for floats the narrowest of (0, 1), (-1, 1) and
            (0, 255) that contains all values.
        class_names: Names of the classes. Default: the texts of `labels` in
            the order of names of folders, or their numbers.
        split: The split that these images are, if there are others.
        cache: As for `open_source`.

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
        labels, texts = _numbered(np.asarray(labels))
        labels = _check_labels(labels, len(images), name)
        numbers = map(str, range(labels.max() + 1))
        class_names = class_names or texts or tuple(numbers)
    else:
        class_names = None
    info = DatasetInfo(
        name=name,
        num_images=len(images),
        image_shape=target_shape(images.shape[1:], image_size, channels),
        num_classes=None if class_names is None else len(class_names),
        class_names=class_names,
        split=split,
    )
    return ArraySource(info, stored_range, images, labels, cache)


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


def _numbered(labels: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Texts as numbers, and the texts; numbers as they are, and ()."""
    if labels.dtype.kind == "S":
        labels = np.char.decode(labels, "utf-8", "backslashreplace")
    flat = labels.ravel().tolist() if labels.dtype.kind in "UTO" else []
    if not flat or not all(isinstance(label, str) for label in flat):
        return labels, ()
    names = in_class_order(set(flat))
    numbers = {name: number for number, name in enumerate(names)}
    found = np.array([numbers[label] for label in flat], "int32")
    return found.reshape(labels.shape), names


def _check_labels(labels: np.ndarray, num_images: int, name: str) -> np.ndarray:
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.dtype.kind not in "iu" or labels.shape != (num_images,):
        raise ValueError(
            f"The labels of `{name}` must be integers, or names as text, of "
            f"shape ({num_images},), one for each image. Received: an array of "
            f"{labels.dtype} of shape {labels.shape}. Number the classes from "
            "0: labels = np.unique(labels, return_inverse=True)[1]."
        )
    if labels.min() < 0:
        raise ValueError(
            f"The labels of `{name}` must count from 0. "
            f"Received: labels from {labels.min()} to {labels.max()}"
        )
    if labels.max() >= max(_MANY_CLASSES, num_images):
        raise ValueError(
            f"The labels of `{name}` must be the numbers of classes, from 0 on "
            f"and below {max(_MANY_CLASSES, num_images):,}. Received: labels "
            f"up to {labels.max()}. Number the classes that there are: labels "
            "= np.unique(labels, return_inverse=True)[1]."
        )
    return labels.astype("int32")
