"""Nearest neighbors in feature space, a part of the distances at a time."""

import numpy as np
from numpy.typing import ArrayLike

from keras_gan.metrics.polynomial_mmd import check_pair
from keras_gan.utils.arguments import integer

# Numbers held at once beside the features: 32 MB of float64.
_NUMBERS = 2**22
# Candidates beyond the k that are asked for: their distances are computed
# anew, so that rounding does not decide who is nearest.
_SPARE = 8
# Nearer than this share of the spread of all is the same image: features in
# float32 differ by less from one batch size to another.
_SAME = 1e-5
# And of their length so many units in the last place: what rounding leaves
# between features of one image is the spread where there is no other.
_UNITS = 8


def nearest_neighbours(
    real_features: ArrayLike, fake_features: ArrayLike, k: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Finds for each fake the `k` nearest real features.

    The distance is Euclidean, in float64, and exactly 0 between equal
    features. The matrix of all distances is never held.

    Args:
        real_features: `(num_real, num_features)`, at least `k` of them.
        fake_features: `(num_fake, num_features)`, at least 1.
        k: How many neighbors, at least 1.

    Returns:
        Which real ones, int64 `(num_fake, k)`, and how far away, float64
        `(num_fake, k)`, the nearest first.

    Raises:
        ValueError: If there are too few features, or they differ in size.

    Example:

    >>> real = np.array([[0.0, 0.0], [3.0, 4.0], [9.0, 9.0]])
    >>> indices, distances = nearest_neighbours(real, [[0.0, 0.0]], k=2)
    >>> indices.tolist(), distances.tolist()
    ([[0, 1]], [[0.0, 5.0]])
    """
    k = integer("k", k, at_least=1)
    names = ("real_features", "fake_features")
    real, fake = check_pair(real_features, fake_features, 1, names)
    if len(real) < k:
        raise ValueError(
            f"`real_features` must hold at least k={k} features. Received: "
            f"{len(real)}."
        )
    # Far from the origin, differences would drown in the squares.
    middle = real.mean(axis=0)
    return _search(real - middle, fake - middle, k)


def nearest_others(features: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Finds for each image the nearest other one among its own kind.

    An image that occurs twice is one image here: neither is its neighbor the
    other. Features count as equal within 1e-5 of their root mean square
    distance from the mean, and within the rounding of their dtype.

    Args:
        features: `(at least 2, num_features)`, not all equal.

    Returns:
        Which one, int64 `(num_images,)`, and how far away, float64
        `(num_images,)`.

    Raises:
        ValueError: If there are too few, or all are equal.

    Example:

    >>> indices, distances = nearest_others([[0.0], [0.0], [2.0], [5.0]])
    >>> indices.tolist(), distances.tolist()
    ([2, 2, 0, 2], [2.0, 2.0, 2.0, 3.0])
    """
    rounding = _UNITS * _epsilon(np.asarray(features).dtype)
    points, _ = check_pair(features, features, 2, ("features", "features"))
    length = np.einsum("ij,ij->", points, points) / len(points)
    points = points - points.mean(axis=0)
    spread = np.einsum("ij,ij->", points, points) / len(points)
    same = max(_SAME**2 * spread, rounding**2 * length)
    indices, distances = _search(points, points, 1, same)
    if not np.isfinite(distances).all():
        raise ValueError(
            "`features` must be of different images. Received: "
            f"{len(points)} images with equal features."
        )
    return indices[:, 0], distances[:, 0]


def _epsilon(dtype: np.dtype) -> float:
    """Relative distance of neighboring numbers; integers are not rounded."""
    is_float = np.issubdtype(dtype, np.floating)
    return float(np.finfo(dtype if is_float else "float64").eps)


def _search(
    points: np.ndarray, queries: np.ndarray, k: int, same: float = -1.0
) -> tuple[np.ndarray, np.ndarray]:
    """The `k` nearest whose squared distance is greater than `same`."""
    num_candidates = min(k + _SPARE, len(points))
    num_numbers = max(len(points), num_candidates * points.shape[1])
    step = max(1, _NUMBERS // num_numbers)
    norms = np.einsum("ij,ij->i", points, points)
    indices = np.empty((len(queries), k), "int64")
    distances = np.empty((len(queries), k))
    for start in range(0, len(queries), step):
        rows = slice(start, start + step)
        some = queries[rows]
        squares = -2.0 * (some @ points.T)
        squares += norms
        squares += np.einsum("ij,ij->i", some, some)[:, None]
        squares[squares <= same] = np.inf
        near = np.argpartition(squares, num_candidates - 1, axis=1)
        near = near[:, :num_candidates]
        exact = np.square(points[near] - some[:, None]).sum(axis=2)
        exact[np.isinf(np.take_along_axis(squares, near, axis=1))] = np.inf
        # Of equally near ones, the first.
        order = np.lexsort((near, exact))[:, :k]
        indices[rows] = np.take_along_axis(near, order, axis=1)
        distances[rows] = np.sqrt(np.take_along_axis(exact, order, axis=1))
    return indices, distances
