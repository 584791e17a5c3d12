"""The table that says where each file of an augmented data set comes from."""

import csv
import io
import itertools
import os
import pathlib
from collections.abc import Iterable, Sequence
from typing import Any

from keras_gan.utils.files import replacing

COLUMNS = ("file", "label", "source", "model", "seed", "index", "score")
OWN_FILES = ("manifest.csv", "augment.json")
"""The files beside the folders of classes."""

# Names of files need not be valid text.
_TEXT: Any = {"encoding": "utf-8", "errors": "surrogateescape"}

Row = Sequence[str]


class Manifest:
    """A CSV file of `COLUMNS` that grows, and may have been cut off.

    Args:
        path: The file, beside the files it lists; it may not exist yet.
    """

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path

    def read(self) -> list[Row]:
        """Returns all rows, except one that is cut off.

        Raises:
            OSError: If it cannot be read.
            ValueError: If it is not such a table.
        """
        text = self._text()
        whole = io.StringIO(text[: text.rfind("\n") + 1], newline="")
        try:
            rows = list(csv.reader(whole))
        except csv.Error as error:
            raise ValueError(_damaged(self.path, error)) from error
        if rows and len(rows[-1]) != len(COLUMNS):
            rows.pop()  # Cut off in a name that has a line break.
        for number, row in enumerate(rows, 1):
            if len(row) != len(COLUMNS):
                raise ValueError(
                    _damaged(self.path, f"row {number} has {len(row)} values")
                )
        if rows and tuple(rows[0]) != COLUMNS:
            raise ValueError(
                _damaged(self.path, f"its columns are {', '.join(rows[0])}")
            )
        return list(rows[1:])

    def names(self) -> list[str]:
        """Returns the files of all rows, one that is cut off among them."""
        names = [row[0] for row in self.read()]
        tail, comma, _ = self._text().rpartition("\n")[2].partition(",")
        return [*names, tail] if comma else names

    def _text(self) -> str:
        if not os.path.lexists(self.path):
            return ""
        with open(self.path, newline="", **_TEXT) as file:
            return file.read()

    def resume(self, expected: Iterable[Row]) -> list[Row]:
        """Returns its rows, with scores, up to one that is not as expected."""
        rows = zip(self.read(), expected, strict=False)
        fitting = itertools.takewhile(lambda r: tuple(r[0][:-1]) == r[1], rows)
        return [row for row, _ in fitting]

    def has_file(self, row: Row) -> bool:
        """Whether the file of a row is there."""
        path = self.path.parent / row[0]
        # A power failure can leave empty files.
        return path.is_file() and path.stat().st_size > 0

    def replace(self, rows: Iterable[Row]) -> None:
        """Writes a new table with these rows."""
        with replacing(self.path) as aside:
            Manifest(aside).append([COLUMNS, *rows])

    def append(self, rows: Iterable[Row]) -> None:
        """Adds rows, and waits until they are on the disk."""
        with open(self.path, "a", newline="", **_TEXT) as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
            file.flush()
            os.fsync(file.fileno())


def _damaged(path: pathlib.Path, reason: object) -> str:
    return (
        f"`{path}` is damaged: {reason}. Restore it, or choose another --out."
    )
