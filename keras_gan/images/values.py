"""Value ranges, shapes and channels of images."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

Range = Sequence[float]
"""The values for black and for white, such as `(-1, 1)` or `(0, 255)`."""

MODES = {1: "L", 3: "RGB", 4: "RGBA"}
"""Pillow's name for images of each number of channels."""

_GRAY_WEIGHTS = np.array([0.299, 0.587, 0.114], "float32")  # ITU-R BT.601


def to_uint8(images: ArrayLike, value_range: Range = (-1, 1)) -> np.ndarray:
    """Maps images from `value_range` to bytes, 0 to 255.

    `round(255 (images - low) / (high - low))`; values outside the range are
    clipped. A uint8 array is returned unchanged.

    Args:
        images: Array of floats or integers, any shape.
        value_range: `(low, high)` of `images`.

    Example:

    >>> to_uint8(np.array([-1.0, 0.0, 1.0, 3.0])).tolist()
    [0, 128, 255, 255]
    """
    images = np.asarray(images)
    if images.dtype == np.uint8:
        return images
    low, high = check_value_range(value_range)
    images = np.asarray(images, "float32")
    if np.isnan(images).any():
        raise ValueError(
            "`images` holds NaN, which no picture can show. If a generator "
            "made them, its training has diverged: go back to an earlier "
            "checkpoint and lower the learning rate."
        )
    # Round half up, not half to even, so that 0.0 always becomes 128.
    bytes_ = np.floor((images - low) / (high - low) * 255 + 0.5)
    return np.clip(bytes_, 0, 255).astype("uint8")


def from_uint8(images: ArrayLike, value_range: Range = (-1, 1)) -> np.ndarray:
    """Maps bytes, 0 to 255, to float32 images in `value_range`.

    `low + (high - low) images / 255`; `to_uint8` is the inverse.

    Args:
        images: uint8 array, any shape.
        value_range: `(low, high)` of the result.

    Example:

    >>> from_uint8(np.array([0, 255], "uint8")).tolist()
    [-1.0, 1.0]
    """
    low, high = check_value_range(value_range)
    floats = (
        check_uint8(images).astype("float32") / np.float32(255 / (high - low))
        + low
    )
    return np.clip(floats, low, high).astype("float32")


def check_value_range(value_range: Range) -> tuple[float, float]:
    """Returns `value_range` as two floats, if it is valid.

    Args:
        value_range: `(low, high)`, finite, with `low < high`.

    Raises:
        ValueError: If it is anything else.

    Example:

    >>> check_value_range([0, 255])
    (0.0, 255.0)
    """
    try:
        low, high = (float(end) for end in value_range)
    except (TypeError, ValueError):
        low, high = math.nan, math.nan
    if not (low < high and math.isfinite(high - low)):
        raise ValueError(
            "`value_range` must be two numbers, the lower one first, such as "
            f"(-1, 1). Received: value_range={value_range!r}"
        )
    return low, high


def check_image_shape(shape: Sequence[int]) -> tuple[int, int, int]:
    """Returns `shape` as a tuple, if it is the shape of an image.

    Args:
        shape: `(height, width, channels)`.

    Raises:
        ValueError: If a side is 0, or there are not 1, 3 or 4 channels.

    Example:

    >>> check_image_shape([8, 8, 1])
    (8, 8, 1)
    """
    shape = tuple(shape)
    if len(shape) != 3 or shape[-1] not in MODES or not all(shape):
        raise ValueError(
            "An image must have the shape (height, width, channels) with 1 "
            f"(grayscale), 3 (RGB) or 4 (RGBA) channels. Received: {shape=}. "
            "Put the channels last, and keep 1, 3 or 4 of them."
        )
    return shape


def check_uint8(images: ArrayLike) -> np.ndarray:
    """Returns `images` as an array, if their dtype is uint8."""
    images = np.asarray(images)
    if images.dtype != np.uint8:
        raise ValueError(
            "Images must be bytes, of dtype uint8. "
            f"Received: an array of {images.dtype}. Call `to_uint8` first."
        )
    return images


def convert_channels(
    image: np.ndarray, channels: int, value_range: Range = (0, 255)
) -> np.ndarray:
    """Converts between grayscale, RGB and RGBA, keeping the dtype.

    RGB becomes grayscale with the weights 0.299, 0.587 and 0.114; grayscale is
    repeated; transparent pixels are blended with white; new alpha channels are
    opaque.

    Args:
        image: Array whose last axis is the channels: 1, 3 or 4.
        channels: 1, 3 or 4.
        value_range: `(black, white)` of `image`.

    Returns:
        Array of the same dtype whose last axis has length `channels`.

    Example:

    >>> red = np.array([[[255, 0, 0]]], "uint8")
    >>> convert_channels(red, 1).tolist()
    [[[76]]]
    """
    check_image_shape((*image.shape[:-1], channels)[-3:])
    if image.shape[-1] == channels:
        return image
    low, high = value_range
    pixels = image.astype("float32")
    if pixels.shape[-1] == 4:
        alpha = (pixels[..., 3:] - low) / (high - low)
        pixels = pixels[..., :3] * alpha + high * (1 - alpha)
    if channels == 1:
        pixels = (pixels @ _GRAY_WEIGHTS)[..., None]
    elif pixels.shape[-1] == 1:
        pixels = pixels.repeat(3, axis=-1)
    if channels == 4:
        opaque = np.full_like(pixels[..., :1], high)
        pixels = np.concatenate([pixels, opaque], axis=-1)
    if np.issubdtype(image.dtype, np.integer):
        pixels = np.round(pixels)
    return pixels.astype(image.dtype)


def to_picture(image: ArrayLike) -> Any:
    """Converts a uint8 array `(height, width[, channels])` for Pillow."""
    from PIL import Image

    pixels = check_uint8(image)
    pixels = pixels[..., None] if pixels.ndim == 2 else pixels
    check_image_shape(pixels.shape)
    squeezed = pixels[..., 0] if pixels.shape[-1] == 1 else pixels
    return Image.fromarray(np.ascontiguousarray(squeezed))
