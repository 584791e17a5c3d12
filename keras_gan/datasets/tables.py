"""`table` and `write_table`: tables of mixed columns in files."""

import contextlib
import os
import re
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from keras_gan.utils.files import replacing
from keras_gan.utils.stack import level_outside

_DATE = r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?"
_ZONE = r"(?:Z|[+-]\d\d(?::?\d\d)?)"
_NUMBER = r"-?\d+(?:\.\d+)*"
_SEPARATORS = {".csv": ",", ".tsv": "\t"}
_OTHER_SEPARATORS = {",", ";", "\t"}
# Above, not each whole number has its own float.
_MOST_WHOLE = 2**53
_ENDINGS = ".csv, .tsv (also .gz) or .parquet"


def table(path: str | os.PathLike, **options: Any) -> Any:
    """Reads a table from a CSV or Parquet file.

    The first line of a CSV file has the names of the columns, an empty field
    is a missing value, as are NA, NaN, null and what else pandas takes for one
    (`keep_default_na=False`: only empty fields), empty lines are skipped.
    Columns of dates as in "2026-01-31" or "2026-01-31 12:30:00" become dates,
    and with a zone, as in "2026-01-31T12:30:00+01:00", dates in UTC.

    Args:
        path: File that ends in `.csv`, `.tsv`, `.csv.gz`, `.tsv.gz` or
            `.parquet`.
        **options: As in `pandas.read_csv` or `pandas.read_parquet`.

    Returns:
        A pandas `DataFrame`, for `layers.TablePreprocessor` and `TableGAN`.

    Raises:
        ImportError: If pandas, or what it reads Parquet with, is missing.
        FileNotFoundError: If there is no such file.
        ValueError: If the file is no table, or its name has another ending.

    Example:

    >>> import pathlib
    >>> path = pathlib.Path("people.csv")
    >>> characters = path.write_text("age,born\\n31,1990-05-17\\n")
    >>> keras_gan.datasets.table(path).shape  # doctest: +SKIP
    (1, 2)
    """
    path = Path(path)
    is_parquet = _is_parquet(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"A table is read from a file. Received: {path}, where there is "
            "none. Check the path."
        )
    read = _read_parquet if is_parquet else _read_text
    pandas = _pandas()
    try:
        found = read(pandas, path, **options)
    except (ValueError, OSError, EOFError, zlib.error) as error:
        if isinstance(error, UnicodeDecodeError):
            raise ValueError(
                f"{path} must be text in UTF-8. Received: {error}. Save it "
                "in that encoding."
            ) from error
        # Those of pandas for empty and broken files are ValueErrors, too; the
        # last two are of compressed files that are cut off or damaged.
        raise ValueError(
            f"{path} must be a table of rows of the same length. Received: "
            f"{' '.join(str(error).split())}. Correct the file."
        ) from error
    if found.empty:
        raise ValueError(
            f"{path} must have rows below the names of its columns. Received: "
            f"{len(found)} rows, {len(found.columns)} columns."
        )
    return found


def write_table(table: Any, path: str | os.PathLike) -> None:
    """Writes a table into a CSV or Parquet file, whole or not at all.

    In a CSV file a column of whole numbers, some of them missing, which pandas
    keeps as decimal numbers, is one of whole numbers.

    Args:
        table: A pandas `DataFrame`, or a dict of arrays.
        path: File that ends as for `table`; what is there is replaced.

    Raises:
        ImportError: If pandas, or what it writes Parquet with, is missing.
        OSError: If it cannot be written.
        ValueError: If its name has another ending, or a column of a Parquet
            file would have values of several kinds.

    Example:

    >>> rows = {"age": [31, 45], "sex": ["F", "M"]}
    >>> write_table(rows, "people.csv")  # doctest: +SKIP
    """
    path = Path(path)
    is_parquet = _is_parquet(path)
    frame = _pandas().DataFrame(table)
    with replacing(path) as aside:
        if is_parquet:
            _write_parquet(frame, path, aside)
            return
        compression = "gzip" if path.suffix.lower() == ".gz" else None
        _with_whole_numbers(frame).to_csv(
            aside, sep=_separator(path), index=False, compression=compression
        )


def is_table_file(path: str | os.PathLike) -> bool:
    """Whether a path has the ending of a file of a table.

    Args:
        path: A path, which need not exist.

    Example:

    >>> is_table_file("people.csv.gz"), is_table_file("faces.zip")
    (True, False)
    """
    return _ending(Path(path)) in (*_SEPARATORS, ".parquet")


def _is_parquet(path: Path) -> bool:
    if not is_table_file(path):
        raise ValueError(
            f"A file of a table must end in {_ENDINGS}. Received: {path.name}. "
            "Rename it, or in Python read it with pandas."
        )
    return _ending(path) == ".parquet"


def _ending(path: Path) -> str:
    name = path.name.lower()
    return Path(name.removesuffix(".gz")).suffix


def _separator(path: Path) -> str:
    return _SEPARATORS[_ending(path)]


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """Says how to install what pandas needs for Parquet."""
    try:
        yield
    except ImportError as error:
        raise ImportError(
            "Parquet files are read and written with pyarrow. Received: an "
            'environment without it. Run `pip install "keras-gan[tables]"`.'
        ) from error


def _read_parquet(pandas: Any, path: Path, **options: Any) -> Any:
    with _explained():
        found = pandas.read_parquet(path, **options)
    if set(found.index.names) != {None}:
        found = found.reset_index()  # It was a column of the file.
    for name in found.columns:
        # Days without a time of day come as objects of Python.
        if pandas.api.types.infer_dtype(found[name]) == "date":
            found[name] = pandas.to_datetime(found[name])
    return found


def _write_parquet(frame: Any, path: Path, aside: Path) -> None:
    try:
        with _explained():
            frame.to_parquet(aside, index=False)
    except (TypeError, ValueError) as error:  # Those of pyarrow are both.
        raise ValueError(
            f"{path} must have values of one kind in each column. Received: "
            f"{' '.join(str(error).split())}. Write a .csv, which has no kinds."
        ) from error


def _with_whole_numbers(frame: Any) -> Any:
    """A table in which 31.0 is 31, where missing values made it 31.0."""
    changed = frame.copy()
    for place in range(len(frame.columns)):
        column = frame.iloc[:, place]
        known = column.dropna()
        if column.dtype.kind != "f" or len(known) in (0, len(column)):
            continue  # All there: pandas would read 31 as an integer.
        if (known % 1 == 0).all() and known.abs().max() <= _MOST_WHOLE:
            changed.isetitem(place, column.astype("Int64"))
    return changed


def _read_text(pandas: Any, path: Path, **options: Any) -> Any:
    found = _read_csv(
        pandas,
        path,
        **{"sep": _separator(path), "low_memory": False, **options},
    )
    if "sep" not in options:
        _check_separator(path, found)
    if not {"header", "names"} & options.keys():
        _warn_of_numbers(path, list(map(str, found.columns)))
    for name in found.columns:
        column = found[name]
        if pandas.api.types.is_string_dtype(column.dtype):
            texts = column.dropna().astype(str)
            if not len(texts):
                continue
            for pattern, in_utc in ((_DATE, False), (_DATE + _ZONE, True)):
                if texts.str.fullmatch(pattern).all():
                    found[name] = _dates(pandas, column, utc=in_utc)
    return found


def _read_csv(pandas: Any, path: Path, **options: Any) -> Any:
    """A table of a file of text, if its rows have as many fields as names.

    Of longer rows pandas would take the first field for the name of the row,
    and give the others to the wrong columns.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "error", "Length of header", pandas.errors.ParserWarning
        )
        try:
            return pandas.read_csv(path, **{"index_col": False, **options})
        except pandas.errors.ParserWarning as error:
            raise ValueError(
                "rows of more fields than the first line has names"
            ) from error


def _check_separator(path: Path, found: Any) -> None:
    """Refuses a file of one column, whose name and texts are many columns."""
    name = str(found.columns[0])
    for other in _OTHER_SEPARATORS.difference(_separator(path)):
        number = name.count(other)
        if len(found.columns) > 1 or not number:
            continue
        if (
            found[found.columns[0]].astype(str).str.count(other) == number
        ).all():
            raise ValueError(
                f"{path} must have {_separator(path)!r} between its columns. "
                f"Received: one column, {name!r}, with {other!r} in each row. "
                "Replace it, or in Python read the file with "
                f"`keras_gan.datasets.table(path, sep={other!r})`."
            )


def _warn_of_numbers(path: Path, names: list[str]) -> None:
    """Warns if the first line seems to be a row, not names."""
    numbers = [name for name in names if re.fullmatch(_NUMBER, name)]
    if 3 * len(numbers) >= len(names):
        warnings.warn(
            f"The first line of {path} must have the names of its columns. "
            f"Received: {', '.join(numbers[:5])}. If these are values, add a "
            "line of names above.",
            stacklevel=level_outside(),
        )


def _dates(pandas: Any, column: Any, *, utc: bool) -> Any:
    """A column of dates, or of texts as before if one is on no calendar."""
    try:
        return pandas.to_datetime(column, format="ISO8601", utc=utc)
    except ValueError:
        return column


def _pandas() -> Any:
    try:
        import pandas
    except ImportError as error:
        raise ImportError(
            "Files of tables are read with pandas. Received: an environment "
            'without it. Run `pip install "keras-gan[tables]"`, or in Python '
            "pass a dict of arrays."
        ) from error
    return pandas
