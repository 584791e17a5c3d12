"""What must be true of the data that a layer augments."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

# Floats beyond the range by a rounding error are no mistake.
_TOLERANCE = 1e-3


def check_data(
    data: Mapping, value_range: tuple[float, float], box_format: str | None
) -> None:
    """Checks a dict of data by its names, shapes and kinds of number.

    Raises:
        ValueError: If images are missing or of another shape, or boxes come
            without a format.
    """
    if "images" not in data:
        raise ValueError(
            "A dict of data must have the key 'images'. Received: the keys "
            f"{sorted(map(str, data))}."
        )
    images = data["images"]
    check_images(images)
    if not keras.backend.is_float_dtype(_kind(images)):
        _check_integers(_kind(images), value_range)
    boxes = data.get("bounding_boxes")
    if boxes is None:
        return
    if box_format is None:
        raise ValueError(
            "`bounding_box_format` must name the format of the bounding boxes "
            "in the data. Received: bounding_box_format=None. Make the layer "
            "with, for example, `bounding_box_format='xyxy'`."
        )
    if not isinstance(boxes, Mapping) or "boxes" not in boxes:
        raise ValueError(
            "`bounding_boxes` must be a dict of 'boxes' `(batch, boxes, 4)` "
            "and 'labels' or 'classes' `(batch, boxes)`. Received: "
            f"{type(boxes).__name__}."
        )


def check_images(images: Any) -> None:
    """Checks the shape of images.

    Raises:
        ValueError: If it is not that of one image or of a batch.
    """
    shape = getattr(images, "shape", None)
    if shape is None or shape.__len__() not in (3, 4):
        raise ValueError(
            "Images must have the shape (batch, height, width, channels), or "
            "(height, width, channels) for a single one. Received: "
            f"{'no tensor' if shape is None else f'shape {tuple(shape)}'}."
        )


def _check_integers(kind: str, value_range: tuple[float, float]) -> None:
    low, high = value_range
    if high - low <= 2.0:
        raise ValueError(
            f"`value_range` must be the range of the images. Received: images "
            f"of type {kind} and value_range={value_range}. Make the layer "
            "with `value_range=(0, 255)`, or scale the images first."
        )


def check_values(inputs: Any, value_range: tuple[float, float]) -> None:
    """Checks the values of NumPy arrays, which come straight from a user.

    Tensors may have been changed by a layer before, which oversteps the range.

    Raises:
        ValueError: If values lie beyond the range.
    """
    images = inputs.get("images") if isinstance(inputs, Mapping) else inputs
    if not isinstance(images, np.ndarray) or images.size == 0:
        return
    low, high = value_range
    slack = _TOLERANCE * (high - low)
    least, most = images.min(), images.max()
    # Written so that NaN is refused too.
    if not (least >= low - slack and most <= high + slack):
        raise ValueError(
            f"The images must lie in value_range={value_range}. Received: "
            f"values from {least:g} to {most:g}. Make the layer with the range "
            "of the images, or scale them first."
        )


def _kind(images: Any) -> str:
    return keras.backend.standardize_dtype(images.dtype)
