"""Numbers about samples, beside real images: pure functions of arrays."""

import warnings

import numpy as np

# Images are compared in this size: it is quick, and noise matters less.
_LONGEST_SIDE = 32
_MOST_MODES = 10
_IMAGES_PER_MODE = 8
# Values within this part of the range from an end are at the end.
_AT_END = 0.005
_EPSILON = 1e-12


def features(images: np.ndarray) -> np.ndarray:
    """Images as rows: the means of squares of pixels, or the pixels.

    Args:
        images: Array `(n, ...)`; of images, `(n, height, width, channels)`.

    Returns:
        Float32 array `(n, features)`.
    """
    images = np.asarray(images, "float32")
    if images.ndim == 4:
        step = -(-max(images.shape[1:3]) // _LONGEST_SIDE)
        height, width = (max(1, side // step) for side in images.shape[1:3])
        steps = [min(step, side) for side in images.shape[1:3]]
        cut = images[:, : height * steps[0], : width * steps[1]]
        shape = (-1, height, steps[0], width, steps[1], images.shape[3])
        images = cut.reshape(shape).mean((2, 4))
    return images.reshape(len(images), -1)


def distances(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Euclidean distances `(n, m)` between the rows of two arrays."""
    one, other = one.astype("float64"), other.astype("float64")
    squares = (one**2).sum(1)[:, None] + (other**2).sum(1) - 2 * one @ other.T
    return np.sqrt(np.maximum(squares, 0.0))


def spread(own: np.ndarray) -> float:
    """Mean distance between different rows, of a square array of distances."""
    count = len(own)
    return float(own.sum() / max(1, count * (count - 1)))


def energy_distance(
    real: np.ndarray, between: np.ndarray, fake: np.ndarray
) -> float:
    """How far the samples are from the images, 0 for equal distributions.

    The squared energy distance in units of the mean distance of real images.

    Args:
        real: Distances between real images, `(n, n)`.
        between: Distances of real images to samples, `(n, m)`.
        fake: Distances between samples, `(m, m)`.

    Reference:
        Székely and Rizzo, "Energy statistics", 2013.
    """
    own = spread(real)
    value = 2 * float(between.mean()) - own - spread(fake)
    return value / max(own, _EPSILON)


def neighbor_accuracy(
    real: np.ndarray, between: np.ndarray, fake: np.ndarray
) -> float:
    """How well a nearest neighbor tells samples from real images.

    Args:
        real: Distances between real images, `(n, n)`.
        between: Distances of real images to samples, `(n, m)`.
        fake: Distances between samples, `(m, m)`.

    Returns:
        The leave-one-out accuracy, balanced: 0.5 if they are alike.

    Reference:
        [Lopez-Paz and Oquab, 2017](https://arxiv.org/abs/1610.06545).
    """
    nearest_real = _nearest_other(real) < between.min(1)
    nearest_fake = _nearest_other(fake) < between.min(0)
    return float(nearest_real.mean() + nearest_fake.mean()) / 2


def _nearest_other(own: np.ndarray) -> np.ndarray:
    return (own + np.diag(np.full(len(own), np.inf))).min(1)


def mode_centers(real: np.ndarray, seed: int = 0) -> np.ndarray:
    """Centers of groups of similar images, by k-means.

    Args:
        real: Features of real images, `(n, features)`.
        seed: Determines where the search begins.

    Returns:
        Array `(k, features)`, with at most ten rows.
    """
    from scipy.cluster.vq import kmeans2

    real = real.astype("float64")
    random = np.random.default_rng(seed)
    centers = real[:1]
    wanted = max(2, min(_MOST_MODES, len(real) // _IMAGES_PER_MODE))
    while len(centers) < wanted:  # As k-means++ chooses them.
        squares = distances(real, centers).min(1) ** 2
        if squares.sum() <= _EPSILON:
            break
        chosen = random.choice(len(real), p=squares / squares.sum())
        centers = np.concatenate([centers, real[chosen : chosen + 1]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # A group without images.
        return kmeans2(real, centers, minit="matrix")[0]


def shares_of_modes(rows: np.ndarray, centers: np.ndarray) -> np.ndarray:
    """The share of rows nearest to each center, `(k,)`."""
    nearest = distances(rows, centers).argmin(1)
    return np.bincount(nearest, minlength=len(centers)) / len(rows)


def effective_number(shares: np.ndarray) -> float:
    """How many equal shares have the same entropy.

    Example:

    >>> round(effective_number(np.array([0.5, 0.5, 0.0])), 6)
    2.0
    """
    some = shares[shares > 0]
    return float(np.exp(-(some * np.log(some)).sum()))


def share_at_ends(images: np.ndarray) -> float:
    """The share of values in [-1, 1] that are at an end of the range."""
    return float((np.abs(images) > 1 - 2 * _AT_END).mean())


def class_spreads(rows: np.ndarray, labels: np.ndarray) -> dict[int, float]:
    """The mean distance between rows of each class that has at least four."""
    found = {}
    for label in np.unique(labels):
        some = rows[labels == label]
        if len(some) >= 4:
            found[int(label)] = spread(distances(some, some))
    return found


def label_agreement(
    between: np.ndarray, real_labels: np.ndarray, fake_labels: np.ndarray
) -> float:
    """How often the nearest real image of a sample has the sample's label.

    Args:
        between: Distances of real images to samples, `(n, m)`.
        real_labels: Integers `(n,)`.
        fake_labels: Integers `(m,)`.
    """
    return float((real_labels[between.argmin(0)] == fake_labels).mean())
