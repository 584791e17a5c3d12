"""Amplification of four octaves of spatial frequencies."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from keras import ops

from keras_gan.layers.augmentation.wavelets import SYM2

Tensor = Any

NAMES = ("band_1", "band_2", "band_3", "band_4")
# Share of each band in the power of natural images (1/f spectrum).
_EXPECTED_POWER = np.array([10, 1, 1, 1]) / 13


def frequency_filter(images: Tensor, drawn: Mapping[str, Tensor]) -> Tensor:
    """Amplifies or attenuates bands of frequencies in each image.

    The gains are scaled so that natural images keep their power; images are
    reflected at the edges. Images whose gains are all 1 stay identical bit for
    bit.

    Args:
        images: Float32 `(batch, height, width, channels)`.
        drawn: Gain of each band, `(batch,)`; missing gains are 1.

    Returns:
        Tensor of the shape of `images`.

    Reference:
        [Karras et al., 2020](https://arxiv.org/abs/2006.06676), appendix B.
    """
    chosen = [name for name in NAMES if name in drawn]
    if not chosen:
        return images
    one = ops.ones_like(drawn[chosen[0]])
    gains = ops.stack([drawn.get(name, one) for name in NAMES], axis=1)
    product = ops.ones_like(gains)
    power = ops.convert_to_tensor(_EXPECTED_POWER, "float32")
    for band in range(len(NAMES)):
        only = ops.cast(ops.arange(len(NAMES)) == band, "float32")
        strength = 1.0 + (gains - 1.0) * only
        total = ops.sum(power * ops.square(strength), axis=1, keepdims=True)
        product = product * strength / ops.sqrt(total)
    filtered = _filtered(images, product)
    identity = ops.all(gains == 1.0, axis=1)
    return ops.where(identity[:, None, None, None], images, filtered)


def _filtered(images, gains):
    batch, height, width, channels = ops.shape(images)
    images = ops.matmul(_matrices(gains, width)[:, None], images)
    lines = ops.reshape(images, (batch, height, width * channels))
    lines = ops.matmul(_matrices(gains, height), lines)
    return ops.reshape(lines, (batch, height, width, channels))


def _matrices(gains, side):
    """`(batch, side, side)`: one filter per image."""
    bands = ops.cast(_band_matrices(side), "float32")
    flat = ops.reshape(bands, (len(NAMES), side * side))
    return ops.reshape(ops.matmul(gains, flat), (-1, side, side))


def _band_matrices(side):
    """`(4, side, side)`: the kernel of each band, mirrored at the edges."""
    array = np if isinstance(side, int) else ops
    bank = filter_bank().astype("float32")
    reach = bank.shape[1] // 2
    pixels = array.arange(side)
    places = pixels[:, None] + np.arange(-reach, reach + 1)[None, :]
    period = array.maximum(2 * (side - 1), 1)
    folded = array.mod(places, period)
    folded = array.minimum(folded, period - folded)
    # (pixel, tap, pixel): the pixel that each tap of a pixel's filter reads.
    hits = folded[:, :, None] == pixels[None, None, :]
    return array.einsum("bt,ptq->bpq", bank, _floats(hits))


def _floats(condition):
    if isinstance(condition, np.ndarray):
        return condition.astype("float32")
    return ops.cast(condition, "float32")


def filter_bank() -> np.ndarray:
    """Kernels `(4, taps)` of the bands, low to high; their sum is identity."""
    low = SYM2
    high = low * (-1.0) ** np.arange(len(low))
    low = np.convolve(low, low[::-1]) / 2
    high = np.convolve(high, high[::-1]) / 2
    bank = np.eye(4, 1)
    for band in range(1, 4):
        spread = np.zeros((4, 2 * bank.shape[1] - 1))
        spread[:, ::2] = bank
        bank = np.stack([np.convolve(row, low) for row in spread])
        first = (bank.shape[1] - len(high)) // 2
        bank[band, first : first + len(high)] += high
    return bank
