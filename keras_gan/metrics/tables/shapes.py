"""`column_shapes`: whether each column is distributed as in the real table."""

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


def column_shapes(real: Any, fake: Any) -> dict[str, float]:
    """Compares the distributions of the columns of two tables.

    ```
    numbers, dates:  1 - max |F_real(x) - F_fake(x)|   (Kolmogorov-Smirnov)
    categories:      1 - 1/2 sum |p_real - p_fake|     (total variation)
    ```

    A missing value is one more category, or lower than all numbers.

    Args:
        real: Table, a `DataFrame` or a dict of arrays.
        fake: Another table with the same columns.

    Returns:
        Dict of a score in [0, 1] by column; 1 for equal distributions.

    Raises:
        ValueError: If the tables have other columns.

    Example:

    >>> real = {"sex": ["F", "F", "M", "M"]}
    >>> column_shapes(real, {"sex": ["F", "M", "M", "M"]})
    {'sex': 0.75}
    """
    tables = columns_of_each(real=real, fake=fake)
    return {
        name: 1.0 - _distance(column, tables[1][name])
        for name, column in tables[0].items()
    }


def _distance(real: Column, fake: Column) -> float:
    if not is_ordered(real):
        return total_variation(*codes(real, fake))
    first, second = (np.sort(_with_missing(one)) for one in (real, fake))
    points = np.concatenate([first, second])
    below = [
        np.searchsorted(one, points, side="right") / len(one)
        for one in (first, second)
    ]
    return float(np.abs(below[0] - below[1]).max())


def _with_missing(column: Column) -> np.ndarray:
    return np.nan_to_num(numbers(column), nan=-np.inf)
