"""A table that a run learns."""

import argparse
import dataclasses
import functools
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_gan import datasets
from keras_gan.cli.tables.files import checked
from keras_gan.datasets import DatasetInfo
from keras_gan.layers import TablePreprocessor
from keras_gan.tasks.table import PACK
from keras_gan.utils.files import sha256

_MOST_HELD_OUT = 1_000
# Which rows are held back depends on their number only.
_SEED = 19


@dataclasses.dataclass(frozen=True)
class TableSource:
    """A table, of which some rows are held back to measure with.

    Attributes:
        path: Its file.
        table: All rows, a `DataFrame`.
        training: Those to train on.
        held_out: The others.
        categories: Names of columns that are categories though of numbers.
        seed: Seed of what is learned of the columns.
    """

    path: str
    table: Any
    training: Any
    held_out: Any
    categories: tuple[str, ...]
    seed: int
    failure = None

    def __len__(self) -> int:
        return len(self.training)

    @property
    def info(self) -> DatasetInfo:
        """Description of the table: the shape is that of a row."""
        name = os.path.basename(self.path)
        return DatasetInfo(name, len(self.table), (len(self.table.columns),))

    @functools.cached_property
    def preprocessor(self) -> TablePreprocessor:
        """What knows the columns of the table."""
        found = TablePreprocessor(categories=self.categories, seed=self.seed)
        found.adapt(self.table)
        return found

    def sha256(self) -> str:
        """Hash of the file."""
        return sha256(self.path)


def open_table(given: argparse.Namespace) -> TableSource:
    """Opens the table of a run.

    Args:
        given: As for `Task.open`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no table, or lacks columns that are named.
    """
    table = datasets.table(given.data)
    table = table.set_axis(table.columns.astype(str), axis="columns")
    if given.columns is not None:
        check_columns("--columns", given.columns, table)
        table = table[list(dict.fromkeys(given.columns))]
    checked(table)
    named = {
        "--label": [given.label] if given.label else [],
        "--categories": given.categories or [],
    }
    for option, names in named.items():
        check_columns(option, names, table)
    number = getattr(given, "held_out", None)
    if number is None:
        number = number_to_hold(len(table))
    return TableSource(
        given.data,
        table,
        *split_rows(table, number),
        tuple(dict.fromkeys(name for some in named.values() for name in some)),
        given.seed or 0,
    )


def split_rows(table: Any, number: int) -> tuple[Any, Any]:
    """Returns the rows to train on, and those that are held back.

    Args:
        table: All rows, a `DataFrame`.
        number: How many are held back.
    """
    order = np.random.default_rng(_SEED).permutation(len(table))
    training, held_out = (
        table.iloc[np.sort(places)].reset_index(drop=True)
        for places in (order[number:], order[:number])
    )
    return training, held_out


def number_to_hold(num_rows: int) -> int:
    """Returns how many rows to hold back: about a tenth, or too few to measure.

    Args:
        num_rows: How many there are.

    Example:

    >>> number_to_hold(19), number_to_hold(178), number_to_hold(30_000)
    (0, 20, 1000)
    """
    packs = -(-num_rows // (10 * PACK))
    return min(_MOST_HELD_OUT, packs * PACK) if num_rows >= 2 * PACK else 0


def check_columns(option: str, names: Sequence[str], table: Any) -> None:
    """Raises an error unless an option names columns of a table.

    Args:
        option: The option.
        names: What it names.
        table: The table.

    Raises:
        ValueError: If it has no such column.
    """
    unknown = [name for name in names if name not in table.columns]
    if unknown:
        raise ValueError(
            f"`{option}` must name columns of the table, "
            f"{', '.join(table.columns)}. Received: {', '.join(unknown)}. "
            "Choose among these."
        )
