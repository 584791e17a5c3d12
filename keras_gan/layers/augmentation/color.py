"""The color operations as one matrix and one offset per image."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from keras import ops

from keras_gan import backend

Tensor = Any

NAMES = ("brightness", "contrast", "luma_flip", "hue", "saturation")


def color(images: Tensor, drawn: Mapping[str, Tensor]) -> Tensor:
    """Changes the colors of each image with its own parameters.

    With the luma `m` (mean over the channels) of a pixel `x`, in [-1, 1]:

    ```
    y = contrast (flip (m + brightness) + saturation R_hue (x - m))
    ```

    where `flip` is -1 or 1 and `R_hue` is a rotation about the gray axis. For
    more than three channels it is a rotation in the plane of the first Fourier
    component over the channels; for fewer there is none. All of it is one
    matrix per image. Images without any operation stay identical bit for bit.

    Args:
        images: Float32 `(batch, height, width, channels)` in [-1, 1].
        drawn: Parameters by name, `(batch,)`; missing ones have no effect.

    Returns:
        Tensor of the shape of `images`.
    """
    if not set(NAMES) & set(drawn):
        return images
    matrices, offsets = matrices_and_offsets(drawn, images.shape[-1])
    # Images of unknown size would cost a compilation for each size.
    known = None not in images.shape[1:]
    return (_quick_changed if known else _changed)(images, matrices, offsets)


def matrices_and_offsets(drawn: Mapping[str, Tensor], channels: int) -> tuple:
    """`(batch, channels, channels)` and `(batch,)`, from the parameters."""
    one = ops.ones_like(next(drawn[name] for name in NAMES if name in drawn))
    contrast = drawn.get("contrast", one)
    luma = contrast * (1.0 - 2.0 * drawn.get("luma_flip", 0.0 * one))
    chroma = contrast * drawn.get("saturation", one)
    hue = drawn.get("hue", 0.0 * one)
    gray, rest, plane, turn = _projections(channels)
    # Written relative to the identity, which then stays exact.
    matrices = (
        _weighted(one, np.eye(channels))
        + _weighted(luma - 1.0, gray)
        + _weighted(chroma - 1.0, rest)
        + _weighted(chroma * (ops.cos(hue) - 1.0), plane)
        + _weighted(chroma * ops.sin(hue), turn)
    )
    return matrices, luma * drawn.get("brightness", 0.0 * one)


def _weighted(weights, matrix):
    return weights[:, None, None] * ops.convert_to_tensor(matrix, "float32")


def _projections(channels: int) -> tuple:
    """Projections onto gray, the rest, the hue plane; a rotation in it."""
    gray = np.full((channels, channels), 1.0 / channels)
    rest = np.eye(channels) - gray
    if channels < 3:
        nothing = np.zeros_like(gray)
        return gray, rest, nothing, nothing
    angles = 2.0 * np.pi / channels * np.arange(channels)
    differences = angles[:, None] - angles[None, :]
    plane = 2.0 / channels * np.cos(differences)
    turn = 2.0 / channels * np.sin(differences)
    return gray, rest, plane, turn


def _multiplied(images, matrices):
    batch, height, width, channels = ops.shape(images)
    pixels = ops.reshape(images, (batch, height * width, channels))
    pixels = ops.matmul(pixels, ops.transpose(matrices, (0, 2, 1)))
    return ops.reshape(pixels, (batch, height, width, channels))


def _changed(images, matrices, offsets):
    changed = offsets[:, None, None, None] + _multiplied(images, matrices)
    identity = ops.all(
        matrices == ops.eye(images.shape[-1], dtype="float32"), axis=(1, 2)
    )
    identity = identity & (offsets == 0)
    return ops.where(identity[:, None, None, None], images, changed)


_quick_changed = backend.fused_forward(_changed)
