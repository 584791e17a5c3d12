"""New pixels as weighted sums of old ones."""

from collections.abc import Iterable

import numpy as np

Taps = tuple[np.ndarray, np.ndarray]
"""Old places and their weights, `(new_length, number)` each."""


def resample(images: np.ndarray, taps: Iterable[Taps]) -> np.ndarray:
    """Computes each new pixel from old ones in its row and in its column.

    Args:
        images: Floats `(..., height, width, channels)`.
        taps: The taps of the new rows and of the new columns.

    Returns:
        float64 `(..., new_height, new_width, channels)`.
    """
    images = images.astype("float64")
    for places, weights in taps:
        # Twice, so that columns become rows, and then rows again.
        images = _rows(images, places, weights).swapaxes(-3, -2)
    return images


def _rows(images: np.ndarray, places: np.ndarray, weights: np.ndarray):
    *others, width, channels = images.shape
    flat = images.reshape(*others, width * channels)
    # A few sums of rows: threads of a matrix product would wait for each other.
    rows = sum(
        weight[:, None] * flat[..., place, :]
        for place, weight in zip(places.T, weights.T, strict=True)
    )
    return np.reshape(rows, (*rows.shape[:-1], width, channels))


def cubic(distance: np.ndarray, a: float = -0.75) -> np.ndarray:
    """Weights of Keys' cubic kernel.

    Args:
        distance: From the new pixel, in units of old ones, 0 or more.
        a: The kernel's slope at a distance of 1: -0.5 in MATLAB, -0.75 in most
            other programs.
    """
    x = distance
    near = (a + 2) * x**3 - (a + 3) * x**2 + 1
    far = a * (x**3 - 5 * x**2 + 8 * x - 4)
    return np.where(x <= 1, near, np.where(x <= 2, far, 0.0))
