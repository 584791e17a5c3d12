"""Scales of charts: from values to places, with round numbers marked."""

import dataclasses
import math

import numpy as np

# Beyond this ratio of the largest value to the smallest, a linear scale would
# show only the largest.
_LINEAR_RATIO = 30.0
_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclasses.dataclass(frozen=True)
class Scale:
    """A linear or logarithmic scale.

    Attributes:
        low: The value at place 0.
        high: The value at place 1.
        ticks: Round values in between.
        is_log: Whether it is logarithmic.
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    is_log: bool = False

    def place(self, values: np.ndarray) -> np.ndarray:
        """Returns places, from 0 to 1.

        Args:
            values: Values of any shape; NaN stays NaN.
        """
        low, high = self.low, self.high
        if self.is_log:
            values, low, high = np.log(values), math.log(low), math.log(high)
        return (values - low) / (high - low)


def scale_of(
    values: np.ndarray,
    *,
    at_least: tuple[float, float] | None = None,
    num_ticks: int = 4,
    may_be_log: bool = True,
) -> Scale:
    """Returns a scale on which all values have their place.

    Args:
        values: Values of any shape; those that are not finite do not count.
        at_least: Values that have a place, too. The scale is linear then.
        num_ticks: About how many values to mark.
        may_be_log: Whether it may be logarithmic, if that shows more.

    Example:

    >>> scale_of(np.array([3.0, 96.0]), may_be_log=False).ticks
    (0.0, 25.0, 50.0, 75.0, 100.0)
    """
    finite = values[np.isfinite(values)]
    ends = np.array(at_least or ())
    low, high = _ends(np.concatenate([finite, ends]))
    wide = low > 0 and high / low > _LINEAR_RATIO
    if wide and may_be_log and at_least is None:
        return _logarithmic(low, high)
    return _linear(low, high, num_ticks)


def _ends(values: np.ndarray) -> tuple[float, float]:
    if not values.size:
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    if high - low > 1e-6 * max(abs(low), abs(high)):
        return low, high
    around = abs(low) / 10 or 1.0  # They are all the same.
    return low - around, high + around


def _linear(low: float, high: float, number: int) -> Scale:
    rough = (high - low) / number
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * next(x for x in _ROUND if x * power >= rough * (1 - 1e-9))
    first, last = math.floor(low / step), math.ceil(high / step)
    ticks = tuple(round(n * step, 12) for n in range(first, last + 1))
    if len(set(ticks)) < len(ticks):  # Too small to be rounded.
        ticks = tuple(n * step for n in range(first, last + 1))
    return Scale(first * step, last * step, ticks)


def _logarithmic(low: float, high: float) -> Scale:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    every = max(1, math.ceil((last - first) / 5))
    # By the number of powers of ten.
    by_powers = {1: [1, 2, 5], 2: [1, 2, 5], 3: [1, 3]}
    factors = by_powers.get(last - first, [1])
    inside = [
        factor * 10.0**power
        for power in range(first, last + 1, every)
        for factor in factors
    ]
    # As little as possible beyond the values.
    low, high = low / 1.1, high * 1.1
    ticks = tuple(tick for tick in inside if low <= tick <= high)
    return Scale(low, high, ticks, is_log=True)
