"""Makes tables of columns."""

from typing import Any

import numpy as np

from keras_gan.utils.tables.column import Column


def table_of(columns: dict[str, Column], *, frame: bool) -> Any:
    """Returns a table with the data types that the columns came from.

    Args:
        columns: The columns by their names.
        frame: Whether to make a DataFrame; else a dict of arrays.

    Example:

    >>> from keras_gan.utils.tables import columns_of
    >>> table = {"name": np.array(["a", None], object)}
    >>> table_of(columns_of(table), frame=False)
    {'name': array(['a', None], dtype=object)}
    """
    if not frame:
        return {name: _array(one) for name, one in columns.items()}
    import pandas as pd

    return pd.DataFrame({name: _series(one) for name, one in columns.items()})


def _array(column: Column) -> np.ndarray:
    name = column.dtype["name"]
    if column.kind == "date":
        return _dates(column).astype(name)
    if name == "object":
        return _objects(column)
    if column.kind == "text":
        return np.array(column.values.tolist(), name)
    values = column.values.astype(name)
    if column.kind == "number":
        values[column.missing] = np.nan
    return values


def _series(column: Column) -> Any:
    import pandas as pd

    dtype = column.dtype
    if column.kind == "date":
        dates = pd.Series(_dates(column))
        zone = getattr(pd.api.types.pandas_dtype(dtype["name"]), "tz", None)
        if zone is not None:
            dates = dates.dt.tz_localize("UTC").dt.tz_convert(zone)
        return dates.astype(dtype["name"])
    objects = pd.Series(_objects(column), dtype=object)
    if "levels" in dtype:
        return objects.astype(
            pd.CategoricalDtype(dtype["levels"], dtype["ordered"])
        )
    return objects.astype(dtype["name"])


def _objects(column: Column) -> np.ndarray:
    values = column.values
    if column.kind == "integer":
        # Whatever stands where a number is missing is no integer.
        values = np.where(column.missing, 0, values).round().astype("int64")
    objects = values.astype(object)
    objects[column.missing] = None
    return objects


def _dates(column: Column) -> np.ndarray:
    seconds = np.where(column.missing, 0.0, column.values)
    dates = (seconds * 1e6).round().astype("int64").astype("datetime64[us]")
    dates[column.missing] = np.datetime64("NaT")
    return dates
