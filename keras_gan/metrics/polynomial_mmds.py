"""The polynomial discrepancy of many pairs of subsets of two samples."""

from collections.abc import Iterator, Sequence

import numpy as np

from keras_gan.metrics.polynomial_mmd import polynomial_kernel, polynomial_mmd

Subsets = Sequence[np.ndarray]

# A part of a kernel matrix of this many rows and columns fits into a cache.
_SIDE = 1024


def polynomial_mmds(
    x: np.ndarray, y: np.ndarray, of_x: Subsets, of_y: Subsets
) -> np.ndarray:
    """Returns `polynomial_mmd` of each pair of subsets.

    The subsets overlap. If there are fewer pairs of images than pairs in all
    subsets, the kernel is computed once for each pair of images and summed over
    the subsets that contain it.

    Args:
        x: Finite float64 features, `(num_x, num_features)`.
        y: The same, `(num_y, num_features)`.
        of_x: For each subset the indices of its images in `x`, each once.
        of_y: The same for `y`; all subsets have the same size.
    """
    size = len(of_x[0])
    in_subsets = 2 * len(of_x) * size**2
    if in_subsets < len(x) * len(y) + (len(x) ** 2 + len(y) ** 2) / 2:
        pairs = zip(of_x, of_y, strict=True)
        return np.array([polynomial_mmd(x[i], y[j]) for i, j in pairs])
    chosen_x, chosen_y = _chosen(of_x, len(x)), _chosen(of_y, len(y))
    same = _sums_within(x, chosen_x) + _sums_within(y, chosen_y)
    other = _sums_between(x, chosen_x, y, chosen_y)
    return same / (size * (size - 1)) - 2.0 * other / size**2


def _chosen(subsets: Subsets, num_images: int) -> np.ndarray:
    """Float64 `(subsets, num_images)`: 1 for images of a subset, else 0."""
    chosen = np.zeros((len(subsets), num_images))
    for row, indices in zip(chosen, subsets, strict=True):
        row[indices] = 1.0
    return chosen


def _sums_within(x, chosen):
    """Sums of the kernel over pairs of different images, `(subsets,)`."""
    total = np.zeros(len(chosen))
    for rows in _parts(len(x)):
        for columns in _parts(rows.stop):
            values = polynomial_kernel(x[rows], x[columns])
            if rows == columns:
                np.fill_diagonal(values, 0.0)
            # The kernel is symmetric: other parts count twice.
            weight = 1.0 if rows == columns else 2.0
            total += weight * _summed(
                values, chosen[:, rows], chosen[:, columns]
            )
    return total


def _sums_between(x, chosen_x, y, chosen_y):
    """Sums of the kernel over all pairs of both samples, `(subsets,)`."""
    total = np.zeros(len(chosen_x))
    for rows in _parts(len(x)):
        for columns in _parts(len(y)):
            values = polynomial_kernel(x[rows], y[columns])
            total += _summed(values, chosen_x[:, rows], chosen_y[:, columns])
    return total


def _summed(values, of_rows, of_columns):
    return np.einsum("sj,sj->s", of_rows @ values, of_columns)


def _parts(count: int) -> Iterator[slice]:
    for start in range(0, count, _SIDE):
        yield slice(start, min(start + _SIDE, count))
