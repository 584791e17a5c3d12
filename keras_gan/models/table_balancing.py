"""Fills up the rare categories of a table with generated rows."""

from typing import Any

import numpy as np

from keras_gan.utils.arguments import integer
from keras_gan.utils.tables import is_frame


def balanced(gan, table, column, *, seed) -> Any:
    """Returns a table with generated rows; see `TableGAN.balance`."""
    seed = integer("seed", seed, at_least=0)
    more = missing_rows(gan.preprocessor, table, column)
    gan.preprocessor.check_names(table)
    parts = [table]
    for value, number in more.items():
        parts.append(
            gan.generate(
                number, conditions={column: value}, seed=seed + len(parts) - 1
            )
        )
    return _joined(parts)


def missing_rows(preprocessor, table, column) -> dict[Any, int]:
    """Returns how many rows each category has less than the most frequent one.

    Missing values are no category to fill up.

    Args:
        preprocessor: `TablePreprocessor` that knows the column.
        table: A table.
        column: Name of a column of categories.

    Raises:
        ValueError: If there is no such column, or it has other categories.
    """
    counts = preprocessor.count(table, column)
    known = {value: n for value, n in counts.items() if value is not None}
    most = max(known.values(), default=0)
    return {value: most - n for value, n in known.items() if n < most}


def _joined(parts: list) -> Any:
    if is_frame(parts[0]):
        import pandas as pd

        # The model returns what `adapt` was given, which may have been a dict.
        return pd.concat(map(pd.DataFrame, parts), ignore_index=True)
    return {
        name: np.concatenate([np.asarray(part[name]) for part in parts])
        for name in parts[0]
    }
