"""The polynomial discrepancy of many pairs of subsets of two samples."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from keras_gan.metrics.polynomial_mmd import polynomial_mmd

Subsets = Sequence[np.ndarray]

# A part of a kernel matrix of this many rows and columns fits into a cache.
_SIDE = 1024
# From so many pairs of images on, products are in float32.
_MANY_PAIRS = 2**26


def polynomial_mmds(
    x: np.ndarray, y: np.ndarray, of_x: Subsets, of_y: Subsets
) -> np.ndarray:
    """Returns `polynomial_mmd` of each pair of subsets.

    The subsets overlap. If there are fewer pairs of images than pairs in all
    subsets, the kernel is computed once for each pair of images and summed over
    the subsets that contain it.

    If there are very many, the products of features are in float32, with two
    measures that leave no error beyond 1e-12 of the kernel in a sum over
    thousands of images: the mean is subtracted from the features, and the sums
    of products along rows and columns, which are known exactly, are restored.
    All else is in float64.

    Args:
        x: Finite features, `(num_x, num_features)`.
        y: The same, `(num_y, num_features)`.
        of_x: For each subset the indices of its images in `x`, each once.
        of_y: The same for `y`; all subsets have the same size.
    """
    size, num_features = len(of_x[0]), x.shape[1]
    num_pairs = len(x) * len(y) + (len(x) ** 2 + len(y) ** 2) // 2
    if 2 * len(of_x) * size**2 < num_pairs:
        pairs = zip(of_x, of_y, strict=True)
        return np.array([polynomial_mmd(x[i], y[j]) for i, j in pairs])
    chosen = _chosen(of_x, len(x)), _chosen(of_y, len(y))
    parts = _parts((x, y), chosen, many=num_pairs >= _MANY_PAIRS)
    sums = np.zeros((2, len(of_x)))
    for row in range(len(parts)):
        for column in range(row + 1):
            other = parts[row].sample != parts[column].sample
            sums[int(other)] += _sums(parts, row, column)
    # The sums have pairs in both orders.
    means = sums[0] / (size * (size - 1)) - sums[1] / size**2
    return means / num_features**3


class _Part(NamedTuple):
    """Some images of a sample.

    Attributes:
        sample: Number of the sample.
        centered: Features without the mean, `(images, num_features)`.
        offsets: Float64 `(images,)`. The sum of those of two images is what
            must be added to the product of their centered features to get
            `x.y + num_features`.
        products: Float64 `(images, parts)`: exact sums of the products with the
            other images of each part.
        chosen: Float64 `(subsets, images)`: 1 for images of a subset, else 0.
    """

    sample: int
    centered: np.ndarray
    offsets: np.ndarray
    products: np.ndarray
    chosen: np.ndarray


def _parts(samples, subsets, many: bool) -> list[_Part]:
    mean = np.mean([s.mean(axis=0, dtype="float64") for s in samples], axis=0)
    constant = (mean @ mean + len(mean)) / 2.0
    places = [
        (number, slice(first, first + _SIDE))
        for number, features in enumerate(samples)
        for first in range(0, len(features), _SIDE)
    ]
    totals = np.stack(
        [(samples[number][part] - mean).sum(axis=0) for number, part in places]
    )
    parts: list[_Part] = []
    for number, part in places:
        centered = samples[number][part] - mean
        products = centered @ totals.T
        # Without those of an image with itself.
        products[:, len(parts)] -= np.square(centered).sum(axis=1)
        offsets = centered @ mean + constant
        centered = centered.astype("float32") if many else centered
        chosen = subsets[number][:, part]
        parts.append(_Part(number, centered, offsets, products, chosen))
    return parts


def _chosen(subsets: Subsets, num_images: int) -> np.ndarray:
    chosen = np.zeros((len(subsets), num_images))
    for row, indices in zip(chosen, subsets, strict=True):
        row[indices] = 1.0
    return chosen


def _sums(parts, row, column):
    """Sums of the kernel over pairs of different images of two parts.

    Returns:
        Float64 `(subsets,)`, with each pair in both orders.
    """
    rows, columns = parts[row], parts[column]
    same = row == column
    products = rows.centered @ columns.centered.T
    height, width = products.shape
    if same:
        np.fill_diagonal(products, 0.0)
        height, width = max(height - 1, 1), max(width - 1, 1)
    along = rows.products[:, column] - products.sum(axis=1, dtype="float64")
    down = columns.products[:, row] - products.sum(axis=0, dtype="float64")
    of_rows = rows.offsets + (along - along.mean()) / width
    values = of_rows[:, None] + (columns.offsets + down / height)
    values += products
    cubes = values * values
    cubes *= values
    if same:
        np.fill_diagonal(cubes, 0.0)
    sums = np.einsum("sj,sj->s", rows.chosen @ cubes, columns.chosen)
    return sums if same else 2.0 * sums
