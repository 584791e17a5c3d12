"""The table that says where each file of an augmented data set comes from."""

import csv
import io
import os
import pathlib
from collections.abc import Iterable, Sequence
from typing import Any

from keras_gan.utils.files import replacing

COLUMNS = ("file", "label", "source", "model", "seed", "index", "score")
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
        """Returns all rows, except one that is cut off."""
        if not self.path.is_file():
            return []
        with open(self.path, newline="", **_TEXT) as file:
            text = file.read()
        whole = io.StringIO(text[: text.rfind("\n") + 1], newline="")
        rows = list(csv.reader(whole))[1:]
        return [row for row in rows if len(row) == len(COLUMNS)]

    def listed(self) -> list[pathlib.Path]:
        """Returns the files of all rows, none outside the folder."""
        names = [pathlib.PurePosixPath(row[0]) for row in self.read()]
        return [
            self.path.parent / name
            for name in names
            if name.parts and not name.is_absolute() and ".." not in name.parts
        ]

    def resume(self, expected: Iterable[Row]) -> list[Row]:
        """Returns the expected rows, with scores, up to a missing file."""
        found: list[Row] = []
        for row, wanted in zip(self.read(), expected, strict=False):
            path = self.path.parent / wanted[0]
            # A power failure can leave empty files.
            is_there = path.is_file() and path.stat().st_size > 0
            if tuple(row[:-1]) != wanted or not is_there:
                break
            found.append(row)
        return found

    def replace(self, rows: Iterable[Row]) -> None:
        """Writes a new table with these rows."""
        with replacing(self.path) as aside:
            aside.unlink(missing_ok=True)  # Of a process that was killed.
            Manifest(aside).append([COLUMNS, *rows])

    def append(self, rows: Iterable[Row]) -> None:
        """Adds rows, and waits until they are on the disk."""
        with open(self.path, "a", newline="", **_TEXT) as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
            file.flush()
            os.fsync(file.fileno())
