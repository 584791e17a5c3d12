"""Chooses rows so that every category comes as often as it should."""

import numpy as np

_ROUNDS = 30


def chosen_rows(codes, shares, size, draws) -> np.ndarray:
    """Chooses rows whose categories have given shares, in all columns.

    Each row gets a weight so that the weighted shares are those that are
    wanted: column after column, again and again (iterative proportional
    fitting, or raking). Then rows are chosen with chances in proportion to
    their weights, none twice.

    Args:
        codes: Integer array `(rows, columns)` of categories.
        shares: One array of wanted shares, each above 0, for each column.
        size: Number of rows to choose, at most the number there is.
        draws: Random generator.

    Returns:
        Integer array `(size,)`, the numbers of rows in ascending order.

    Reference:
        [Deming and Stephan, 1940](https://doi.org/10.1214/aoms/1177731829)
    """
    weights = np.full(len(codes), 1.0)
    for _ in range(_ROUNDS):
        for column, share in zip(codes.T, shares, strict=True):
            found = np.bincount(column, weights, minlength=len(share))
            # What has no rows cannot be had; the others share its place.
            wanted = np.where(found > 0, share, 0.0)
            factors = wanted / wanted.sum() / np.maximum(found, 1e-300)
            weights = weights * factors[column]
    chances = _at_most_once(weights / weights.sum(), size)
    points = draws.random() + np.arange(size)
    places = np.searchsorted(np.cumsum(chances), points, side="right")
    # Rounding may have left the sum a little short.
    return np.minimum(places, len(codes) - 1)


def _at_most_once(weights, size) -> np.ndarray:
    """Chances of at most 1 that add up to a size, in proportion to weights."""
    chances = weights * size
    sure = np.zeros(len(weights), bool)
    while (chances > 1.0).any():
        sure |= chances > 1.0
        rest = np.where(sure, 0.0, weights)
        left = size - sure.sum()
        chances = np.where(sure, 1.0, rest / rest.sum() * left)
    return chances
