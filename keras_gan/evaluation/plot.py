"""A plot of gains, drawn without a plotting library."""

import os
from collections.abc import Sequence

import numpy as np

from keras_gan.evaluation.arms import REFERENCE

_WIDTH, _LEFT, _ROW, _MARGIN = 900, 300, 46, 50
_INK, _GRAY, _LIGHT = "#1c2833", "#8895a0", "#d5dbe0"
_BETTER, _OTHER = "#009e73", "#56748f"
_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
_MOST_TICKS = 8

Row = tuple[str, np.ndarray, float]


def draw(rows: Sequence[Row], path: str | os.PathLike) -> None:
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
