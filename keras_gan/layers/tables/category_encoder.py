"""Columns of categories: text, booleans, few whole numbers, one value."""

import warnings
from collections import Counter
from typing import Any

import numpy as np

from keras_gan.utils.tables import Column, is_missing


class CategoryEncoder:
    """Encodes a column of categories as their numbers.

    A missing value is one more category, the last one, where there are any.

    Args:
        state: What `state` is after `learn`.

    Attributes:
        state: Plain data: all that was learned of the column, with the
            "values" of the categories and the "counts" of their rows.
        num_choices: Number of categories; 1 of a constant column.
    """

    has_value = False

    def __init__(self, state: dict[str, Any]) -> None:
        self.state = state
        self.num_choices = len(state["values"])
        self._codes = {one: n for n, one in enumerate(state["values"])}

    @property
    def categories(self) -> list:
        """The categories in their order, None for missing ones."""
        shown: Any = {"date": _date, "integer": int}.get(self.state["kind"])
        values = self.state["values"]
        if shown is None:
            return values
        return [None if one is None else shown(one) for one in values]

    @classmethod
    def learn(cls, name: str, column: Column) -> "CategoryEncoder":
        """Returns the encoder of a column.

        Args:
            name: Name of the column.
            column: The column.
        """
        counts = Counter(_objects(column))
        # Sorted, so that they do not depend on the order of the rows.
        values = sorted(set(counts) - {None}, key=lambda x: (str(type(x)), x))
        values += [None] if None in counts else []
        state = {
            "name": name,
            "kind": column.kind,
            "dtype": column.dtype,
            "values": values,
            "counts": [counts[one] for one in values],
        }
        return cls(state)

    def encode(self, column: Column) -> np.ndarray:
        """Returns the numbers of the categories, int32 `(rows,)`.

        Args:
            column: The column.

        Raises:
            ValueError: If it has a value that was not there in `adapt`.
        """
        objects = _objects(column)
        try:
            found = [self._codes[one] for one in objects]
        except KeyError as error:
            raise ValueError(self._unknown(error.args[0])) from None
        return np.array(found, "int32")

    def decode(self, codes: np.ndarray) -> Column:
        """Returns the column of numbers of categories.

        Args:
            codes: Integer array `(rows,)`.
        """
        state = self.state
        known = np.empty(self.num_choices, object)
        known[:] = state["values"]
        values = known[codes]
        missing = np.array([one is None for one in known])[codes]
        if state["kind"] != "text":
            kind = bool if state["kind"] == "boolean" else "float64"
            values = np.where(missing, 0, values).astype(kind)
        return Column(state["kind"], values, missing, state["dtype"])

    def code(self, value: Any) -> int:
        """Returns the number of a category.

        Args:
            value: The category as the table has it; None, NaN: missing.

        Raises:
            ValueError: If there is no such category.
        """
        given = value
        try:
            if is_missing(value):
                value = None
            elif self.state["kind"] == "date":
                value = _seconds(value)
            value = value.item() if isinstance(value, np.generic) else value
            return self._codes[value]
        except (KeyError, TypeError, ValueError):
            raise ValueError(self._unknown(given)) from None

    def parse(self, text: str) -> Any:
        """Returns the category that a text stands for; missing for no text.

        Args:
            text: The category as a file of text has it.

        Raises:
            ValueError: If there is no such category.
        """
        if self.state["kind"] == "date" and text:
            self.code(text)
            return text
        for value in self.state["values"]:
            if text in _spellings(value):
                return value
        raise ValueError(self._unknown(text))

    def _unknown(self, value: Any) -> str:
        values = self.categories
        if self.state["kind"] == "date":
            values = [one and str(one) for one in values]
        shown = ", ".join(map(repr, values[:10]))
        more = ", ..." if len(values) > 10 else ""
        return (
            f"Values of column {self.state['name']!r} must be among those of "
            f"the table that was learned: {shown}{more}. Received: {value!r}. "
            "Change it, or learn a table that has it."
        )


def _seconds(date: Any) -> float:
    with warnings.catch_warnings():
        # Dates with a zone become those of UTC, as they should.
        warnings.filterwarnings("ignore", "no explicit representation")
        return float(np.datetime64(date, "us").astype("int64")) / 1e6


def _date(seconds: float) -> np.datetime64:
    return np.datetime64(round(seconds * 1e6), "us")


def _spellings(value: Any) -> list[str]:
    """How a file of text may spell a category."""
    if value is None:
        return [""]
    if isinstance(value, bool):
        return [str(value), str(value).lower()]
    if isinstance(value, float) and value.is_integer():
        return [str(value), str(int(value))]
    return [str(value)]


def _objects(column: Column) -> list:
    """The values as Python objects, None where one is missing."""
    values = column.values.tolist()
    if not column.missing.any():
        return values
    return [
        None if lost else one
        for one, lost in zip(values, column.missing.tolist(), strict=True)
    ]
