"""What varies within classes, and not between them."""

import numpy as np


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
