"""`history.csv`: one row per round."""

import csv
import pathlib
import time

import keras

from keras_gan.cli.step_limit import StepLimit
from keras_gan.utils.files import naming, replacing
from keras_gan.utils.records import MOST_STEPS

_FIRST = ["round", "steps", "seconds"]


class History(keras.callbacks.Callback):
    """Appends a row to a CSV file after each round.

    When training begins, rows of rounds after the checkpoint from which the
    run resumes are removed, and so is a row that was cut off.

    Args:
        path: The `.csv` file.
        limit: Counts the steps.

    Raises:
        ValueError: If the file exists and is not such a table.
    """

    def __init__(self, path, limit: StepLimit):
        super().__init__()
        self.path = pathlib.Path(path)
        self.limit = limit
        self._start = 0.0
        self._rows = read_rows(self.path) if self.path.exists() else []

    def on_train_begin(self, logs=None):
        if not self._rows:
            self.path.unlink(missing_ok=True)
            return
        header, *rows = self._rows
        done = self.limit.steps
        self._write(header, [row for row in rows if int(row[1]) <= done])

    def on_epoch_begin(self, epoch, logs=None):
        self._start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        values = {
            "round": epoch + 1,
            "steps": self.limit.steps,
            "seconds": time.perf_counter() - self._start,
            **(logs or {}),
        }
        header = self._rows[0] if self._rows else []
        new = [name for name in values if name not in header]
        if new:  # The first round, or a version that logs more.
            self._write([*header, *new], self._rows[1:])
            header = self._rows[0]
        row = [_shown(values.get(name, "")) for name in header]
        self._rows.append(row)
        with naming(self.path), open(self.path, "a", newline="") as file:
            csv.writer(file).writerow(row)

    def _write(self, header, rows):
        full = [row + [""] * (len(header) - len(row)) for row in rows]
        self._rows = [header, *full]
        with (
            replacing(self.path) as aside,
            open(aside, "w", newline="") as file,
        ):
            csv.writer(file).writerows(self._rows)


def read_rows(path) -> list[list[str]]:
    """Reads the table: the header, and all rows that are whole.

    Args:
        path: The file, perhaps of a process that was killed.

    Returns:
        Rows of equal length; none if not even the header is whole.

    Raises:
        OSError: If it cannot be read.
        ValueError: If it is not such a table.
    """
    try:
        with open(path, newline="", encoding="utf-8") as file:
            text = file.read()
        # What follows the last line break was cut off.
        whole = text[: text.rfind("\n") + 1].splitlines(keepends=True)
        if not whole:
            return []
        header, *rows = csv.reader(whole, strict=True)
        if header[:3] != _FIRST or len(set(header)) < len(header):
            raise ValueError(f"the columns are {', '.join(header)}")
        for number, row in enumerate(rows, 2):
            _check(row, number, len(header))
    except (csv.Error, ValueError) as error:
        raise ValueError(
            f"`{path}` is damaged: {error}. Restore it, or move it away to "
            "begin a new one."
        ) from error
    return [header, *rows]


def _check(row: list[str], number: int, length: int) -> None:
    if len(row) != length:
        raise ValueError(f"line {number} has {len(row)} values, not {length}")
    for value in row[:2]:
        if not (value.isdecimal() and len(value) < 17):
            raise ValueError(f"line {number} counts {value[:40]!r}")
        if int(value) > MOST_STEPS:
            raise ValueError(f"line {number} counts {value}")


def _shown(value) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
