"""`nearest_record_distances`: whether rows are copies of training rows."""

from typing import Any

import numpy as np

from keras_gan.metrics.tables.columns import (
    codes,
    columns_of_each,
    is_ordered,
    numbers,
)


def nearest_record_distances(
    train: Any, fake: Any, held_out: Any
) -> dict[str, float]:
    """Compares how close synthetic and real new rows are to training rows.

    The distance of two rows is the mean over the columns: of numbers and dates
    their difference as a share of the range of the column in `train`; of
    categories 0 if they are equal and 1 if not. A missing number differs from
    others by 1/2 to 1, a missing category by 1. If synthetic rows are nearer to
    training rows than real rows that were held out, the model gives training
    rows away.

    Args:
        train: Table that the model was trained on.
        fake: Synthetic table.
        held_out: Real rows that the model was not trained on.

    Returns:
        Dict of the median distance to the nearest training row of synthetic
        rows ("fake") and of held-out rows ("held_out"), and of the shares of
        rows at distance 0 ("fake_copies", "held_out_copies").

    Raises:
        ValueError: If the tables have other columns.

    Example:

    >>> train = {"x": [0.0, 1.0, 4.0]}
    >>> nearest_record_distances(train, {"x": [1.0]}, {"x": [3.0]})
    {'fake': 0.0, 'fake_copies': 1.0, 'held_out': 0.25, 'held_out_copies': 0.0}
    """
    from sklearn.neighbors import NearestNeighbors

    tables = columns_of_each(train=train, fake=fake, held_out=held_out)
    known, *others = _vectors(tables)
    search = NearestNeighbors(n_neighbors=1, metric="manhattan").fit(known)
    found = {}
    for name, rows in zip(("fake", "held_out"), others, strict=True):
        distances = search.kneighbors(rows)[0][:, 0] / len(tables[0])
        found[name] = float(np.median(distances))
        # Sums of differences may be off by rounding.
        found[f"{name}_copies"] = float((distances < 1e-9).mean())
    return found


def _vectors(tables: list) -> list[np.ndarray]:
    """Rows as vectors whose distance is the sum of those of their columns."""
    sides: list[list[np.ndarray]] = [[] for _ in tables]
    for name, first in tables[0].items():
        columns = [table[name] for table in tables]
        if is_ordered(first):
            parts = _of_numbers(*map(numbers, columns))
        else:
            both = codes(*columns)
            size = 1 + max(one.max() for one in both)
            # Two of them differ in two places.
            parts = [np.eye(size)[one] / 2 for one in both]
        for side, part in zip(sides, parts, strict=True):
            side.append(part)
    return [np.concatenate(side, axis=1) for side in sides]


def _of_numbers(*columns: np.ndarray) -> list[np.ndarray]:
    known = columns[0][~np.isnan(columns[0])]
    low, high = (known.min(), known.max()) if len(known) else (0.0, 0.0)
    scale = high - low or 1.0
    parts = []
    for column in columns:
        missing = np.isnan(column)
        middle = np.where(missing, 0.5, (column - low) / scale)
        parts.append(np.stack([middle, missing / 2], axis=1))
    return parts
