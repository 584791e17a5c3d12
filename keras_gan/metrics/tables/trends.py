"""`pair_trends`: whether columns depend on each other as in the real table."""

import itertools
from typing import Any

import numpy as np

from keras_gan.metrics.tables.columns import (
    codes,
    columns_of_each,
    is_ordered,
    numbers,
    total_variation,
)
from keras_gan.utils.tables import Column

_BINS = 10


def pair_trends(real: Any, fake: Any) -> dict[tuple[str, str], float]:
    """Compares how pairs of columns depend on each other in two tables.

    ```
    two of numbers:  1 - 1/2 |r_real - r_fake|       (correlations)
    other pairs:     1 - 1/2 sum |p_real - p_fake|   (of pairs of values)
    ```

    Beside a category, numbers are the tenths of the real column that they lie
    in. A correlation is over the rows in which neither number is missing; of a
    column that is constant there it is 0.

    Args:
        real: Table, a `DataFrame` or a dict of arrays.
        fake: Another table with the same columns.

    Returns:
        Dict of a score in [0, 1] by pair of columns; 1 for equal trends.

    Raises:
        ValueError: If the tables have other columns.

    Example:

    >>> real = {"x": [0.0, 0.5, 1.0], "y": [0.0, 1.0, 2.0]}
    >>> found = pair_trends(real, {"x": real["x"], "y": [2.0, 1.0, 0.0]})
    >>> round(found["x", "y"], 6)
    0.0
    """
    first, second = columns_of_each(real=real, fake=fake)
    tenths = {n: _tenths(one, second[n]) for n, one in first.items()}
    found = {}
    for pair in itertools.combinations(first, 2):
        columns = [(first[name], second[name]) for name in pair]
        if all(is_ordered(real) for real, _ in columns):
            one, other = (
                _correlation(*[column[side] for column in columns])
                for side in (0, 1)
            )
            found[pair] = 1.0 - abs(one - other) / 2
            continue
        joint: list[Any] = [
            tenths[pair[0]][side] * (1 + tenths[pair[1]][2])
            + tenths[pair[1]][side]
            for side in (0, 1)
        ]
        _, both = np.unique(np.concatenate(joint), return_inverse=True)
        cut = len(joint[0])
        found[pair] = 1.0 - total_variation(both[:cut], both[cut:])
    return found


def _tenths(real: Column, fake: Column) -> tuple[np.ndarray, np.ndarray, int]:
    """Codes of both columns, and the largest of them."""
    if is_ordered(real):
        pair = [numbers(one) for one in (real, fake)]
        known = pair[0][~real.missing]
        inner = np.linspace(0, 1, _BINS + 1)[1:-1]
        bounds = np.quantile(known, inner) if len(known) else np.zeros(0)
        # NaN is sorted behind all bounds: a missing number has a code beyond.
        both = [
            np.where(
                np.isnan(one), _BINS, np.searchsorted(bounds, one, "right")
            )
            for one in pair
        ]
    else:
        both = codes(real, fake)
    return both[0], both[1], int(max(one.max() for one in both))


def _correlation(first: Column, second: Column) -> float:
    known = ~(first.missing | second.missing)
    pair = [numbers(one)[known] for one in (first, second)]
    if known.sum() < 2 or any(np.ptp(one) == 0 for one in pair):
        return 0.0
    # Squares of very large numbers would be infinite, those of small ones 0.
    scaled = [(one - one.mean()) / np.ptp(one) for one in pair]
    return float(np.corrcoef(*scaled)[0, 1])
