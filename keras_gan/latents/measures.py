"""What can be measured in images without a network."""

from collections.abc import Callable

import numpy as np


def brightness(images: np.ndarray) -> np.ndarray:
    """The mean of all pixels.

    Args:
        images: Floats `(batch, height, width, channels)` in [-1, 1].

    Returns:
        Float array `(batch,)`, as of all functions here.

    Example:

    >>> brightness(np.full((2, 4, 4, 1), 0.5)).tolist()
    [0.5, 0.5]
    """
    return np.mean(images, axis=(1, 2, 3))


def contrast(images: np.ndarray) -> np.ndarray:
    """The standard deviation of all pixels.

    Args:
        images: As for `brightness`.

    Example:

    >>> contrast(np.zeros((2, 4, 4, 1))).tolist()
    [0.0, 0.0]
    """
    return np.std(images, axis=(1, 2, 3))


def thickness(images: np.ndarray) -> np.ndarray:
    """The mean width in pixels of bright strokes on black.

    A stroke of width w and length l has the area w l and, as long as it is
    thin, an outline of length 2 l:

    ```
    thickness = 2 area / outline
    area      = sum of x, with pixels x from 0 (black) to 1
    outline   = sum of |gradient of x|
    ```

    Args:
        images: As for `brightness`.

    Example:

    >>> lines = np.full((2, 9, 9, 1), -1.0)
    >>> lines[0, :, 4], lines[1, :, 3:6] = 1.0, 1.0
    >>> thin, thick = thickness(lines)
    >>> bool(thin < thick)
    True
    """
    ink = _ink(images)
    # The outermost rows and columns have an outline as well.
    padded = np.pad(ink, ((0, 0), (1, 1), (1, 1)))
    down, right = np.gradient(padded, axis=(1, 2))
    outline = np.sqrt(np.square(down) + np.square(right)).sum(axis=(1, 2))
    return 2.0 * ink.sum(axis=(1, 2)) / np.maximum(outline, 1e-6)


def slant(images: np.ndarray) -> np.ndarray:
    """How far bright strokes on black lean to the right: a tangent.

    ```
    slant = -cov(row, column) / var(row), weighted by the pixels
    ```

    It is 0 for what stands upright and 1 for what leans by 45 degrees.

    Args:
        images: As for `brightness`.

    Example:

    >>> rows = 1.0 - 2.0 * (np.eye(9)[None, ::-1, :, None] == 0)
    >>> slant(rows).round(2).tolist()
    [1.0]
    """
    ink = _ink(images)
    ink = ink / np.maximum(ink.sum(axis=(1, 2), keepdims=True), 1e-6)
    rows, columns = np.indices(ink.shape[1:])
    row, column = (
        axis - (ink * axis).sum(axis=(1, 2), keepdims=True)
        for axis in (rows, columns)
    )
    covariance = (ink * row * column).sum(axis=(1, 2))
    variance = (ink * row * row).sum(axis=(1, 2))
    return -covariance / np.maximum(variance, 1e-6)


def _ink(images: np.ndarray) -> np.ndarray:
    """Pixels from 0 to 1, `(batch, height, width)`."""
    # A generator without a last activation may go a little beyond the range.
    return np.clip((np.mean(images, axis=-1) + 1.0) / 2.0, 0.0, 1.0)


MEASURES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    one.__name__: one for one in (brightness, contrast, thickness, slant)
}
