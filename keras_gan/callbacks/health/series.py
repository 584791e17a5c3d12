"""`Series`, what was measured, and `HealthState`, to go on with."""

import dataclasses
import json
import math
from typing import Any

import numpy as np

from keras_gan.utils.findings import Finding
from keras_gan.utils.records import parse_json

LONGEST = 6
"""Checks in a row that a detector looks at, at most."""

# The state of a run stays small.
_KEPT = 2 * LONGEST
_KEPT_OF_METRICS = 4 * LONGEST
_IN_A_MEDIAN = 5


Row = dict[str, float | list[float] | None]


@dataclasses.dataclass
class Series:
    """The measurements of the last rounds, and extremes of all rounds.

    Attributes:
        rows: Dicts of measurements, the oldest first, each with `round`.
        peaks: The largest value so far of some measurements.
        best: The smallest value so far of some metrics, and its round.
        lows: The smallest median so far of five successive values of these.
        metrics: Their last values, which may be fewer than the rows.
    """

    rows: list[Row] = dataclasses.field(default_factory=list)
    peaks: dict[str, float] = dataclasses.field(default_factory=dict)
    best: dict[str, tuple[float, int]] = dataclasses.field(default_factory=dict)
    lows: dict[str, float] = dataclasses.field(default_factory=dict)
    metrics: dict[str, list[float]] = dataclasses.field(default_factory=dict)

    def add(self, row: dict[str, Any], *, best: tuple[str, ...] = ()) -> None:
        """Adds the measurements of a round.

        Args:
            row: Measurements by name, with `round`.
            best: Names of those whose smallest value is kept.
        """
        self.rows = [*self.rows, row][-_KEPT:]
        for name in best:
            if not _is_finite(row.get(name)):
                continue
            pair = (row[name], row["round"])
            self.best[name] = min(self.best.get(name, pair), pair)
            values = [*self.metrics.get(name, ()), row[name]]
            self.metrics[name] = values[-_KEPT_OF_METRICS:]
            if len(values) >= _IN_A_MEDIAN:
                low = float(np.median(values[-_IN_A_MEDIAN:]))
                self.lows[name] = min(self.lows.get(name, low), low)

    def raise_peak(self, name: str, value: float) -> None:
        """Keeps the largest value of a measurement.

        Args:
            name: Its name.
            value: A new value.
        """
        if _is_finite(value):
            self.peaks[name] = max(self.peaks.get(name, value), value)

    def last(self, name: str, count: int) -> np.ndarray | None:
        """The last values of a measurement.

        Args:
            name: Its name.
            count: How many.

        Returns:
            Array `(count, ...)`; None if there are fewer, or one is missing,
            not finite or, as values of other classes, of another shape.

        Example:

        >>> series = Series([{"round": n, "modes": n / 4} for n in range(5)])
        >>> series.last("modes", 2).tolist(), series.last("modes", 6)
        ([0.75, 1.0], None)
        """
        values = [row.get(name) for row in self.rows[-count:]]
        if len(values) < count or any(value is None for value in values):
            return None
        arrays = [np.asarray(value, "float64") for value in values]
        if len({one.shape for one in arrays}) > 1:
            return None
        found = np.stack(arrays)
        return found if np.isfinite(found).all() else None

    def latest(self, name: str) -> float:
        """The newest value of a measurement, NaN if it is missing."""
        value = self.rows[-1].get(name) if self.rows else None
        return value if isinstance(value, int | float) else math.nan

    def listed(self, name: str) -> list[float]:
        """The newest values of a measurement that is a list; none if missing.

        Args:
            name: Its name.
        """
        value = self.rows[-1].get(name) if self.rows else None
        return value if isinstance(value, list) else []


def rise(values: np.ndarray) -> np.ndarray:
    """How much the newer half of some values is above the older half.

    Args:
        values: Array `(rounds, ...)`, the oldest first.

    Example:

    >>> float(rise(np.array([1.0, 1.0, 2.0, 2.0])))
    1.0
    """
    half = len(values) // 2
    return values[-half:].mean(0) - values[:half].mean(0)


def _is_finite(value: Any) -> bool:
    return value is not None and math.isfinite(value)


@dataclasses.dataclass(frozen=True)
class HealthState:
    """The findings and the measurements so far.

    Attributes:
        findings: In the order in which they were made.
        series: The measurements.
    """

    findings: list[Finding] = dataclasses.field(default_factory=list)
    series: Series = dataclasses.field(default_factory=Series)


def parsed(state: dict[str, Any] | None) -> HealthState:
    """Returns what `TrainingHealth.state` returned, each value checked.

    Args:
        state: The dict, or None.

    Raises:
        ValueError: If it is something else.
    """
    return parse_json(json.dumps(state or {}), HealthState, "`state`")
