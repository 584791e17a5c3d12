"""Numbers about logits: pure functions of arrays."""

import numpy as np

_EPSILON = 1e-12


def ranking(higher: np.ndarray, lower: np.ndarray) -> float:
    """The probability that a value of the first array is the larger one.

    This is the area under the ROC curve: 0.5 if the two are alike.

    Args:
        higher: Values `(n,)`.
        lower: Values `(m,)`.

    Example:

    >>> ranking(np.array([3.0, 4.0]), np.array([1.0, 4.0]))
    0.625
    """
    differences = higher[:, None] - lower
    return float((differences > 0).mean() + (differences == 0).mean() / 2)


def deviation_of_ranking(first: int, second: int) -> float:
    """The standard deviation of `ranking` where there is no difference.

    Args:
        first: Number of values in one array.
        second: Number of values in the other one.
    """
    return float(np.sqrt((first + second + 1) / (12 * first * second)))


def memorized_share(
    training: np.ndarray, held_out: np.ndarray, fake: np.ndarray
) -> float:
    """Which part of the margin of training images is memory.

    0 if images that were held back score like training images, 1 if they
    score like samples.

    Args:
        training: Logits of training images.
        held_out: Logits of images that were held back.
        fake: Logits of samples.

    Reference:
        [Karras et al., 2020](https://arxiv.org/abs/2006.06676), equation 1.
    """
    margin = training.mean() - fake.mean()
    if margin <= _EPSILON:
        return 0.0
    return float((training.mean() - held_out.mean()) / margin)
