"""`Study`: the results of all cells of a study, and what follows from them."""

import dataclasses
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan.evaluation.arms import (
    CONTROL,
    JUDGED,
    REFERENCE,
    SEMI_SUPERVISED,
)

_ENOUGH_CELLS = 10
# Of the plot, in pixels.
_WIDTH, _LEFT, _ROW, _MARGIN = 900, 300, 46, 50
_INK, _GRAY, _LIGHT = "#1c2833", "#8895a0", "#d5dbe0"
_BETTER, _OTHER = "#009e73", "#56748f"
_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
_MOST_TICKS = 8


@dataclasses.dataclass(frozen=True)
class Study:
    """Results of a study: recalls of each class, by arm, in each cell.

    A cell is one repetition: one class that has become rare, and one seed. Both
    determine the split, the images that remain and all weights. All arms of a
    cell share these, so their differences are paired.

    Attributes:
        cells: Dict from the name of a cell to a dict from the name of an arm to
            the list of recalls of all classes on test images.
        rare: Dict from the name of a cell to the number of its rare class, or
            None.
        class_names: Names of the classes.

    Example:

    >>> cells = {"0-0": {"as it is": [0.5, 0.9], "GAN": [0.6, 0.9]}}
    >>> study = Study(cells, {"0-0": 0}, ("cat", "dog"))
    >>> study.balanced_accuracy("GAN").tolist()
    [0.75]
    """

    cells: Mapping[str, Mapping[str, list[float]]]
    rare: Mapping[str, int | None]
    class_names: tuple[str, ...]

    @property
    def arms(self) -> tuple[str, ...]:
        """Names of the arms, in the order of the table."""
        return tuple(next(iter(self.cells.values())))

    def balanced_accuracy(self, arm: str) -> np.ndarray:
        """Mean recall of all classes in each cell.

        Args:
            arm: Name of an arm.
        """
        return np.array([np.mean(one[arm]) for one in self.cells.values()])

    def rare_recall(self, arm: str) -> np.ndarray:
        """Recall of the rare class in each cell; NaN where there is none.

        Args:
            arm: Name of an arm.
        """
        numbers = [self.rare[name] for name in self.cells]
        return np.array(
            [
                np.nan if number is None else one[arm][number]
                for number, one in zip(
                    numbers, self.cells.values(), strict=True
                )
            ]
        )

    def gain(self, arm: str, reference: str = REFERENCE) -> np.ndarray:
        """Balanced accuracy in each cell less that of another arm.

        Args:
            arm: Name of an arm.
            reference: Name of the other one.
        """
        return self.balanced_accuracy(arm) - self.balanced_accuracy(reference)

    def table(self) -> str:
        """Returns means and standard errors of all arms as Markdown."""
        has_rare = all(one is not None for one in self.rare.values())
        head = ["arm", "balanced accuracy %", "gain %"]
        head += ["recall of the rare class %"] * has_rare
        lines = [_row(head), _row(["---"] * len(head))]
        for arm in self.arms:
            row = [arm, in_words(self.balanced_accuracy(arm))]
            row.append("" if arm == REFERENCE else in_words(self.gain(arm)))
            row += [in_words(self.rare_recall(arm))] * has_rare
            lines.append(_row(row))
        return "\n".join(lines)

    @property
    def judged(self) -> str:
        """Name of the arm that answers whether a GAN helps."""
        named = [arm for arm in JUDGED if arm in self.arms]
        return (named or [arm for arm in self.arms if "GAN" in arm])[-1]

    @property
    def rival(self) -> str:
        """Name of the arm without a GAN that has the highest mean."""
        without = [
            arm for arm in self.arms if "GAN" not in arm and arm != CONTROL
        ]
        return max(without, key=lambda arm: self.balanced_accuracy(arm).mean())

    def verdict(self) -> str:
        """Returns in a sentence whether a GAN helps on these data.

        It helps if one arm with a GAN, which was chosen before there were
        results, beats the best one without, and 0 is outside of the 95 %
        interval of the paired difference by Student's t, which is wide for few
        cells. The best is chosen by the same results, which favors it.
        Ensembles are only in the table.
        """
        gain = self.gain(self.judged, self.rival)
        least = _interval(gain)
        words = f"{in_words(gain)} points of balanced accuracy"
        number = f"{len(gain)} cells"
        if len(gain) < _ENOUGH_CELLS:
            number += ", too few to be sure"
        beats = (
            f'"{self.judged}" against "{self.rival}", the best without a GAN '
            f"here: {words} ({number})."
        )
        if gain.mean() > least:
            helped = "A GAN helps"
            if self.judged == SEMI_SUPERVISED:  # The rival saw no others.
                helped = "Images without labels and a GAN help"
            return f"{helped} on these data. {beats}"
        if gain.mean() < -least:
            return f"A GAN does harm on these data. {beats}"
        return f"No difference that chance could not make. {beats}"

    def save(self, path: str | os.PathLike) -> None:
        """Writes all results as JSON, after which `load` reads them.

        Args:
            path: Path of the file.
        """
        aside = Path(f"{os.fspath(path)}.part")
        aside.write_text(json.dumps(dataclasses.asdict(self), indent=1))
        os.replace(aside, path)

    @classmethod
    def load(cls, path: str | os.PathLike) -> "Study":
        """Returns the study in a file that `save` wrote.

        Args:
            path: Path of the file.
        """
        values: dict[str, Any] = json.loads(Path(path).read_text())
        names = tuple(values["class_names"])
        return cls(values["cells"], values["rare"], names)

    def plot(self, path: str | os.PathLike) -> None:
        """Draws the gain of each arm with its standard errors as PNG.

        Args:
            path: Path of the file.
        """
        rows = [
            (arm, 100 * self.gain(arm), 200 * standard_error(self.gain(arm)))
            for arm in self.arms
        ]
        _draw(rows, path)


def _interval(values: np.ndarray) -> float:
    """Half of the 95 % interval of a mean; infinite of a single value."""
    from scipy.special import stdtrit

    if len(values) < 2:
        return float("inf")
    return float(stdtrit(len(values) - 1, 0.975)) * standard_error(values)


def standard_error(values: np.ndarray) -> float:
    """Standard error of a mean; 0 of a single value.

    Args:
        values: The values.
    """
    if len(values) < 2:
        return 0.0
    return float(np.std(values, ddof=1) / len(values) ** 0.5)


def in_words(values: np.ndarray) -> str:
    """A mean and its standard error, in percent.

    Args:
        values: Values in [0, 1].

    Example:

    >>> in_words(np.array([0.5, 0.6]))
    '55.00 ± 5.00'
    """
    return f"{100 * values.mean():.2f} ± {100 * standard_error(values):.2f}"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _draw(
    rows: Sequence[tuple[str, np.ndarray, float]], path: str | os.PathLike
) -> None:
    """Draws one line per arm: cells, their mean and two standard errors.

    Args:
        rows: Name, gains in points, and the half length of the bar.
        path: Path of the PNG.
    """
    from PIL import Image, ImageDraw, ImageFont

    height = _ROW * len(rows) + 2 * _MARGIN
    picture = Image.new("RGB", (_WIDTH, height), "white")
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=17)
    most = max(
        [0.05, *(np.abs(gains).max() for _, gains, _ in rows)]
        + [abs(gains.mean()) + bar for _, gains, bar in rows]
    )
    scale = (_WIDTH - _LEFT - 30) / (2.1 * most)
    zero = (_WIDTH + _LEFT) / 2

    def place(gain: float) -> float:
        return zero + scale * gain

    _axis(pen, font, most, place, height)
    for number, (name, gains, bar) in enumerate(rows):
        y = _MARGIN + _ROW * (number + 0.5)
        pen.text((_LEFT - 15, y), name, _INK, font, anchor="rm")
        for gain in gains:
            x = place(gain)
            pen.line((x, y - 6, x, y + 6), _GRAY)
        mean = gains.mean()
        color = _BETTER if mean - bar > 0 else _OTHER
        pen.line((place(mean - bar), y, place(mean + bar), y), color, 4)
        x = place(mean)
        pen.ellipse((x - 6, y - 6, x + 6, y + 6), color)
    pen.text(
        (_WIDTH / 2, 20),
        f"balanced accuracy, points more than {REFERENCE}: "
        "each cell, mean ± 2 standard errors",
        _INK,
        font,
        anchor="mm",
    )
    picture.save(path, "PNG")


def _axis(pen, font, most: float, place, height: int) -> None:
    """Draws vertical lines at round gains, with their numbers."""
    step = next((t for t in _TICKS if 2 * most / t <= _MOST_TICKS), _TICKS[-1])
    count = int(most / step)
    for number in range(-count, count + 1):
        x = place(number * step)
        pen.line((x, _MARGIN, x, height - _MARGIN), _LIGHT, 1 + (not number))
        pen.text(
            (x, height - _MARGIN + 18),
            f"{number * step:+g}" if number else "0",
            _INK,
            font,
            anchor="mm",
        )
