"""Reads the columns of a table."""

import numbers
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_gan.utils.tables.column import Column

_EXPECTED = (
    "A table must be a pandas DataFrame or a dict of arrays with one value in "
    "each row."
)
# Where float64 no longer tells whole numbers apart.
_MOST = 2**53


def is_frame(table: Any) -> bool:
    """Whether a table is a DataFrame of pandas.

    Args:
        table: Anything.

    Example:

    >>> is_frame({"a": [1]})
    False
    """
    return hasattr(table, "iloc") and hasattr(table, "columns")


def columns_of(table: Any) -> dict[str, Column]:
    """Returns the columns of a table by their names.

    Args:
        table: A DataFrame, or a dict of one-dimensional arrays.

    Raises:
        TypeError: If it is no table, or a column has values of no known kind.
        ValueError: If it has no rows, columns of different lengths, two
            columns of one name, or numbers that are infinite, or too large
            for whole ones.

    Example:

    >>> column = columns_of({"age": [31.0, float("nan")]})["age"]
    >>> column.kind, column.missing.tolist()
    ('number', [False, True])
    """
    if is_frame(table):
        names = list(table.columns)
        columns = {n: _of_series(n, table[n]) for n in _different(names)}
    elif isinstance(table, Mapping):
        names = list(table)
        columns = {n: _of_array(n, table[n]) for n in names}
    else:
        raise TypeError(
            f"{_EXPECTED} Received: {type(table).__name__}. Read a file with "
            "`keras_gan.datasets.table(path)`."
        )
    _check(names, columns)
    return columns


def _different(names: list) -> list:
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(
            "Columns of a table must have different names. Received: "
            f"{twice!r} twice. Rename one of them."
        )
    return names


def _check(names: list, columns: dict[str, Column]) -> None:
    for name in names:
        if not isinstance(name, str):
            raise TypeError(
                "Names of columns must be text. Received: the name "
                f"{name!r}. Rename them: `table.columns = "
                "table.columns.astype(str)`."
            )
    lengths = {name: len(one.values) for name, one in columns.items()}
    if len(set(lengths.values())) != 1 or not all(lengths.values()):
        raise ValueError(
            f"{_EXPECTED} Received: {lengths or 'no columns'}. All columns "
            "need the same number of rows, at least 1."
        )


def _of_series(name: str, series: Any) -> Column:
    import pandas as pd

    dtype, missing = series.dtype, series.isna().to_numpy()
    stored: dict[str, Any] = {"name": str(dtype)}
    if isinstance(dtype, pd.CategoricalDtype):
        levels = [_plain(name, one) for one in dtype.categories]
        stored = {"name": "category", "levels": levels}
        stored["ordered"] = bool(dtype.ordered)
        return _of_objects(name, series.astype(object), missing, stored)
    types = pd.api.types
    if types.is_bool_dtype(dtype):
        values = series.astype(object).where(~missing, False)
        return Column("boolean", values.to_numpy(bool), missing, stored)
    if types.is_integer_dtype(dtype):
        values = series.to_numpy("float64", na_value=np.nan)
        _check_whole(name, values)
        return Column("integer", values, missing, stored)
    if types.is_float_dtype(dtype):
        values = series.to_numpy("float64", na_value=np.nan)
        return _of_numbers(name, values, stored)
    if types.is_datetime64_any_dtype(dtype):
        if getattr(dtype, "tz", None) is not None:
            series = series.dt.tz_convert(None)
        return _of_dates(series.to_numpy("datetime64[us]"), stored)
    if stored["name"] != "object" and not isinstance(dtype, pd.StringDtype):
        raise TypeError(_unknown(name, str(dtype)))
    return _of_objects(name, series.astype(object), missing, stored)


def _of_array(name: str, values: Any) -> Column:
    values = _as_array(name, values)
    if values.ndim != 1:
        raise ValueError(
            f"{_EXPECTED} Received: column {name!r} of shape {values.shape}. "
            "Make each of its numbers a column of its own."
        )
    none = np.zeros(len(values), bool)
    stored = {"name": values.dtype.name}
    if values.dtype.kind == "b":
        return Column("boolean", values, none, stored)
    if values.dtype.kind in "iu":
        values = values.astype("float64")
        _check_whole(name, values)
        return Column("integer", values, none, stored)
    if values.dtype.kind == "f":
        return _of_numbers(name, values.astype("float64"), stored)
    if values.dtype.kind == "M":
        stored = {"name": str(values.dtype)}
        return _of_dates(values.astype("datetime64[us]"), stored)
    if values.dtype.kind == "U":
        return Column("text", values.astype(object), none, {"name": "str"})
    if values.dtype.kind != "O":
        raise TypeError(_unknown(name, str(values.dtype)))
    missing = np.array([is_missing(one) for one in values], bool)
    return _of_objects(name, values, missing, stored)


def _as_array(name: str, values: Any) -> np.ndarray:
    """Values as an array: of a list, without making text of all of them."""
    try:
        array = np.asarray(values)
        if array.dtype.kind != "U" or isinstance(values, np.ndarray):
            return array
        objects = np.asarray(values, object)
    except ValueError as error:
        raise ValueError(
            f"{_EXPECTED} Received: column {name!r} of lists of different "
            "lengths. Make each of their numbers a column of its own."
        ) from error
    is_text = all(isinstance(one, str) for one in objects.flat)
    return array if is_text else objects


def _check_whole(name: str, values: np.ndarray) -> None:
    """Refuses whole numbers, also of Python, that float64 would round."""
    if (np.abs(values) >= _MOST).any():
        raise ValueError(
            "Whole numbers must be smaller than 2^53, or they would be "
            f"rounded. Received: larger ones in column {name!r}. Leave it "
            "out, or make it text."
        )


def _of_numbers(name: str, values: np.ndarray, stored: dict) -> Column:
    if np.isinf(values).any():
        raise ValueError(
            f"Numbers must be finite or missing (NaN). Received: infinity in "
            f"column {name!r}. Replace it."
        )
    return Column("number", values, np.isnan(values), stored)


def _of_dates(values: np.ndarray, stored: dict) -> Column:
    seconds = values.astype("int64") / 1e6
    return Column("date", seconds, np.isnat(values), stored)


def _of_objects(
    name: str, values: Any, missing: np.ndarray, stored: dict
) -> Column:
    """A column of Python objects: of numbers only, or of anything."""
    given = np.empty(len(missing), object)
    given[:] = [
        None if lost else _plain(name, one)
        for one, lost in zip(values, missing, strict=True)
    ]
    known = given[~missing]
    is_number = [_is_number(one) for one in known]
    if stored["name"] == "category" or not all(is_number) or not len(known):
        return Column("text", given, missing, stored)
    _check_whole(name, known[[isinstance(one, int) for one in known]])
    as_floats = np.where(missing, np.nan, given).astype("float64")
    if all(isinstance(one, int) for one in known):
        return Column("integer", as_floats, missing, stored)
    return _of_numbers(name, as_floats, stored)


def _plain(name: str, value: Any) -> Any:
    """A value as one of Python, which files can hold."""
    value = value.item() if isinstance(value, np.generic) else value
    if not isinstance(value, str | bool | int | float):
        raise TypeError(_unknown(name, type(value).__name__))
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def is_missing(value: Any) -> bool:
    """Whether a value stands for a missing one: None, NaN, NaT or NA.

    Args:
        value: Anything.

    Example:

    >>> is_missing(float("nan")), is_missing("")
    (True, False)
    """
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    # NaN is not equal to itself.
    return isinstance(value, float | np.generic) and bool(value != value)


def _unknown(name: str, received: str) -> str:
    return (
        "Columns must be of numbers, booleans, dates (datetime64) or text. "
        f"Received: column {name!r} of {received}. Convert it, or leave it out."
    )
