"""Sizes and widths of the feature maps of StyleGAN2."""

from collections.abc import Sequence

from keras_gan.networks.validation import (
    RESIZE,
    checked_image_shape,
    checked_integer,
)

LARGEST_WIDTH = 512
# The published number of channels at a side, times the side.
_BASE, _LARGE_BASE, _LARGE = 16_384, 32_768, 512
_COARSEST, _FINER = 4, 8

Stage = tuple[tuple[int, int], int]


def stages_of(
    image_shape: Sequence[int],
    width: int | None,
    *,
    family: str = "StyleGAN2",
    large_base: int = _LARGE_BASE,
) -> tuple[tuple[int, ...], list[Stage]]:
    """The checked shape, and `(size, channels)` of each resolution.

    Args:
        image_shape: `(height, width, channels)`.
        width: Channels of the finest stage, or None for those published.
        family: Name of the networks, for errors.
        large_base: The published number of channels of large images, times
            their side.

    Returns:
        The shape and the stages, the coarsest first, whose shorter side has 4
        to 7 pixels.

    Raises:
        ValueError: If a side is not 4 to 7 pixels doubled a number of times.

    Example:

    >>> stages_of((28, 28, 1), 8)[1]
    [((7, 7), 32), ((14, 14), 16), ((28, 28), 8)]
    """
    shape = checked_image_shape(image_shape)
    sides = shape[:2]
    doublings = 0
    while min(sides) >> doublings >= _FINER:
        doublings += 1
    factor = 2**doublings
    if min(sides) < _COARSEST or any(side % factor for side in sides):
        raise ValueError(
            f"`image_shape` of {family} must have sides of 4, 5, 6 or 7 pixels "
            "doubled a number of times (32, 40, 48, 56, 64, ...); a longer "
            "side may be any multiple of the same power of 2. Received: "
            f"image_shape={shape}. To use others, {RESIZE}, or choose `dcgan`."
        )
    longest = max(sides)
    if width is None:
        base = _BASE if longest < _LARGE else large_base
        width = max(1, min(base // longest, LARGEST_WIDTH))
    width = checked_integer("width", width, minimum=1)
    largest = max(width, LARGEST_WIDTH)
    return shape, [
        (
            (sides[0] >> level, sides[1] >> level),
            min(width * 2**level, largest),
        )
        for level in reversed(range(doublings + 1))
    ]
