"""Sizes and widths of BigGAN's feature maps."""

import dataclasses
from collections.abc import Sequence

from keras_gan.networks.spatial import spatial_plan, strides_between
from keras_gan.networks.validation import (
    RESIZE,
    checked_image_shape,
    checked_integer,
)
from keras_gan.utils.arguments import choice

# The channels of maps in units of the width, by the number of doublings: of
# the generator from the coarsest map, of the discriminator from the finest.
_UP = {
    4: (16, 16, 8, 4, 2),
    5: (16, 16, 8, 4, 2, 1),
    6: (16, 16, 8, 8, 4, 2, 1),
}
_DOWN = {
    4: (1, 2, 4, 8, 16),
    5: (1, 2, 4, 8, 16, 16),
    6: (1, 2, 4, 8, 8, 16, 16),
}
# Images of 32 pixels and less: one width for all maps.
_FEW = 3
_UNIFORM = (4, 4, 4, 4)
_LATENTS_OF_SLOT = 20
# Attention by default: from so many doublings on, at up to so many pixels.
_FEWEST_ATTENDED = 4
_ATTENDED = 64
_LATENTS_OF_DEEP = 128


@dataclasses.dataclass(frozen=True)
class Plan:
    """The maps of both networks.

    Attributes:
        sizes: Of the generator's maps, from the coarsest.
        channels: Of the images.
        widths: Channels of the generator's maps.
        down: Channels of the discriminator's blocks, and factors by which they
            shrink the map. In BigGAN-deep the first is its first convolution.
        attended: The block of the generator that attention follows, and the
            one of the discriminator, or None.
        last_map: Size of the discriminator's coarsest map.
    """

    sizes: list[tuple[int, int]]
    channels: int
    widths: tuple[int, ...]
    down: list[tuple[int, tuple[int, int]]]
    attended: tuple[int | None, int | None]
    last_map: tuple[int, int]

    def factor(self, stage: int) -> tuple[int, int]:
        """How much a block of the generator enlarges its map."""
        return strides_between(self.sizes[stage + 1], self.sizes[stage])


def plan_for(
    image_shape: Sequence[int],
    width: int | None,
    attention: int | None,
    deep: bool,
) -> Plan:
    """Returns the maps for an image shape, after checks of the arguments."""
    height, image_width, channels = checked_image_shape(image_shape)
    sizes = spatial_plan(height, image_width)
    doublings = len(sizes) - 1
    _check_sizes((height, image_width, channels), sizes)
    if width is None:
        width = 128 if deep else 64 if doublings <= _FEW else 96
    width = checked_integer("width", width, minimum=1)
    up = _UP.get(doublings, _UNIFORM[: doublings + 1])
    halvings = doublings if doublings in _DOWN else min(doublings, 2)
    factors = [
        strides_between(a, b) for b, a in zip(sizes, sizes[1:], strict=False)
    ]
    factors = [*[(1, 1)] * deep, *factors[::-1][:halvings]]
    down = _DOWN.get(doublings, _UNIFORM)
    # The coarsest maps of the discriminator keep their size.
    factors += [(1, 1)] * (len(down) - len(factors))
    return Plan(
        sizes=sizes,
        channels=channels,
        widths=tuple(unit * width for unit in up),
        down=[
            (unit * width, factor)
            for unit, factor in zip(down, factors, strict=True)
        ],
        attended=_attended(sizes, attention),
        last_map=sizes[doublings - halvings],
    )


def _attended(
    sizes: list[tuple[int, int]], attention: int | None
) -> tuple[int | None, int | None]:
    doublings = len(sizes) - 1
    sides = [max(size) for size in sizes]
    if attention is None:
        place = _default_place(sides)
    else:
        choice("attention", attention, [0, *sides[1:-1]])
        place = sides.index(attention) if attention else None
    if place is None:
        return None, None
    return place - 1, doublings - place - 1


def _check_sizes(
    image_shape: tuple[int, ...], sizes: list[tuple[int, int]]
) -> None:
    """Raises an error unless all maps are doubled exactly."""
    few, many = 1, max(_UP)
    exact = all(
        fine[axis] in (coarse[axis], 2 * coarse[axis])
        for coarse, fine in zip(sizes, sizes[1:], strict=False)
        for axis in (0, 1)
    )
    if exact and few <= len(sizes) - 1 <= many:
        return
    sides = sorted({base * 2**k for base in (4, 5, 6, 7) for k in range(1, 7)})
    near = tuple(
        min(sides, key=lambda side: abs(side - given))
        for given in image_shape[:2]
    )
    raise ValueError(
        "Each side of BigGAN's images must be 4, 5, 6 or 7 times a power of 2, "
        f"and the longer one from 8 to {7 * 2**many} pixels. Received: "
        f"image_shape={image_shape}. The nearest is "
        f"{(*near, image_shape[-1])}: {RESIZE}."
    )


def default_latent_dim(image_shape: Sequence[int]) -> int:
    """Returns the length of the latents of BigGAN, unless one is given.

    Args:
        image_shape: `(height, width, channels)`.

    Example:

    >>> default_latent_dim((32, 32, 3))
    80
    """
    plan = plan_for(image_shape, None, None, deep=False)
    return checked_latent_dim(None, plan, deep=False)


def checked_latent_dim(latent_dim: int | None, plan: Plan, deep: bool) -> int:
    """Returns the length of the latents, if the slots divide it."""
    slots = 1 if deep else len(plan.sizes)
    if latent_dim is None:
        return _LATENTS_OF_DEEP if deep else _LATENTS_OF_SLOT * slots
    latent_dim = checked_integer("latent_dim", latent_dim, minimum=1)
    if latent_dim % slots:
        below = latent_dim // slots * slots
        widths = [str(one) for one in (below, below + slots) if one]
        raise ValueError(
            f"`latent_dim` must be a multiple of {slots}: BigGAN splits the "
            f"latents between its first layer and its {slots - 1} blocks. "
            f"Received: latent_dim={latent_dim}. The nearest are "
            f"{' and '.join(widths)}."
        )
    return latent_dim


def _default_place(sides: list[int]) -> int | None:
    """The largest map inside the networks of at most 64 pixels per side."""
    if len(sides) - 1 < _FEWEST_ATTENDED:
        return None
    return max(i for i, side in enumerate(sides[:-1]) if side <= _ATTENDED)
