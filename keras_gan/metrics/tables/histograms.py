"""`histograms`: the shares of the values of each column, in two tables."""

from typing import Any

import numpy as np

from keras_gan.metrics.tables.columns import (
    codes,
    columns_of_each,
    is_ordered,
    numbers,
)
from keras_gan.utils.tables import Column

_BINS, _MOST_CATEGORIES = 20, 20


def histograms(real: Any, fake: Any) -> dict[str, np.ndarray]:
    """Returns the shares of the values of each column, in two tables.

    Numbers and dates are in 20 bins of equal width over the range of the real
    column. Of more than 20 categories the rarest count as one. Missing numbers
    and numbers out of range are in no bin.

    Args:
        real: Table, a `DataFrame` or a dict of arrays.
        fake: Another table with the same columns.

    Returns:
        Dict of arrays `(2, bars)` by column: the shares in `real` and `fake`.

    Raises:
        ValueError: If the tables have other columns.

    Example:

    >>> real, fake = {"sex": ["F", "M", "M", "M"]}, {"sex": ["F", "M"]}
    >>> histograms(real, fake)["sex"].tolist()
    [[0.75, 0.25], [0.5, 0.5]]
    """
    tables = columns_of_each(real=real, fake=fake)
    return {
        name: _shares(column, tables[1][name])
        for name, column in tables[0].items()
    }


def _shares(real: Column, fake: Column) -> np.ndarray:
    count = _counts_in_bins if is_ordered(real) else _counts_of_categories
    counts = count(real, fake)
    return np.stack(
        [
            found / len(column.values)
            for found, column in zip(counts, (real, fake), strict=True)
        ]
    )


def _counts_in_bins(real: Column, fake: Column) -> list[np.ndarray]:
    pair = [numbers(one) for one in (real, fake)]
    known = [one[~np.isnan(one)] for one in pair]
    low, high = (known[0].min(), known[0].max()) if len(known[0]) else (0, 1)
    counts = []
    for one in known:
        inside = one[(one >= low) & (one <= high)]
        # NumPy's has none for numbers that differ in their last bits only.
        places = (inside - low) / ((high - low) or 1.0) * _BINS
        places = np.minimum(places.astype(int), _BINS - 1)
        counts.append(np.bincount(places, minlength=_BINS))
    return counts


def _counts_of_categories(real: Column, fake: Column) -> list[np.ndarray]:
    both = codes(real, fake)
    size = 1 + int(max(one.max() for one in both))
    counts = [np.bincount(one, minlength=size) for one in both]
    order = np.argsort(-counts[0], kind="stable")
    counts = [one[order] for one in counts]
    if size <= _MOST_CATEGORIES:
        return counts
    most = _MOST_CATEGORIES - 1
    return [np.append(one[:most], one[most:].sum()) for one in counts]
