"""Tables of the attributes of images, as numbers of 0 and 1."""

import csv
import dataclasses
import io
import os
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_gan.datasets.layout import in_class_order

# Columns with more values than these are names and measurements.
_MOST_CATEGORIES = 100
# A column with more empty cells than this share is not used unless it is named.
_MOST_EMPTY = 0.1
_YES_NO = ({"0", "1"}, {"-1", "1"}, {"0.0", "1.0"}, {"false", "true"})


@dataclasses.dataclass(frozen=True)
class AttributeTable:
    """The attributes of images by their files.

    Attributes:
        name: Name of the table in messages.
        files: File of each row.
        names: Name of each attribute, such as `"smiling"`, or
            `"hair=blond"` of a column of categories.
        values: float32 array `(num_rows, num_attributes)` of 0 and 1.
        exclusive: Whether exactly one attribute of each image is 1, because
            all are the categories of one column.
    """

    name: str
    files: tuple[str, ...]
    names: tuple[str, ...]
    values: np.ndarray
    exclusive: bool = False


def read_table(
    path: str | os.PathLike,
    columns: Sequence[str] | None = None,
    *,
    strict: bool = False,
) -> AttributeTable:
    """Reads a table of attributes from a text file.

    The first row has the names of columns, and the first column the files.
    Columns of 0 and 1, of -1 and 1 or of false and true become one attribute;
    others one for each of their values.

    Args:
        path: A CSV file (separated by commas, semicolons or tabs), or the list
            of CelebA.
        columns: Columns to use. Default: all that have at most 100 values, not
            one for each image, and that are filled in for 9 of 10 images.
        strict: Whether rows with an empty cell are an error.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no such table, or has no such column.
    """
    header, rows = cells(path)
    names = header[1:] if columns is None else list(columns)
    _check_columns(path, header, names)
    if columns is None:
        names = _useful(path, names, rows)
    rows = _complete(path, header, names, rows, strict)
    found = {name: [row[header.index(name)] for row in rows] for name in names}
    parts = [_attributes(path, name, some) for name, some in found.items()]
    return AttributeTable(
        name=str(path),
        files=tuple(row[0].replace("\\", "/") for row in rows),
        names=tuple(name for names, _ in parts for name in names),
        values=np.concatenate([values for _, values in parts], axis=1),
        exclusive=len(parts) == 1 and len(parts[0][0]) > 1,
    )


def array_table(values: Any, columns: Sequence[str] | None) -> AttributeTable:
    """Makes a table of an array with one row for each image, in order.

    Args:
        values: `(num_images, num_attributes)` of 0 and 1, or of -1 and 1.
        columns: Names of the attributes. Default: their numbers.

    Raises:
        ValueError: If it is no such array.
    """
    values = np.asarray(values)
    known = set(np.unique(values)) if values.dtype.kind in "biuf" else {None}
    if values.ndim != 2 or not (known <= {0, 1} or known <= {-1, 1}):
        raise ValueError(
            "`table` must be the path of a table, or an array (num_images, "
            "num_attributes) of 0 and 1. Received: an array of "
            f"{values.dtype} of shape {values.shape}. Encode each attribute "
            "as a column of 0 and 1."
        )
    names = [str(n) for n in range(values.shape[1])]
    if columns is not None:
        names = list(columns)
    if len(names) != values.shape[1]:
        raise ValueError(
            f"`columns` must name the {values.shape[1]} columns of `table`. "
            f"Received: {len(names)} names. Give each column one, or leave "
            "`columns` out."
        )
    numbers = (values > 0).astype("float32")
    return AttributeTable("table", (), tuple(names), numbers)


def warn_constant(table: AttributeTable) -> None:
    """Warns of attributes that are the same for all images."""
    is_constant = np.all(table.values == table.values[:1], axis=0)
    names = [n for n, c in zip(table.names, is_constant, strict=True) if c]
    if names:
        warnings.warn(
            f"`{table.name}`: {len(names)} of its {len(table.names)} "
            f"attributes are the same for all images: {', '.join(names[:5])}. "
            "Nothing can be learned of them: leave them out with `columns`, or "
            "check the table.",
            stacklevel=2,
        )


def cells(path: str | os.PathLike) -> tuple[list[str], list[list[str]]]:
    """Reads the names of the columns, and the rows, all of one length.

    Args:
        path: As for `read_table`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no table of images.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            text = file.read()
    except (UnicodeDecodeError, IsADirectoryError) as error:
        raise ValueError(
            f"The table `{path}` must be a text file, such as .csv. "
            f"Received: {error}. Export it as CSV in UTF-8."
        ) from error
    lines = [line for line in text.splitlines() if line.strip()]
    if lines and lines[0].strip().isdecimal():
        # CelebA's list: the number of images, names without the file's, rows.
        rows = [line.split() for line in lines[1:]]
        rows[:1] = [["file", *rows[0]]] if rows else []
    else:
        first = lines[0] if lines else ""
        mark = max(",;\t", key=first.count)
        rows = [
            [cell.strip() for cell in row]
            # Cells in quotes may have several lines.
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark)
            if len(row) > 1 or "".join(row).strip()
        ]
    num_columns = len(rows[0]) if rows else 0
    if len(rows) < 2 or num_columns < 2:
        raise ValueError(
            f"The table `{path}` must have a row of names, with the file and "
            "at least one attribute, and a row for each image. Received: "
            f"{len(rows)} rows of {num_columns} columns. Separate the columns "
            "with commas, semicolons or tabs."
        )
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise ValueError(
                f"All rows of the table `{path}` must have {len(rows[0])} "
                f"columns, as its first one. Received: {len(row)} in row "
                f"{number}. Add or remove cells, and put quotes around cells "
                "that contain the separator."
            )
    return rows[0], rows[1:]


def _check_columns(path, header: list[str], names: list[str]) -> None:
    repeated = sorted({name for name in header if header.count(name) > 1})
    unknown = [name for name in names if name not in header[1:]]
    if repeated or unknown or not names:
        raise ValueError(
            "`columns` must name columns of the table, each of which has a "
            f"name of its own. `{path}` has {', '.join(header[1:])}. Received: "
            f"{', '.join(unknown or repeated) or 'none'}. Correct the names."
        )


def _complete(path, header, names, rows, strict: bool) -> list[list[str]]:
    """The rows without an empty cell in the columns that are used."""
    places = [0, *map(header.index, names)]
    complete = [row for row in rows if all(row[place] for place in places)]
    missing = len(rows) - len(complete)
    if missing and (strict or not complete):
        raise ValueError(
            f"All cells of the table `{path}` must be filled in. Received: "
            f"{missing} rows with an empty one. Fill or remove them, or leave "
            "their columns out with `columns`."
        )
    if missing:
        warnings.warn(
            f"`{path}`: {missing} of its rows have an empty cell and are left "
            "out.",
            stacklevel=2,
        )
    return complete


def _useful(path, names: list[str], rows: list[list[str]]) -> list[str]:
    """The columns that are not identifiers, measurements or mostly empty."""
    kept: list[str] = []
    left_out: list[str] = []
    for place, name in enumerate(names, 1):
        column = [row[place] for row in rows]
        number = len({cell.casefold() for cell in column})
        is_identifier = number > _MOST_CATEGORIES or number == len(column) > 2
        is_empty = column.count("") > _MOST_EMPTY * len(column)
        (left_out if is_identifier or is_empty else kept).append(name)
    if not kept:
        raise ValueError(
            f"The table `{path}` must have a column of attributes. Received: "
            f"{', '.join(names)}, which are mostly empty or have a value for "
            "almost each image. Name those to use as `columns`, or add one."
        )
    if left_out:
        warnings.warn(
            f"`{path}`: {len(left_out)} of its columns are mostly empty or "
            "have too many values for attributes, and are left out: "
            f"{', '.join(left_out[:5])}. Name those to use as `columns`.",
            stacklevel=2,
        )
    return kept


def _attributes(
    path, name: str, column: list[str]
) -> tuple[list[str], np.ndarray]:
    """The names and values of the attributes of one column."""
    found = {cell.casefold() for cell in column}
    if any(found <= known for known in _YES_NO):
        values = [cell.casefold() in ("1", "1.0", "true") for cell in column]
        return [name], np.array(values, "float32")[:, None]
    categories = in_class_order(set(column))
    if len(categories) > _MOST_CATEGORIES:
        raise ValueError(
            f"The column {name!r} of `{path}` must have at most "
            f"{_MOST_CATEGORIES} values. Received: {len(categories)}, such as "
            f"{', '.join(categories[:3])}. Group them, or leave it out."
        )
    values = np.array(column)[:, None] == np.array(categories)
    names = [f"{name}={category}" for category in categories]
    return names, values.astype("float32")
