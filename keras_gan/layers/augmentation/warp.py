"""Resampling of images by an affine map, without aliasing."""

import math
from typing import Any

import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.layers.augmentation.wavelets import SYM6

Tensor = Any

# Index of the middle tap of the filter, and how many samples of the doubled
# image it reaches beyond the edge.
_MIDDLE = len(SYM6) // 2 - 1
_FEW_CHANNELS = 4


def warp(images: Tensor, matrices: Tensor) -> Tensor:
    """Warps each image by its own affine map.

    The image is doubled by an orthogonal low-pass wavelet filter, sampled
    bilinearly at the mapped places and halved by the same filter. The filter is
    orthogonal to its shifts, so a map by whole pixels loses nothing. Beyond the
    edge the doubled image is mirrored, as often as it takes; the paper doubles
    an image mirrored once, which is the same but for the slight asymmetry of
    the filter (some hundredths of the contrast in the outermost pixels).

    Args:
        images: Float32 `(batch, height, width, channels)`.
        matrices: `(batch, 3, 3)`, positions in the result -> positions in the
            image, `(x, y)` in pixels from the center.

    Returns:
        Tensor of the shape of `images`.

    Reference:
        [Karras et al., 2020](https://arxiv.org/abs/2006.06676), appendix B.
    """
    height, width = _sides(images)
    doubled = _across(2.0 * _doubling(width), images)
    doubled = _down(2.0 * _doubling(height), doubled)
    # Images of unknown size would cost a compilation for each size.
    known = None not in images.shape[1:]
    places = (_quick_reflected if known else _reflected)(
        matrices, height=height, width=width
    )
    sampled = (_quick_bilinear if known else bilinear)(doubled, *places)
    return _across(_halving(width), _down(_halving(height), sampled))


def warp_nearest(
    masks: Tensor, matrices: Tensor, fill: float | None = None
) -> Tensor:
    """Warps each mask by its own affine map, without making new values.

    Args:
        masks: Tensor `(batch, height, width, channels)` of any dtype.
        matrices: As for `warp`.
        fill: Value beyond the edge. None: the mask is reflected.

    Returns:
        Tensor of the shape and dtype of `masks`.
    """
    height, width = _sides(masks)
    x, y = _places(matrices, _grid(width), _grid(height))
    # Round half up, so that positions between two pixels are consistent.
    across, down = _float(width), _float(height)
    x = ops.floor(x + across / 2.0)
    y = ops.floor(y + down / 2.0)
    inside = (x >= 0) & (x < across) & (y >= 0) & (y < down)
    columns = ops.cast(_mirrored(x, across - 1.0), "int32")
    rows = ops.cast(_mirrored(y, down - 1.0), "int32")
    values = _taken(masks, rows, columns)
    if fill is None:
        return values
    return ops.where(inside[..., None], values, ops.cast(fill, masks.dtype))


def _sides(images):
    """Height and width: integers if they are known, else tensors."""
    dynamic = ops.shape(images)
    return dynamic[1], dynamic[2]


def _grid(side, parts=1, beyond=0):
    """Positions along one axis, in pixels from the center.

    There are `parts` positions per pixel, and `beyond` more at both ends.
    """
    places = _float(_integers(parts * side + 2 * beyond)) - beyond
    return places / parts - (_float(side) - 1.0) / 2.0


def _places(matrices, x, y):
    """Maps the points of a grid: returns x and y, `(batch, y, x)`."""
    x = ops.convert_to_tensor(x)[None, None, :]
    y = ops.convert_to_tensor(y)[None, :, None]
    m = matrices[:, :, :, None, None]
    return (
        m[:, 0, 0] * x + m[:, 0, 1] * y + m[:, 0, 2],
        m[:, 1, 0] * x + m[:, 1, 1] * y + m[:, 1, 2],
    )


def _reflected(matrices, height, width):
    """The places in the doubled image of all that is sampled: x and y."""
    x, y = _places(
        matrices, _grid(width, 2, _MIDDLE), _grid(height, 2, _MIDDLE)
    )
    across, down = _float(width) - 1.0, _float(height) - 1.0
    return (
        _mirrored(2.0 * x + across, 2.0 * across),
        _mirrored(2.0 * y + down, 2.0 * down),
    )


def _mirrored(places, last):
    """Reflects positions into the range from 0 to `last`."""
    # The distance to the nearest reflection of 0.
    period = ops.maximum(2.0 * last, 1.0)
    distances = ops.abs(places - period * ops.round(places / period))
    return ops.minimum(distances, last)


def bilinear(images, x, y):
    """Interpolates between pixels: `(batch, *positions, channels)`.

    No position may lie in the last row or column, so each has a pixel to its
    right and one below it.
    """
    batch, height, width, channels = ops.shape(images)
    left, top = ops.floor(x), ops.floor(y)
    right, down = (x - left)[..., None], (y - top)[..., None]
    pixels = ops.reshape(images, (batch * height * width, channels))
    first = _numbered(images, ops.cast(top, "int32"), ops.cast(left, "int32"))
    a, b, c, d = (
        backend.gather_rows(pixels, first + neighbor)
        for neighbor in (0, 1, width, width + 1)
    )
    upper = a + right * (b - a)
    lower = c + right * (d - c)
    return upper + down * (lower - upper)


_quick_reflected = backend.fused(_reflected)
_quick_bilinear = backend.fused_forward(bilinear)


def _taken(images, rows, columns):
    """The pixels at integer positions: `(batch, *positions, channels)`."""
    batch, height, width, channels = ops.shape(images)
    pixels = ops.reshape(images, (batch * height * width, channels))
    return ops.take(pixels, _numbered(images, rows, columns), axis=0)


def _numbered(images, rows, columns):
    """Indices of pixels in the flattened batch."""
    batch, height, width, _ = ops.shape(images)
    first = ops.arange(batch, dtype="int32") * (height * width)
    return first[:, None, None] + rows * width + columns


def _down(matrix, images):
    """Applies a matrix along the height of each image."""
    batch, height, width, channels = ops.shape(images)
    lines = ops.reshape(images, (batch, height, width * channels))
    lines = ops.matmul(matrix, lines)
    return ops.reshape(lines, (batch, ops.shape(lines)[1], width, channels))


def _across(matrix, images):
    """Applies a matrix along the width of each image."""
    batch, height, width, channels = ops.shape(images)
    if channels > _FEW_CHANNELS:
        return ops.matmul(matrix, images)
    # One matrix for whole lines, although it is mostly zeros: products as
    # narrow as a pixel were three to five times slower.
    apart = ops.eye(channels, dtype="float32")[None, :, None, :]
    joint = ops.transpose(matrix)[:, None, :, None] * apart
    columns = ops.shape(matrix)[0]
    joint = ops.reshape(joint, (width * channels, columns * channels))
    lines = ops.reshape(images, (batch * height, width * channels))
    lines = ops.matmul(lines, joint)
    return ops.reshape(lines, (batch, height, columns, channels))


def _doubling(side):
    """`(2 side, side)`: filter taps, with reflection at the edges."""
    places = _integers(2 * side)
    matrix = 0.0
    for tap, weight in enumerate(SYM6.tolist()):
        # Only every second position of the doubled image is a pixel.
        reached = places + (_MIDDLE - tap)
        pixel = _mirrored_integers(reached // 2, side)
        even = _float(reached % 2 == 0)
        hit = _float(pixel[:, None] == _integers(side)[None, :])
        matrix = matrix + weight / math.sqrt(2.0) * even[:, None] * hit
    return matrix


def _halving(side):
    """`(side, 2 side + 10)`: the same taps, transposed."""
    reached = _integers(2 * side + 2 * _MIDDLE)[None, :]
    distances = reached - 2 * _integers(side)[:, None]
    matrix = 0.0
    for tap, weight in enumerate(SYM6.tolist()):
        matrix = matrix + weight / math.sqrt(2.0) * _float(distances == tap)
    return matrix


def _mirrored_integers(pixels, side):
    array = np if isinstance(side, int) else ops
    period = array.maximum(2 * (side - 1), 1)
    folded = pixels % period
    return array.minimum(array.minimum(folded, period - folded), side - 1)


def _integers(count):
    return (
        np.arange(count)
        if isinstance(count, int)
        else ops.arange(count, dtype="int32")
    )


def _float(numbers):
    """Converts to float32, as a constant if the numbers are known."""
    if isinstance(numbers, (int, np.ndarray)):
        return np.float32(numbers)
    return ops.cast(numbers, "float32")
