"""Reading `history.csv`, in whatever state a run has left it."""

import csv
import dataclasses
import math
import pathlib

import numpy as np

_COUNTERS = ("round", "steps", "seconds")
# Larger values are as good as infinite, and would overflow in scales.
_LARGEST = 1e30


@dataclasses.dataclass(frozen=True)
class History:
    """The table of a run, one row for each round.

    Attributes:
        columns: A float64 array for each column, of equal length. What is
            empty, no number or not finite is NaN.
        not_finite: The rounds in which a column had a value that is not
            finite, by the names of such columns.
        num_broken: Rows that could not be read.
    """

    columns: dict[str, np.ndarray]
    not_finite: dict[str, list[int]]
    num_broken: int = 0

    def __len__(self) -> int:
        return len(self.rounds)

    @property
    def rounds(self) -> np.ndarray:
        """The number of each round."""
        return self.columns["round"]

    @property
    def steps(self) -> np.ndarray:
        """Steps that were done at the end of each round."""
        return self.columns["steps"]

    @property
    def seconds(self) -> np.ndarray:
        """How long each round took."""
        return self.columns["seconds"]

    @property
    def logs(self) -> dict[str, np.ndarray]:
        """The columns of what was logged, if they hold any number."""
        return {
            name: values
            for name, values in self.columns.items()
            if name not in _COUNTERS and np.isfinite(values).any()
        }


def read_history(path: pathlib.Path) -> History:
    """Reads the table; what follows its last line break was cut off.

    Args:
        path: A `history.csv`, which may be missing.

    Raises:
        OSError: If it exists and cannot be read.
    """
    if not path.exists():
        return _history([], [], 0)
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    whole, _, cut = text.rpartition("\n")
    try:
        header, *rows = csv.reader(whole.splitlines()) if whole else [[]]
    except csv.Error:
        header, rows = [], []
    if not set(_COUNTERS) <= set(header) or len(set(header)) < len(header):
        return _history([], [], int(bool(text)))
    good = [row for row in rows if _is_whole(row, header)]
    return _history(header, good, len(rows) - len(good) + bool(cut))


def _history(header: list[str], rows: list[list[str]], broken: int) -> History:
    names = header or list(_COUNTERS)
    texts = {name: [row[i] for row in rows] for i, name in enumerate(names)}
    columns = {
        name: np.array([_number(text) for text in column], "float64")
        for name, column in texts.items()
    }
    not_finite = {
        name: [
            int(number)
            for number, text, value in zip(
                columns["round"], column, columns[name], strict=True
            )
            if text and math.isnan(value)
        ]
        for name, column in texts.items()
    }
    not_finite = {name: found for name, found in not_finite.items() if found}
    return History(columns, not_finite, broken)


def _is_whole(row: list[str], header: list[str]) -> bool:
    if len(row) != len(header):
        return False
    counts = [row[header.index(name)] for name in ("round", "steps")]
    return not any(map(math.isnan, map(_number, counts)))


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return math.nan
    # Denormal numbers would be too small for scales.
    value = 0.0 if abs(value) < 1 / _LARGEST else value
    return value if abs(value) <= _LARGEST else math.nan
