"""`table`: a table of mixed columns from a file."""

import os
from pathlib import Path
from typing import Any

_DATE = r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?"
_SEPARATORS = {".csv": ",", ".tsv": "\t"}
_ENDINGS = ".csv, .tsv (also .gz) or .parquet"


def table(path: str | os.PathLike, **options: Any) -> Any:
    """Reads a table from a CSV or Parquet file.

    The first line of a CSV file has the names of the columns, an empty field
    is a missing value, empty lines are skipped. Columns of dates as in
    "2026-01-31" or "2026-01-31 12:30:00" become dates.

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
    reader = _reader_of(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"A table is read from a file. Received: {path}, where there is "
            "none. Check the path."
        )
    pandas = _pandas()
    try:
        found = reader(pandas, path, **options)
    except ImportError as error:
        raise ImportError(
            "Parquet files are read with pyarrow. Received: an environment "
            'without it. Run `pip install "keras-gan[tables]"`.'
        ) from error
    except (ValueError, OSError) as error:
        # Those of pandas for empty and broken files are ValueErrors, too.
        raise ValueError(
            f"{path} must be a table of rows of the same length. Received: "
            f"{' '.join(str(error).split())}. Mend the file."
        ) from error
    if found.empty:
        raise ValueError(
            f"{path} must have rows below the names of its columns. Received: "
            f"{len(found)} rows, {len(found.columns)} columns."
        )
    return found


def _reader_of(path: Path) -> Any:
    name = path.name.lower().removesuffix(".gz")
    if name.endswith(".parquet"):
        return _read_parquet
    if not name.endswith(tuple(_SEPARATORS)):
        raise ValueError(
            f"A file of a table must end in {_ENDINGS}. Received: {path.name}. "
            "Rename it, or read it with pandas."
        )
    return _read_text


def _read_parquet(pandas: Any, path: Path, **options: Any) -> Any:
    return pandas.read_parquet(path, **options)


def _read_text(pandas: Any, path: Path, **options: Any) -> Any:
    ending = Path(path.name.lower().removesuffix(".gz")).suffix
    found = pandas.read_csv(
        path, **{"sep": _SEPARATORS[ending], "low_memory": False, **options}
    )
    for name in found.columns:
        column = found[name]
        if pandas.api.types.is_string_dtype(column.dtype):
            texts = column.dropna().astype(str)
            if len(texts) and texts.str.fullmatch(_DATE).all():
                found[name] = pandas.to_datetime(column, format="ISO8601")
    return found


def _pandas() -> Any:
    try:
        import pandas
    except ImportError as error:
        raise ImportError(
            "Files of tables are read with pandas. Received: an environment "
            'without it. Run `pip install "keras-gan[tables]"`, or pass a dict '
            "of arrays."
        ) from error
    return pandas
