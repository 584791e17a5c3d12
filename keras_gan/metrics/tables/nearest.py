"""`nearest_record_distances`: whether rows are copies of training rows."""

from typing import Any, NamedTuple

import numpy as np

from keras_gan.metrics.tables.columns import (
    codes,
    columns_of_each,
    is_ordered,
    numbers,
)

_AT_ONCE = 500


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
    tables = columns_of_each(train=train, fake=fake, held_out=held_out)
    known, *others = _vectors(tables)
    found = {}
    for name, rows in zip(("fake", "held_out"), others, strict=True):
        distances = _to_nearest(rows, known) / len(tables[0])
        found[name] = float(np.median(distances))
        # Sums of differences may be off by rounding.
        found[f"{name}_copies"] = float((distances < 1e-9).mean())
    return found


class _Vectors(NamedTuple):
    """Rows as numbers that are subtracted, and codes that are compared."""

    numbers: np.ndarray
    codes: np.ndarray


def _vectors(tables: list) -> list[_Vectors]:
    size = [len(next(iter(table.values())).values) for table in tables]
    parts: list[tuple[list, list]] = [([], []) for _ in tables]
    for name, first in tables[0].items():
        columns = [table[name] for table in tables]
        of_numbers = is_ordered(first)
        values = (
            _of_numbers(*map(numbers, columns))
            if of_numbers
            else [code[:, None] for code in codes(*columns)]
        )
        for part, value in zip(parts, values, strict=True):
            part[0 if of_numbers else 1].append(value)
    return [
        # A first column of zeros: there may be no other.
        _Vectors(*[np.hstack([np.zeros((rows, 1)), *some]) for some in part])
        for rows, part in zip(size, parts, strict=True)
    ]


def _to_nearest(rows: _Vectors, known: _Vectors) -> np.ndarray:
    """Sums over the columns of the distances to the nearest known rows."""
    from scipy.spatial.distance import cdist

    places = np.arange(len(rows.codes))
    found = []
    for some in np.array_split(places, 1 + len(places) // _AT_ONCE):
        distances = cdist(rows.numbers[some], known.numbers, "cityblock")
        # Of codes it is the share of those that differ.
        unequal = cdist(rows.codes[some], known.codes, "hamming")
        distances += unequal * known.codes.shape[1]
        found.append(distances.min(axis=1))
    return np.concatenate(found)


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
