"""`Column`: the values of a column, apart from how they were stored."""

from typing import Any, NamedTuple

import numpy as np

KINDS = ("number", "integer", "date", "boolean", "text")
"""Numbers are float64, dates float64 seconds since 1970, text is objects."""


class Column(NamedTuple):
    """The values of a column of a table.

    Attributes:
        kind: One of `KINDS`.
        values: Array `(rows,)`; what stands where one is missing is undefined.
        missing: Boolean array `(rows,)`.
        dtype: How the table stored it, plain data: a dict with the "name" of
            the data type and, of categories of pandas, "levels" and "ordered".
    """

    kind: str
    values: np.ndarray
    missing: np.ndarray
    dtype: dict[str, Any]
