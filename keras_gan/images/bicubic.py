"""Bicubic resizing as MATLAB does it."""

import functools
import math
from collections.abc import Sequence

import numpy as np

from keras_gan.images.resampling import Taps, cubic, resample
from keras_gan.utils.arguments import height_and_width, is_number


def bicubic_resize(
    images: np.ndarray,
    size: Sequence[int] | None = None,
    *,
    scale: float | None = None,
) -> np.ndarray:
    """Resizes images as MATLAB's `imresize` does, with antialiasing.

    The standard of super-resolution: low resolutions are made by it, and
    results are compared with it. Keys' cubic kernel with `a = -0.5` is widened
    by the reduction, so that fine detail is averaged, and images are mirrored
    at their borders, the outermost pixel included.

    Args:
        images: `(..., height, width, channels)`, uint8 or floats.
        size: `(height, width)` of the result.
        scale: Factor instead of `size`: sides are `ceil(scale * side)`.

    Returns:
        Array of the same dtype. Bytes are rounded and clipped; floats may
        exceed the range of the images slightly, as cubic curves do.

    Raises:
        ValueError: If not exactly one of `size` and `scale` is given.

    Example:

    >>> images = np.zeros((3, 8, 12, 1), "uint8")
    >>> bicubic_resize(images, scale=1 / 2).shape
    (3, 4, 6, 1)

    Reference:
        [Keys, 1981](https://doi.org/10.1109/TASSP.1981.1163711)
    """
    images = np.asarray(images)
    resized = resample(images, _taps(images.shape[-3:-1], size, scale))
    if images.dtype == np.uint8:
        resized = np.clip(np.floor(resized + 0.5), 0, 255)
    return resized.astype(images.dtype)


def _taps(sides, size, scale) -> list[Taps]:
    if (size is None) == (scale is None):
        raise ValueError(
            "Exactly one of `size` and `scale` must be given. "
            f"Received: size={size}, scale={scale}. Leave one of them out."
        )
    if size is not None:
        wanted = height_and_width("size", size)
        return [
            _weights(side, new, new / side)
            for side, new in zip(sides, wanted, strict=True)
        ]
    if not is_number(scale) or not 0 < scale < math.inf:
        raise ValueError(
            f"`scale` must be a positive number. Received: scale={scale!r}. "
            "Pass for example `1 / 2` for half of the size."
        )
    # Thirds and the like, in floating point, must not add a pixel.
    return [
        _weights(side, math.ceil(round(side * scale, 9)), float(scale))
        for side in sides
    ]


@functools.lru_cache(64)
def _weights(length: int, new_length: int, scale: float) -> Taps:
    """The old pixels around each new one, and what they add to it."""
    shrinkage = min(scale, 1.0)
    width = 4 / shrinkage
    # Centers of the new pixels in units of old ones.
    centers = ((np.arange(new_length) + 0.5) / scale - 0.5)[:, None]
    first = np.floor(centers - width / 2)
    taps = first + np.arange(math.ceil(width) + 2)
    weights = cubic(shrinkage * np.abs(centers - taps), a=-0.5)
    weights /= weights.sum(axis=1, keepdims=True)
    places = taps.astype(int) % (2 * length)
    return np.where(places < length, places, 2 * length - 1 - places), weights
