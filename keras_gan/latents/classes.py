"""What varies within classes, and not between them."""

import numpy as np

# Of the range of values; means of classes have rounding errors.
_LEAST = 1e-5


def within_classes(values: np.ndarray, labels: np.ndarray | None) -> np.ndarray:
    """Returns values less the mean of their class.

    Args:
        values: Floats `(count, ...)`.
        labels: Their classes, or `None`: all are of one.

    Example:

    >>> within_classes(np.array([1.0, 3.0, 9.0]), np.array([0, 0, 1])).tolist()
    [-1.0, 1.0, 0.0]
    """
    if labels is None:
        return values - values.mean(axis=0)
    centered = np.array(values)
    for label in np.unique(labels):
        centered[labels == label] -= values[labels == label].mean(axis=0)
    return centered


def vary_within_classes(values: np.ndarray, labels: np.ndarray | None) -> bool:
    """Whether values differ within classes, by more than rounding errors.

    Args:
        values: Floats `(count, ...)`.
        labels: Their classes, or `None`: all are of one.

    Example:

    >>> values = np.array([0.1, 0.1, 0.3])
    >>> vary_within_classes(values, None)
    True
    >>> vary_within_classes(values, np.array([0, 0, 1]))
    False
    """
    spread = np.ptp(within_classes(values, labels), axis=0).max()
    return bool(spread > _LEAST * np.ptp(values, axis=0).max())
