"""Random masks for inpainting."""

import math
import random as python_random
from collections.abc import Callable

import numpy as np

from keras_gan.utils.arguments import height_and_width, integer

Size = tuple[int, int]
DrawMask = Callable[[Size, np.random.Generator], np.ndarray]

# DeepFill v2's, of images of 256 pixels.
_SIDE = 256
_WIDTHS = 12, 40
_MEAN_ANGLE, _MOST_OFF = 2 * math.pi / 5, 2 * math.pi / 15
# Shares of a side that a box takes.
_BOX = 0.375, 0.625
# How often a mask may cover everything, or nothing, of a small image.
_MOST_TRIES = 20


def free_form_masks(
    num_masks: int, size: Size, *, seed: int | None = None
) -> np.ndarray:
    """Draws masks of a box and a few strokes of a thick pen, as DeepFill v2.

    Args:
        num_masks: How many to draw.
        size: `(height, width)` in pixels, of at least 2.
        seed: Integer that fixes the masks. Default: they follow
            `keras.utils.set_random_seed`, or are random.

    Returns:
        float32 array `(num_masks, height, width, 1)` with 1 in holes and 0
        elsewhere. Each mask has both.

    Raises:
        ValueError: If an argument is invalid.

    Example:

    >>> masks = free_form_masks(3, (16, 24), seed=0)
    >>> masks.shape, np.unique(masks).tolist()
    ((3, 16, 24, 1), [0.0, 1.0])

    Reference:
        [Yu et al., 2019](https://arxiv.org/abs/1806.03589)
    """
    return _several("free_form", num_masks, size, seed)


def stroke_masks(
    num_masks: int, size: Size, *, seed: int | None = None
) -> np.ndarray:
    """Draws masks of one to three strokes of a thick pen.

    Each stroke zigzags in 4 to 11 steps, each of about an eighth of the
    diagonal.

    Args:
        num_masks: How many to draw.
        size: `(height, width)` in pixels, of at least 2.
        seed: As for `free_form_masks`.

    Returns:
        float32 array `(num_masks, height, width, 1)`; 1 in holes.

    Raises:
        ValueError: If an argument is invalid.

    Example:

    >>> stroke_masks(3, (16, 24), seed=0).shape
    (3, 16, 24, 1)

    Reference:
        [Yu et al., 2019](https://arxiv.org/abs/1806.03589)
    """
    return _several("strokes", num_masks, size, seed)


def box_masks(
    num_masks: int, size: Size, *, seed: int | None = None
) -> np.ndarray:
    """Draws masks of one box with 3/8 to 5/8 of each side, anywhere.

    Args:
        num_masks: How many to draw.
        size: `(height, width)` in pixels, of at least 2.
        seed: As for `free_form_masks`.

    Returns:
        float32 array `(num_masks, height, width, 1)`; 1 in holes.

    Raises:
        ValueError: If an argument is invalid.

    Example:

    >>> box_masks(1, (4, 4), seed=1)[0, :, :, 0].sum()
    np.float32(4.0)
    """
    return _several("box", num_masks, size, seed)


def draw_mask(kind: str, size: Size, random: np.random.Generator) -> np.ndarray:
    """Draws one mask, float32 `(height, width, 1)`.

    Args:
        kind: One of `KINDS`.
        size: `(height, width)` in pixels.
        random: What it is drawn from.
    """
    for _ in range(_MOST_TRIES):
        mask = KINDS[kind](size, random)
        if mask.any() and not mask.all():
            break
    else:
        mask = _box(size, random)
    return mask.astype("float32")[..., None]


def _several(
    kind: str, num_masks: int, size: Size, seed: int | None
) -> np.ndarray:
    num_masks = integer("num_masks", num_masks, at_least=1)
    size = height_and_width("size", size)
    if min(size) < 2:
        raise ValueError(
            "`size` must be at least 2 pixels in each direction, for a hole "
            f"and something around it. Received: size={size}. Choose the "
            "size of your images."
        )
    if seed is None:
        seed = python_random.randrange(2**31)
    random = np.random.default_rng(integer("seed", seed, at_least=0))
    masks = [draw_mask(kind, size, random) for _ in range(num_masks)]
    return np.stack(masks)


def _box(size: Size, random: np.random.Generator) -> np.ndarray:
    mask = np.zeros(size, bool)
    places = []
    for side in size:
        length = max(1, round(side * random.uniform(*_BOX)))
        start = int(random.integers(side - length + 1))
        places.append(slice(start, start + length))
    mask[tuple(places)] = True
    return mask


def _strokes(size: Size, random: np.random.Generator) -> np.ndarray:
    from PIL import Image, ImageDraw

    height, width = size
    picture = Image.new("L", (width, height))
    draw = ImageDraw.Draw(picture)
    unit = math.sqrt(height * width) / _SIDE
    for _ in range(random.integers(1, 4)):
        points = _zigzag(size, random)
        pen = max(1, round(unit * random.uniform(*_WIDTHS)))
        draw.line(points, fill=1, width=pen)
        for x, y in points:
            half = pen / 2
            draw.ellipse((x - half, y - half, x + half, y + half), fill=1)
    mask = np.array(picture, bool)
    mask = mask[:, ::-1] if random.random() < 0.5 else mask
    return mask[::-1] if random.random() < 0.5 else mask


def _zigzag(size: Size, random: np.random.Generator) -> list:
    """Points `(x, y)`, one after another at angles up and down in turn."""
    height, width = size
    radius = math.hypot(height, width) / 8
    least, most = (
        _MEAN_ANGLE + sign * random.uniform(0, _MOST_OFF) for sign in (-1, 1)
    )
    x, y = random.uniform(0, width), random.uniform(0, height)
    points = [(x, y)]
    for number in range(random.integers(4, 12)):
        sign = -1 if number % 2 == 0 else 1
        angle = sign * random.uniform(least, most)
        step = np.clip(random.normal(radius, radius / 2), 0, 2 * radius)
        x = min(max(x + step * math.cos(angle), 0), width)
        y = min(max(y + step * math.sin(angle), 0), height)
        points.append((float(x), float(y)))
    return points


def _free_form(size: Size, random: np.random.Generator) -> np.ndarray:
    return _box(size, random) | _strokes(size, random)


KINDS: dict[str, DrawMask] = {
    "free_form": _free_form,
    "strokes": _strokes,
    "box": _box,
}
"""Kinds of random masks by name."""
