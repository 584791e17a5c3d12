"""Charts of lines as plain data, from which a template draws SVG."""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from keras_gan.reports.numbers import in_words, short
from keras_gan.reports.scales import Scale, scale_of

WIDTH, HEIGHT = 380, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 50, 14, 14, 28
# Points of a line that are drawn, and circles that can be seen apart.
_MOST_POINTS = 250
_MOST_DOTS = 60


@dataclasses.dataclass(frozen=True)
class Series:
    """Values over steps.

    Attributes:
        name: What they are.
        rounds: The round of each value.
        steps: The steps done by then.
        values: The values; NaN where there is none.
        best: Place of the best value, or `None`.
        color: Number of its color.
    """

    name: str
    rounds: np.ndarray
    steps: np.ndarray
    values: np.ndarray
    best: int | None = None
    color: int = 0

    @property
    def last(self) -> str:
        """The last value in words."""
        finite = self.values[np.isfinite(self.values)]
        return in_words(finite[-1]) if len(finite) else "none"


@dataclasses.dataclass(frozen=True)
class Dot:
    """A value in a chart, with what is said of it."""

    x: str
    y: str
    words: str
    is_best: bool


@dataclasses.dataclass(frozen=True)
class Line:
    """A series in a chart: an SVG path, and its values."""

    series: Series
    path: str
    dots: list[Dot]
    shows_dots: bool


@dataclasses.dataclass(frozen=True)
class Mark:
    """A moment in a chart, such as that of a finding."""

    x: str
    label: str
    words: str


@dataclasses.dataclass(frozen=True)
class Chart:
    """A chart of lines.

    Attributes:
        title: What it shows.
        note: What that means, in a sentence or two.
        lines: One for each series.
        across: Ticks of the steps: places and labels.
        up: Ticks of the values.
        marks: Moments that are marked.
        is_log: Whether the scale of values is logarithmic.
    """

    title: str
    note: str
    lines: list[Line]
    across: list[tuple[str, str]]
    up: list[tuple[str, str]]
    marks: list[Mark]
    is_log: bool

    width, height = WIDTH, HEIGHT
    left, right = _LEFT, WIDTH - _RIGHT
    top, bottom = _TOP, HEIGHT - _BOTTOM

    @property
    def summary(self) -> str:
        """What a screen reader says in place of the picture."""
        lines = [
            f"{line.series.name}, {len(line.dots)} values, the last "
            f"{line.series.last}"
            for line in self.lines
        ]
        return f"Line chart of {self.title} over steps: {'; '.join(lines)}."


def chart_of(
    title: str,
    note: str,
    series: Sequence[Series],
    *,
    at_least: tuple[float, float] | None = None,
    moments: Sequence[tuple[float, str, str]] = (),
) -> Chart:
    """Lays out a chart.

    Args:
        title: What it shows.
        note: What that means.
        series: The lines.
        at_least: Values that the scale includes.
        moments: Steps that are marked, with a short label and with words.
    """
    last = max(1.0, *(float(one.steps.max()) for one in series))
    # The axis ends where the steps do, not at a round number.
    ticks = scale_of(np.array([0.0, last]), may_be_log=False).ticks
    steps = Scale(0.0, last, ticks)
    values = scale_of(
        np.concatenate([one.values for one in series]), at_least=at_least
    )
    dots_show = all(len(one.steps) <= _MOST_DOTS for one in series)
    lines = [_line(one, steps, values, dots_show) for one in series]
    return Chart(
        title,
        note,
        lines,
        [(_x(steps, t), short(t)) for t in steps.ticks if t <= steps.high],
        [(_y(values, t), short(t)) for t in values.ticks],
        [Mark(_x(steps, at), label, words) for at, label, words in moments],
        values.is_log,
    )


def _x(scale: Scale, step: float) -> str:
    place = float(scale.place(np.asarray(step)))
    return f"{_LEFT + place * (WIDTH - _LEFT - _RIGHT):.1f}"


def _y(scale: Scale, value: float) -> str:
    place = float(scale.place(np.asarray(value)))
    return f"{HEIGHT - _BOTTOM - place * (HEIGHT - _TOP - _BOTTOM):.1f}"


def _line(
    series: Series, steps: Scale, values: Scale, shows_dots: bool
) -> Line:
    path, dots, is_drawing = [], [], False
    for index in _thinned(series):
        value = series.values[index]
        if math.isnan(value):
            is_drawing = False
            continue
        x, y = _x(steps, series.steps[index]), _y(values, value)
        # Of a value alone, the round end of a line without length.
        path.append(f"L{x} {y}" if is_drawing else f"M{x} {y}h0")
        is_drawing = True
        words = (
            f"step {series.steps[index]:,.0f}, round "
            f"{series.rounds[index]:.0f}: {series.name} {in_words(value)}"
        )
        dots.append(Dot(x, y, words, index == series.best))
    return Line(series, "".join(path), dots, shows_dots)


def _thinned(series: Series) -> list[int]:
    """Places of at most some values: the ends, and the best one, stay."""
    last = len(series.steps) - 1
    number = min(last + 1, _MOST_POINTS)
    kept = set(np.linspace(0, last, number).round().astype(int).tolist())
    if series.best is not None:
        kept.add(series.best)
    return sorted(kept)
