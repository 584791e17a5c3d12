"""Numbers that are fitted on the scores of each class of images."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

# A class with fewer images uses what is fitted on all classes.
_FEWEST = 2


def check_labels(labels: Any, num_images: int, num_classes: int) -> np.ndarray:
    """Returns labels as an array, if there is one for each image.

    Args:
        labels: What was given.
        num_images: The number of images.
        num_classes: The number of classes.

    Raises:
        ValueError: If they are anything else.
    """
    labels = np.asarray(labels)
    is_whole = np.issubdtype(labels.dtype, np.integer)
    span = (labels.min(), labels.max()) if is_whole and labels.size else ()
    fits = labels.shape == (num_images,) and is_whole
    if not fits or (span and (span[0] < 0 or span[1] >= num_classes)):
        raise ValueError(
            f"`labels` must be {num_images} integers from 0 to "
            f"{num_classes - 1}, one per image. Received: {labels.dtype} of "
            f"shape {labels.shape}"
            + (f", from {span[0]} to {span[1]}." if span else ".")
        )
    return labels


def fit_by_class(
    fit: Callable[[np.ndarray], Sequence[float]],
    logits: np.ndarray,
    labels: np.ndarray | None,
    num_classes: int | None,
) -> np.ndarray:
    """Fits numbers on the logits of each class.

    Args:
        fit: Function from logits `(num_images,)` to some numbers.
        logits: Float32 array `(num_images,)`.
        labels: Integers `(num_images,)`; `None` if there are no classes.
        num_classes: The number of classes; `None` likewise.

    Returns:
        Float32 array `(numbers,)`, or `(numbers, num_classes)`.

    Example:

    >>> logits, labels = np.array([1.0, 3.0, 5.0, 7.0]), np.array([0, 0, 1, 1])
    >>> fit_by_class(lambda one: [one.mean()], logits, labels, 2).tolist()
    [[2.0, 6.0]]
    """
    whole = np.asarray(fit(logits), "float32")
    if labels is None or num_classes is None:
        return whole
    own = [logits[labels == number] for number in range(num_classes)]
    columns = [fit(one) if len(one) >= _FEWEST else whole for one in own]
    return np.asarray(columns, "float32").T
