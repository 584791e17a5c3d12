"""Checks of the data that a layer augments."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

# Tolerance for rounding errors of floats.
_TOLERANCE = 1e-3


def check_data_format(data_format: str | None) -> str:
    """Returns the data format, or that of Keras for None.

    Raises:
        ValueError: If it is not one of Keras' two.
    """
    data_format = data_format or keras.config.image_data_format()
    if data_format not in ("channels_last", "channels_first"):
        raise ValueError(
            "`data_format` must be 'channels_last' or 'channels_first'. "
            f"Received: data_format={data_format!r}."
        )
    return data_format


def check_arguments(layer: str, others: tuple) -> None:
    """Checks that a layer is called with one input.

    Raises:
        TypeError: If there are more, as from a dataset of pairs.
    """
    if others:
        raise TypeError(
            f"`{layer}` takes one input: images, or a dict of images and more. "
            f"Received: {1 + len(others)} inputs. For a dataset of pairs, map "
            "the images only: "
            "`dataset.map(lambda images, labels: (layer(images), labels))`."
        )


def check_data(
    data: Mapping,
    value_range: tuple[float, float],
    box_format: str | None = None,
    data_format: str = "channels_last",
) -> None:
    """Checks the keys, shapes and dtypes of a dict of data.

    Raises:
        ValueError: If images are missing or of another shape, masks are of
            another size, or boxes come without a format.
    """
    if "images" not in data:
        raise ValueError(
            "A dict of data must have the key 'images'. Received: the keys "
            f"{sorted(map(str, data))}."
        )
    images = data["images"]
    check_images(images, data_format)
    if not keras.backend.is_float_dtype(_kind(images)):
        _check_integers(_kind(images), value_range)
    if "segmentation_masks" in data:
        _check_masks(data["segmentation_masks"], images, data_format)
    if "bounding_boxes" in data:
        check_boxes(data["bounding_boxes"], box_format)


def check_images(images: Any, data_format: str = "channels_last") -> None:
    """Checks the shape of images.

    Raises:
        ValueError: If it is not the shape of an image or a batch of images.
    """
    shape = _shape(images)
    ragged = hasattr(images, "to_tensor")
    if ragged or shape is None or len(shape) not in (3, 4):
        raise ValueError(
            "Images must have the shape (batch, height, width, channels), or "
            "(height, width, channels) for a single image. Received: "
            f"{type(images).__name__} of shape {shape or 'unknown'}."
            + (" Map images of many sizes before `batch`." if ragged else "")
        )
    if shape[_channels_axis(data_format)] is None:
        raise ValueError(
            "The number of channels of the images must be known. Received: "
            f"shape {shape} with data_format={data_format!r}. Read the files "
            "with a fixed number, such as `channels=3`, or call "
            "`images.set_shape`."
        )


def check_batch(images: Any) -> None:
    """Checks that the data of a GAN are images.

    Raises:
        ValueError: If they are points or other vectors.
    """
    shape = _shape(images)
    if shape is None or len(shape) != 4:
        raise ValueError(
            "An augmentation of images needs images of shape (batch, height, "
            "width, channels), or (batch, channels, height, width). "
            f"Received: shape {shape or 'unknown'}. For points and other "
            "vectors use a layer such as `keras.layers.GaussianNoise`."
        )


def check_boxes(boxes: Any, box_format: str | None) -> None:
    """Checks a dict of boxes.

    Raises:
        ValueError: If it is invalid, or its format is not given.
    """
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
            f"{_keys(boxes)}."
        )
    shape = _shape(boxes["boxes"]) or (None,)
    if shape[-1] not in (4, None):
        raise ValueError(
            "`bounding_boxes['boxes']` must have 4 numbers for each box. "
            f"Received: shape {shape}."
        )
    for name in {"labels", "classes"} & set(boxes):
        kind = _kind(boxes[name])
        if kind.startswith("uint"):
            raise ValueError(
                "Labels of boxes must have a type with negative numbers, "
                "because -1 marks padding. Received: bounding_boxes"
                f"[{name!r}] of type {kind}. Cast them to int32."
            )


def check_values(inputs: Any, value_range: tuple[float, float]) -> None:
    """Checks the values of NumPy arrays, which come directly from a user.

    Tensors are not checked: an earlier layer may have exceeded the range.

    Raises:
        ValueError: If values are outside the range.
    """
    images = inputs.get("images") if isinstance(inputs, Mapping) else inputs
    if not isinstance(images, np.ndarray) or images.size == 0:
        return
    low, high = value_range
    slack = _TOLERANCE * (high - low)
    lowest, highest = images.min(), images.max()
    # Written so that NaN is refused too.
    if not (lowest >= low - slack and highest <= high + slack):
        raise ValueError(
            f"The images must be in value_range={value_range}. Received: "
            f"values from {lowest:g} to {highest:g}. Make the layer with the "
            "range of the images, or scale them first."
        )


def _check_integers(kind: str, value_range: tuple[float, float]) -> None:
    low, high = value_range
    if high - low <= 2.0:
        raise ValueError(
            f"`value_range` must be the range of the images. Received: images "
            f"of type {kind} and value_range={value_range}. Make the layer "
            "with `value_range=(0, 255)`, or scale the images first."
        )


def _check_masks(masks: Any, images: Any, data_format: str) -> None:
    shape, images_shape = _shape(masks), _shape(images) or ()
    axes = _image_axes(data_format)
    sides = tuple(images_shape[axis] for axis in axes)
    if shape is not None and len(shape) == len(images_shape):
        own = tuple(shape[axis] for axis in axes)
    elif shape is not None and len(shape) == len(images_shape) - 1:
        own = tuple(shape[-2:])
    else:
        own = ()
    pairs = zip(own, sides, strict=False)
    if not own or any(a != b and None not in (a, b) for a, b in pairs):
        raise ValueError(
            "`segmentation_masks` must have the height and width of the "
            "images, with or without a channel axis. Received: masks of "
            f"shape {shape} and images of shape {images_shape}."
        )


def _keys(boxes: Any) -> str:
    if isinstance(boxes, Mapping):
        return f"a dict of the keys {sorted(map(str, boxes))}"
    return type(boxes).__name__


def _shape(tensor: Any) -> tuple | None:
    """The shape, with None for unknown lengths."""
    try:
        return tuple(tensor.shape)
    # Unknown rank, or not a tensor.
    except (AttributeError, TypeError, ValueError):
        return None


def _channels_axis(data_format: str) -> int:
    return -1 if data_format == "channels_last" else -3


def _image_axes(data_format: str) -> tuple[int, int]:
    return (-3, -2) if data_format == "channels_last" else (-2, -1)


def _kind(images: Any) -> str:
    return keras.backend.standardize_dtype(images.dtype)
