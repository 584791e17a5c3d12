"""Converts batches of images for the named networks: bytes, channels."""

from typing import Any

import keras
from keras import ops

from keras_gan.images import Range, check_value_range


def optional_range(value_range: Range | None) -> Range | None:
    """Returns `value_range` as a list of two floats, or `None`."""
    return None if value_range is None else list(check_value_range(value_range))


def check_bytes(images: Any, value_range: Range | None) -> None:
    """Checks that uint8 images have the range of bytes.

    Raises:
        ValueError: If another range is given for them.
    """
    dtype = keras.backend.standardize_dtype(images.dtype)
    if dtype == "uint8" and value_range not in (None, [0.0, 255.0]):
        raise ValueError(
            f"Images must be in `value_range={tuple(value_range)}`. Received: "
            "bytes of dtype uint8, from 0 to 255. Make the metric with "
            "`value_range=(0, 255)`, or scale them: `images / 127.5 - 1.0`."
        )


def as_bytes(images: Any, value_range: Range) -> Any:
    """Rounds images to integers from 0 to 255, as in image files.

    Args:
        images: Tensor of any shape; values outside the range are clipped.
        value_range: `(low, high)` of images.

    Returns:
        Float32 tensor of the same shape.
    """
    low, high = value_range
    shares = (ops.cast(images, "float32") - low) / (high - low)
    return ops.clip(ops.floor(shares * 255.0 + 0.5), 0.0, 255.0)


def convert_channels(pictures: Any, channels: int) -> Any:
    """Converts grayscale, RGB and RGBA to grayscale or RGB.

    Args:
        pictures: Float32 tensor `(batch, height, width, 1, 3 or 4)` with
            values from 0 to 255.
        channels: 1 or 3.
    """
    if pictures.shape[-1] == channels:
        return pictures
    if pictures.shape[-1] == 4:
        alpha = pictures[..., 3:] / 255.0
        over_white = pictures[..., :3] * alpha + 255.0 * (1.0 - alpha)
        return ops.round(convert_channels(over_white, channels))
    if channels == 3:
        return ops.repeat(pictures, 3, axis=-1)
    red, green, blue = (pictures[..., i : i + 1] for i in range(3))
    return ops.round(0.299 * red + 0.587 * green + 0.114 * blue)
