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
