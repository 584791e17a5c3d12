"""Large images in overlapping tiles, for models that translate images."""

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np

from keras_gan.utils.arguments import integer, is_integer
from keras_gan.utils.memory import check_memory

# This share of an overlap, at the edge of a tile, is not used: a network knows
# too little of what surrounds it there. The rest of it is blended.
_UNUSED = 0.25
_TINY = np.finfo("float32").tiny


def checked_tile(tile, overlap, sides: Sequence[int | None]) -> tuple:
    """Returns the sides of tiles and their overlaps, one per axis.

    Args:
        tile: Side in pixels, or one per axis of `sides`.
        overlap: Pixels that neighbors share. None: a quarter of the tile.
        sides: Height and width of the network's inputs; None is any.

    Raises:
        ValueError: If the network does not take such tiles.
    """
    tiles = [tile] * len(sides) if is_integer(tile) else tile
    if not isinstance(tiles, list | tuple) or len(tiles) != len(sides):
        raise ValueError(
            f"`tile` must be the side of a tile in pixels, or {len(sides)} "
            f"sides. Received: tile={tile!r}. Pass for example `tile=256`."
        )
    tiles = tuple(integer("tile", one, at_least=1) for one in tiles)
    if any(a not in (None, b) for a, b in zip(sides, tiles, strict=True)):
        raise ValueError(
            "`tile` must be the size that the generator takes, "
            f"{tuple(sides)}. Received: tile={tile!r}. Generators of images "
            "of any size, with `image_shape=(None, None, channels)`, take "
            "tiles of any size."
        )
    if overlap is None:
        return tiles, tuple(one // 4 for one in tiles)
    overlap = integer("overlap", overlap, at_least=0)
    if overlap >= min(tiles):
        raise ValueError(
            "`overlap` must be smaller than the tile. Received: overlap="
            f"{overlap} with tile={tile!r}. A quarter of the tile is usual."
        )
    return tiles, (overlap,) * len(tiles)


def exceeds(sides: Sequence[int], tiles: Sequence[int]) -> bool:
    """Whether an image is larger than one tile.

    Args:
        sides: Sides of the image.
        tiles: Sides of a tile.
    """
    return any(side > tile for side, tile in zip(sides, tiles, strict=True))


def disjoint(image: np.ndarray, tiles: Sequence[int]) -> list[np.ndarray]:
    """Returns the parts of an image without an overlap; the last are smaller.

    Args:
        image: Array `(..., channels)`.
        tiles: Sides of a tile.
    """
    starts = [
        range(0, side, tile)
        for side, tile in zip(image.shape[:-1], tiles, strict=True)
    ]
    corners = itertools.product(*starts)
    return [image[_slices(corner, tiles)] for corner in corners]


def in_tiles(
    function: Callable,
    image: np.ndarray,
    tiles: Sequence[int],
    overlaps: Sequence[int],
    batch_size: int,
) -> np.ndarray:
    """Applies a function of images to overlapping tiles of one image.

    Tiles of a size that does not divide the image's are moved inward at its
    end, so that all have the same size. Where tiles overlap, their results are
    blended linearly; where these are equal, nothing changes.

    Args:
        function: Array `(tiles, ..., channels)` -> array whose sides are the
            same multiple, 1 or more, of the tiles'.
        image: Array `(..., channels)`.
        tiles: Sides of a tile, which becomes smaller if the image is.
        overlaps: Pixels that neighbors share, one per axis.
        batch_size: Largest number of tiles at once.

    Returns:
        Float32 array, the result for the whole image.

    Raises:
        ValueError: If the results are no whole multiple of the tiles, or the
            whole result does not fit into memory.
    """
    sides = image.shape[:-1]
    tiles = [min(pair) for pair in zip(tiles, sides, strict=True)]
    overlaps = [min(o, t - 1) for o, t in zip(overlaps, tiles, strict=True)]
    starts = [_starts(*one) for one in zip(sides, tiles, overlaps, strict=True)]
    places = list(itertools.product(*map(range, map(len, starts))))
    weights: list[list[np.ndarray]] = []
    result, covered, scale = np.zeros(()), np.zeros(()), 1
    for first in range(0, len(places), batch_size):
        some = places[first : first + batch_size]
        inputs = [
            image[_slices(_corner(starts, place), tiles)] for place in some
        ]
        while first and len(inputs) < batch_size:
            inputs.append(inputs[-1])  # Another size would be compiled anew.
        outputs = function(np.stack(inputs))
        if not weights:
            scale = _scale(outputs.shape[1:-1], tiles)
            result, covered = _canvas(sides, scale, outputs.shape[-1])
            weights = [
                _weights(*one, scale)
                for one in zip(starts, sides, tiles, overlaps, strict=True)
            ]
        for place, output in zip(some, outputs, strict=False):
            where = _slices(_corner(starts, place), tiles, scale)
            weight = _outer(weights, place)
            covered[where] += weight
            # A running mean, which leaves values on which tiles agree, such as
            # the known pixels of inpainting, as they are to the last bit.
            share = weight / np.maximum(covered[where], _TINY)
            result[where] += share * (output - result[where])
    return result


def _canvas(sides, scale: int, channels: int) -> list[np.ndarray]:
    """Room for the result, and for how far each pixel of it is covered."""
    shape = [scale * side for side in sides]
    check_memory(
        f"The translation of an image of {' x '.join(map(str, sides))} pixels",
        4 * math.prod(shape) * (channels + 1),
        "Cut it into several images.",
    )
    return [np.zeros((*shape, count), "float32") for count in (channels, 1)]


def _starts(side, tile, overlap) -> list[int]:
    """First pixels of the tiles along one axis; the last ends with it."""
    return [*range(0, side - tile, tile - overlap), side - tile]


def _corner(starts, place) -> list[int]:
    return [own[i] for own, i in zip(starts, place, strict=True)]


def _slices(corner, tiles, scale=1) -> tuple:
    return tuple(
        slice(scale * start, scale * (start + tile))
        for start, tile in zip(corner, tiles, strict=True)
    )


def _scale(outputs, tiles) -> int:
    scale = outputs[0] // tiles[0]
    if tuple(outputs) != tuple(scale * one for one in tiles):
        raise ValueError(
            "`tile` needs a generator whose images are a whole multiple of "
            f"its inputs. Received: inputs of {tuple(tiles)} and images of "
            f"{tuple(outputs)} pixels. Translate whole images."
        )
    return scale


def _weights(starts, side, tile, overlap, scale) -> list[np.ndarray]:
    """Weights of the pixels of each tile along one axis; they add up to 1."""
    total, weights = np.zeros(scale * side), []
    width = scale * overlap * (1.0 - 2.0 * _UNUSED)
    places = np.arange(scale * tile) + 0.5
    for start in starts:
        weight = np.ones(scale * tile)
        for at_end, distance in (
            (start == 0, places),
            (start + tile == side, places[::-1]),
        ):
            if overlap and not at_end:
                ramp = (distance - scale * overlap * _UNUSED) / width
                weight *= np.clip(ramp, 0.0, 1.0)
        weights.append(weight)
        total[scale * start : scale * (start + tile)] += weight
    return [
        weight / total[scale * start : scale * (start + tile)]
        for start, weight in zip(starts, weights, strict=True)
    ]


def _outer(weights, place) -> np.ndarray:
    """Weights of the pixels of one tile, `(..., 1)`."""
    product = np.ones((1,))
    for own, i in reversed(list(zip(weights, place, strict=True))):
        product = np.multiply.outer(own[i], product)
    return product.astype("float32")
