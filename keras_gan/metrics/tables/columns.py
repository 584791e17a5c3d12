"""Columns of two or more tables, which must be the same."""

from typing import Any

import numpy as np

from keras_gan.utils.tables import Column, columns_of

_ORDERED = ("number", "integer", "date")


def columns_of_each(**tables: Any) -> list[dict[str, Column]]:
    """Returns the columns of tables.

    A column without any value is of the kind that it has in another table:
    files do not say what is missing.

    Args:
        **tables: The tables by the names of the arguments that they are.

    Raises:
        ValueError: If they have other columns, or columns of other kinds.
    """
    read = {name: columns_of(table) for name, table in tables.items()}
    (first, wanted), *others = read.items()
    for name, found in others:
        if set(found) != set(wanted):
            raise ValueError(
                f"`{first}` and `{name}` must have the same columns. Received: "
                f"only in `{first}` {sorted(set(wanted) - set(found))}, only "
                f"in `{name}` {sorted(set(found) - set(wanted))}. Rename, add "
                "or remove columns."
            )
    for column in wanted:
        _make_alike(column, read)
    return list(read.values())


def _make_alike(name: str, tables: dict[str, dict[str, Column]]) -> None:
    """Checks the kinds of a column, and gives one to those without values."""
    filled = {
        table: columns[name].kind
        for table, columns in tables.items()
        if not columns[name].missing.all()
    }
    ordered = {kind in _ORDERED for kind in filled.values()}
    if len(ordered) > 1:
        received = ", ".join(
            f"{kind} in `{one}`" for one, kind in filled.items()
        )
        raise ValueError(
            f"Column {name!r} must be of one kind in all tables. Received: "
            f"{received}. Convert one of them."
        )
    kind = next(iter(filled.values()), "number")
    for table, columns in tables.items():
        if table not in filled:
            columns[name] = columns[name]._replace(kind=kind)


def is_ordered(column: Column) -> bool:
    """Whether a column is of numbers or dates.

    Args:
        column: The column.
    """
    return column.kind in _ORDERED


def numbers(column: Column) -> np.ndarray:
    """Returns the values of a column of numbers or dates, NaN where missing.

    Args:
        column: The column.
    """
    numbers = np.full(len(column.values), np.nan)
    known = ~column.missing
    numbers[known] = column.values[known]
    return numbers


def codes(first: Column, *others: Column) -> list[np.ndarray]:
    """Returns numbers of the categories of columns, the same in all of them.

    Args:
        first: A column.
        *others: The same column of other tables.
    """
    columns = (first, *others)
    objects = [
        # A text never equals what stands for a missing value.
        [None if lost else one for one, lost in zip(*pair, strict=True)]
        for pair in (
            (one.values.tolist(), one.missing.tolist()) for one in columns
        )
    ]
    known: dict[Any, int] = {}
    return [
        np.array([known.setdefault(one, len(known)) for one in some])
        for some in objects
    ]


def total_variation(first: np.ndarray, second: np.ndarray) -> float:
    """Returns half the sum of the differences of the shares of codes.

    Args:
        first: Integer array of codes, 0 or more.
        second: The same.
    """
    size = 1 + int(max(first.max(), second.max()))
    shares = [
        np.bincount(one, minlength=size) / len(one) for one in (first, second)
    ]
    return float(np.abs(shares[0] - shares[1]).sum() / 2)
