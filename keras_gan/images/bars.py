"""Small bar charts, drawn as arrays."""

import numpy as np

HEIGHT, WIDTH = 84, 126
_TITLE = 14
_COLORS = np.array([[150, 150, 150], [31, 119, 180]], "uint8")


def bar_chart(title: str, values: np.ndarray) -> np.ndarray:
    """Draws two series of bars side by side, the first gray, the second blue.

    Args:
        title: Written above; as much of it as there is room for.
        values: Array `(2, bars)` of numbers of 0 or more; the largest one is
            as high as the chart.

    Returns:
        uint8 array `(84, 126, 3)`.

    Example:

    >>> bar_chart("sex", np.array([[0.5, 0.5], [0.4, 0.6]])).shape
    (84, 126, 3)
    """
    chart = _titled(title)
    heights = values / max(values.max(), 1e-9) * (HEIGHT - _TITLE - 2)
    # The bars of both series, and a gap.
    edges = np.linspace(2, WIDTH - 2, 1 + 3 * values.shape[1]).round()
    for series, color in enumerate(_COLORS):
        for bar, height in enumerate(heights[series].round().astype(int)):
            left, right = edges[3 * bar + series :][:2].astype(int)
            chart[HEIGHT - 1 - height : HEIGHT - 1, left:right] = color
    chart[-1] = _COLORS[0]
    return chart


def _titled(title: str) -> np.ndarray:
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (WIDTH, HEIGHT), "white")
    ImageDraw.Draw(picture).text((3, 1), _printable(title), fill="black")
    return np.array(picture)


def _printable(title: str) -> str:
    """What the font of Pillow that every system has can show."""
    return title.encode("latin-1", errors="replace").decode("latin-1")
