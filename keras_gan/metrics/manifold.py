from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from keras_gan.metrics.polynomial_mmd import check_pair
from keras_gan.utils.arguments import integer

# Rows of distances at once, so that the whole matrix is never in memory.
_ROWS = 512


def manifold_metrics(
    real_features: ArrayLike, fake_features: ArrayLike, nearest_k: int = 5
) -> dict[str, float]:
    """Precision, recall, density and coverage of two samples of features.

    Each image has a ball that reaches to its `nearest_k`-th neighbor of the
    same kind (real or fake); a set of images is represented by the union of
    its balls.

    - precision: share of fakes inside the balls of real images (quality);
    - recall: share of real images inside the balls of fakes (variety);
    - density: mean number of real balls that contain a fake, divided by
      `nearest_k`. It may exceed 1, and is robust to outliers;
    - coverage: share of real balls that contain at least one fake.

    Args:
        real_features: `(more than nearest_k, num_features)`.
        fake_features: `(more than nearest_k, num_features)`.
        nearest_k: Index of the neighbor that a ball reaches to, at least 1.

    Returns:
        Dict of `precision`, `recall`, `density` and `coverage`.

    Raises:
        ValueError: If there are too few features, or they differ in size.

    Example:

    >>> x = np.random.default_rng(0).normal(size=(200, 8))
    >>> values = manifold_metrics(x, x.copy())
    >>> values["precision"], values["recall"], values["coverage"]
    (1.0, 1.0, 1.0)

    Reference:
        [Kynkaanniemi et al., 2019](https://arxiv.org/abs/1904.06991) (precision
        and recall);
        [Naeem et al., 2020](https://arxiv.org/abs/2002.09797) (density and
        coverage)
    """
    nearest_k = integer("nearest_k", nearest_k, at_least=1)
    names = ("real_features", "fake_features")
    # As in other packages, distances are rounded to the precision of the
    # features, which decides between neighbors at equal distances.
    dtype = np.result_type(*map(_float_dtype, (real_features, fake_features)))
    real, fake = check_pair(real_features, fake_features, nearest_k + 1, names)
    real_radii = _radii(real, nearest_k, dtype)
    fake_radii = _radii(fake, nearest_k, dtype)
    num_balls = np.zeros(len(fake), "int64")
    recalled, covered = 0, 0
    for rows, distances in _distances(real, fake, dtype):
        within = distances < real_radii[rows, None]
        num_balls += within.sum(axis=0)
        recalled += int((distances < fake_radii).any(axis=1).sum())
        covered += int(within.any(axis=1).sum())
    return {
        "precision": float((num_balls > 0).mean()),
        "recall": recalled / len(real),
        "density": float(num_balls.mean() / nearest_k),
        "coverage": covered / len(real),
    }


def _radii(features: np.ndarray, nearest_k: int, dtype) -> np.ndarray:
    radii = np.empty(len(features), dtype)
    for rows, distances in _distances(features, features, dtype):
        # Each image is its own nearest neighbor, regardless of rounding.
        distances[np.arange(len(distances)), np.arange(len(features))[rows]] = 0
        radii[rows] = np.partition(distances, nearest_k, axis=1)[:, nearest_k]
    return radii


def _distances(
    x: np.ndarray, y: np.ndarray, dtype
) -> Iterator[tuple[slice, np.ndarray]]:
    """Yields slices of `x` and their distances to all of `y`."""
    x_norms = np.einsum("ij,ij->i", x, x)[:, None]
    y_norms = np.einsum("ij,ij->i", y, y)[None]
    for start in range(0, len(x), _ROWS):
        rows = slice(start, start + _ROWS)
        squares = -2.0 * (x[rows] @ y.T)
        squares += x_norms[rows]
        squares += y_norms
        squares = np.maximum(squares, 0.0).astype(dtype, copy=False)
        yield rows, np.sqrt(squares, out=squares)


def _float_dtype(features: ArrayLike) -> np.dtype:
    dtype = np.asarray(features).dtype
    return dtype if dtype == np.float32 else np.dtype("float64")
