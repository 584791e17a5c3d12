"""Columns of numbers and dates, normalized by the mode they belong to."""

from typing import Any

import numpy as np

from keras_gan.layers.tables.mixture import draw_modes, fit_modes
from keras_gan.utils.tables import Column

_RANGE = 0.99
_DATE_UNITS = (86400.0, 3600.0, 60.0, 1.0)
_NUMBER_UNITS = tuple(10.0**-n for n in range(7))


class NumberEncoder:
    """Encodes a column of numbers as a value in [-1, 1] and a mode.

    ```
    value = (x - mean) / (4 * deviation),  clipped to [-.99, .99]
    ```

    A missing number has a mode of its own, the last one. Decoded numbers keep
    the bounds and the unit (whole numbers, cents, days) of the column.

    Args:
        state: What `state` is after `learn`.

    Attributes:
        state: Plain data: all that was learned of the column.
        num_choices: Number of modes.
        missing_share: Missing numbers, as a share of all.
    """

    has_value = True

    def __init__(self, state: dict[str, Any]) -> None:
        self.state = state
        self.missing_share = state["missing_share"]
        num_modes = len(state["modes"]["means"])
        self.num_choices = num_modes + (self.missing_share > 0)

    @classmethod
    def learn(
        cls, name: str, column: Column, **options: Any
    ) -> "NumberEncoder":
        """Returns the encoder of a column of two or more different numbers.

        Args:
            name: Name of the column.
            column: The column.
            **options: As in `fit_modes`.

        Raises:
            ValueError: If they are too large or too close to be normalized.
        """
        known = column.values[~column.missing]
        _check_spread(name, known)
        state = {
            "name": name,
            "kind": column.kind,
            "dtype": column.dtype,
            "modes": fit_modes(known, **options),
            "missing_share": float(column.missing.mean()),
            "low": float(known.min()),
            "high": float(known.max()),
            "unit": _unit_of(known, column),
        }
        return cls(state)

    def encode(
        self, column: Column, draws: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Returns the values and the modes of a column, `(rows,)` each.

        Args:
            column: The column.
            draws: Random generator that draws among modes that fit.

        Raises:
            ValueError: If the column is of another kind, or has missing
                numbers and had none before.
        """
        state, modes = self.state, self.state["modes"]
        if column.kind != state["kind"]:
            # Whole numbers are numbers, too; anything else is not.
            self._check_kind(column)
        if column.missing.any() and not self.missing_share:
            raise ValueError(
                f"Column {state['name']!r} had no missing values in the table "
                f"that was learned. Received: {int(column.missing.sum())} "
                "missing. Remove those rows, or learn a table that has some, "
                "too."
            )
        numbers = np.where(column.missing, state["low"], column.values)
        codes = draw_modes(numbers, modes, draws)
        mean = np.take(modes["means"], codes)
        deviation = np.take(modes["deviations"], codes)
        values = np.clip((numbers - mean) / (4 * deviation), -_RANGE, _RANGE)
        codes[column.missing] = self.num_choices - 1
        values[column.missing] = 0.0
        return values.astype("float32"), codes

    def decode(self, values: np.ndarray, codes: np.ndarray) -> Column:
        """Returns the column of values and modes.

        Args:
            values: Float array `(rows,)`.
            codes: Integer array `(rows,)`.
        """
        state, modes = self.state, self.state["modes"]
        missing = codes == len(modes["means"])
        codes = np.where(missing, 0, codes)
        mean = np.take(modes["means"], codes)
        deviation = np.take(modes["deviations"], codes)
        numbers = values.astype("float64") * 4 * deviation + mean
        numbers = np.clip(numbers, state["low"], state["high"])
        numbers = np.clip(
            _rounded(numbers, state["unit"]), state["low"], state["high"]
        )
        return Column(state["kind"], numbers, missing, state["dtype"])

    def _check_kind(self, column: Column) -> None:
        kinds = {column.kind, self.state["kind"]}
        if kinds != {"number", "integer"}:
            raise ValueError(
                f"Column {self.state['name']!r} must be of kind "
                f"{self.state['kind']!r}, as in the table that was learned. "
                f"Received: kind {column.kind!r}. Convert it."
            )


def _check_spread(name: str, values: np.ndarray) -> None:
    with np.errstate(all="ignore"):
        deviation = values.std()
    if not 0 < deviation < np.inf:  # NaN is refused, too.
        raise ValueError(
            "The standard deviation of numbers must be above 0 and finite. "
            f"Received: {deviation:g} of column {name!r}, from "
            f"{values.min():g} to {values.max():g}. Scale it, or leave it out."
        )


def _unit_of(values: np.ndarray, column: Column) -> float:
    """The largest unit of which all values are multiples; 0 without one."""
    if column.kind == "integer":
        return 1.0
    units = _DATE_UNITS if column.kind == "date" else _NUMBER_UNITS
    stored = column.dtype["name"]
    # In float32 tenths are not the same numbers as in float64.
    precision = stored if stored in ("float16", "float32") else "float64"
    given = values.astype(precision)
    for unit in units:
        if np.array_equal(_rounded(values, unit).astype(precision), given):
            return unit
    return 0.0


def _rounded(values: np.ndarray, unit: float) -> np.ndarray:
    if not unit:
        return values
    if unit >= 1.0:
        return np.round(values / unit) * unit
    # Divided by a whole number it is the nearest number to a decimal one.
    parts = round(1.0 / unit)
    return np.round(values * parts) / parts
