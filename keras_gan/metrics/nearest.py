"""Nearest neighbors in feature space, with bounded memory."""

import numpy as np
from numpy.typing import ArrayLike

from keras_gan.metrics.polynomial_mmd import check_pair
from keras_gan.utils.arguments import integer

# Maximum size of temporary arrays: 32 MB of float64.
_NUMBERS = 2**22
# Additional candidates, whose distances are recomputed exactly, so that
# rounding errors do not decide which is nearest.
_SPARE = 8
# Images closer than this share of the overall deviation are the same: float32
# features differ by less between batch sizes.
_SAME = 1e-5
# The same tolerance in units in the last place of the features, for cases in
# which rounding errors are the only deviation.
_UNITS = 8


def nearest_neighbors(
    real_features: ArrayLike, fake_features: ArrayLike, k: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Finds the `k` nearest real features for each fake.

    The distance is Euclidean, in float64, and exactly 0 between equal
    features. The full matrix of distances is never in memory.

    Args:
        real_features: `(num_real, num_features)`, at least `k` of them.
        fake_features: `(num_fake, num_features)`, at least 1.
        k: Number of neighbors, at least 1.

    Returns:
        Indices, int64 `(num_fake, k)`, and distances, float64 `(num_fake, k)`,
        of the nearest real features, in increasing order of distance.

    Raises:
        ValueError: If there are too few features, or they differ in size.

    Example:

    >>> real = np.array([[0.0, 0.0], [3.0, 4.0], [9.0, 9.0]])
    >>> indices, distances = nearest_neighbors(real, [[0.0, 0.0]], k=2)
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
    # Far from the origin, differences would be lost to cancellation.
    middle = real.mean(axis=0)
    return _search(real - middle, fake - middle, k)


def nearest_others(features: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Finds the nearest other image of the same kind for each image.

    Duplicates are treated as one image: they are not neighbors of each other.
    Features are equal if they differ by less than 1e-5 of their root mean
    square distance from the mean, or by rounding errors of their dtype.

    Args:
        features: `(at least 2, num_features)`, not all equal.

    Returns:
        Indices, int64 `(num_images,)`, and distances, float64 `(num_images,)`.

    Raises:
        ValueError: If there are too few features, or all are equal.

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
            "`features` must contain different images. Received: "
            f"{len(points)} images with equal features."
        )
    return indices[:, 0], distances[:, 0]


def _epsilon(dtype: np.dtype) -> float:
    """Relative rounding error; integers are treated as float64."""
    is_float = np.issubdtype(dtype, np.floating)
    return float(np.finfo(dtype if is_float else "float64").eps)


def _search(
    points: np.ndarray, queries: np.ndarray, k: int, same: float = -1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Finds the `k` nearest points at squared distances above `same`."""
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
        # At equal distances, the first one.
        order = np.lexsort((near, exact))[:, :k]
        indices[rows] = np.take_along_axis(near, order, axis=1)
        distances[rows] = np.sqrt(np.take_along_axis(exact, order, axis=1))
    return indices, distances
