"""The blit and geometric operations as one affine map per image."""

import math
from collections.abc import Mapping
from typing import Any

from keras import ops

Tensor = Any


def inverse_matrices(drawn: Mapping[str, Tensor], height, width) -> Tensor:
    """Returns the maps from pixels of the result to pixels of the image.

    Coordinates are `(x, y)` in pixels from the center of the image. The
    matrices of all operations are multiplied, so images are resampled once.

    Args:
        drawn: Parameters by name, `(batch,)` or `(batch, 2)`.
        height: Height of the images in pixels.
        width: Width of the images in pixels.

    Returns:
        Float32 `(batch, 3, 3)`: positions in the result -> positions in the
        image.
    """
    sides = ops.cast(ops.stack([width, height]), "float32")
    inverses = {
        "flip": lambda flip: _scaling(1.0 - 2.0 * flip, ops.ones_like(flip)),
        "quarter_turns": lambda turns: _rotation(math.pi / 2 * turns),
        "shift": lambda shift: _translation(-ops.round(shift * sides)),
        "scale": lambda scale: _scaling(_inverse(scale), _inverse(scale)),
        "rotation": _rotation,
        "stretch": lambda stretch: _scaling(_inverse(stretch), stretch),
        "second_rotation": _rotation,
        "fractional_shift": lambda shift: _translation(-shift * sides),
    }
    product = None
    for name, inverse in inverses.items():
        if name in drawn:
            matrix = inverse(drawn[name])
            product = matrix if product is None else ops.matmul(product, matrix)
    return product


def unchanged(matrices: Tensor) -> Tensor:
    """Returns which of the maps are the identity: boolean `(batch,)`."""
    return ops.all(matrices == ops.eye(3, dtype="float32"), axis=(1, 2))


def _inverse(factor: Tensor) -> Tensor:
    # In TensorFlow's graphs divisions become approximate reciprocals: 1 / 1
    # would not be exactly 1, and images that should stay as they are would be
    # resampled.
    return ops.where(factor == 1.0, 1.0, 1.0 / factor)


def _rotation(angle: Tensor) -> Tensor:
    cosine, sine = ops.cos(angle), ops.sin(angle)
    return _matrix((cosine, -sine, None), (sine, cosine, None))


def _scaling(x: Tensor, y: Tensor) -> Tensor:
    return _matrix((x, None, None), (None, y, None))


def _translation(shift: Tensor) -> Tensor:
    x, y = shift[:, 0], shift[:, 1]
    one = ops.ones_like(x)
    return _matrix((one, None, x), (None, one, y))


def _matrix(*rows) -> Tensor:
    """`(batch, 3, 3)` from two rows of numbers `(batch,)`; `None` is 0."""
    given = next(entry for entry in rows[0] if entry is not None)
    zero, one = ops.zeros_like(given), ops.ones_like(given)
    lines = [[zero if e is None else e for e in row] for row in rows]
    lines.append([zero, zero, one])
    return ops.stack([ops.stack(line, axis=-1) for line in lines], axis=-2)
