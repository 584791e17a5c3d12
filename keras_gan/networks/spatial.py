"""Sizes and widths of feature maps in convolutional networks."""

import math

# A side of this many pixels or more is halved once more, so that the
# coarsest map has 4 to 7 pixels per side (fewer for smaller images).
_HALVED_FROM = 8


def spatial_plan(height: int, width: int) -> list[tuple[int, int]]:
    """Sizes of the feature maps, from the coarsest to the image itself.

    Each side is halved, rounding up, until it is below 8 pixels, independently
    of the other side. Padded convolutions of stride 2 round the same way, so
    the plan fits them exactly for every image; upsampling along it needs at
    most one row cropped.

    Args:
        height: Height of the image in pixels.
        width: Width of the image in pixels.

    Returns:
        A list of `(height, width)`, the last of which is the image's.

    Example:

    >>> spatial_plan(28, 28)
    [(7, 7), (14, 14), (28, 28)]
    >>> spatial_plan(50, 8)
    [(7, 4), (13, 4), (25, 4), (50, 8)]
    """
    plan = [(height, width)]
    while max(plan[0]) >= _HALVED_FROM:
        coarser_height, coarser_width = (
            math.ceil(side / 2) if side >= _HALVED_FROM else side
            for side in plan[0]
        )
        plan.insert(0, (coarser_height, coarser_width))
    return plan


def strides_between(
    fine: tuple[int, int], coarse: tuple[int, int]
) -> tuple[int, int]:
    """The stride along each axis from the finer map to the coarser one."""
    return (
        1 if fine[0] == coarse[0] else 2,
        1 if fine[1] == coarse[1] else 2,
    )


def doubling_widths(
    width: int, num_stages: int, *, largest_factor: int = 8
) -> list[int]:
    """Channels of each stage, from `width` at the finest, doubling.

    Args:
        width: Channels of the finest stage.
        num_stages: Number of stages.
        largest_factor: Widths stop growing at `largest_factor * width`.

    Returns:
        Widths from the coarsest stage to the finest.

    Example:

    >>> doubling_widths(16, 5)
    [128, 128, 64, 32, 16]
    """
    return [
        width * min(2**stage, largest_factor)
        for stage in reversed(range(num_stages))
    ]
