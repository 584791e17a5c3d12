"""Levels and schedule of progressive growing."""

from collections.abc import Sequence

from keras_gan.layers import Growth
from keras_gan.networks.recipe import Recipe
from keras_gan.networks.stylegan2.plan import Stage, stages_of
from keras_gan.networks.validation import checked_integer
from keras_gan.penalties import Drift, GradientPenalty

_BASE = 16_384
_PHASE_IMAGES = 600_000
# The published size of a batch by the longest side.
_BATCH_SIZES = ((16, 128), (32, 64), (64, 32), (128, 16))
_LEAST_BATCH_SIZE = 8


def levels_of(
    image_shape: Sequence[int], width: int | None
) -> tuple[tuple[int, ...], list[Stage]]:
    """The checked shape, and `(size, channels)` of each level.

    Args:
        image_shape: `(height, width, channels)`.
        width: Channels of the finest level, or None for those published.

    Raises:
        ValueError: If the image cannot be halved, or a side is not 4 to 7
            pixels doubled a number of times.

    Example:

    >>> levels_of((8, 16, 1), 2)[1]
    [((4, 8), 4), ((8, 16), 2)]
    """
    shape, levels = stages_of(
        image_shape, width, family="progressive growing", large_base=_BASE
    )
    if len(levels) < 2:
        raise ValueError(
            "`image_shape` of progressive growing must have sides of at least "
            f"8 pixels. Received: image_shape={shape}. Use `dcgan` or `mlp`."
        )
    return shape, levels


def growth_of(
    shape: tuple[int, ...],
    levels: list[Stage],
    steps_per_stage: int | None,
    fade_steps: int | None,
) -> Growth:
    """The layer that counts steps; see `progressive_generator`."""
    phase = _PHASE_IMAGES // progressive_recipe(shape).batch_size
    steps = [
        phase if value is None else checked_integer(name, value, minimum=0)
        for name, value in (
            ("steps_per_stage", steps_per_stage),
            ("fade_steps", fade_steps),
        )
    ]
    return Growth(
        len(levels) - 1,
        steps_per_stage=steps[0],
        fade_steps=steps[1],
        name="growth",
    )


def progressive_recipe(image_shape: tuple[int, ...]) -> Recipe:
    """The settings of the paper, with the batch of the finest level.

    The gradients of the penalty are those with respect to whole images, also
    where the networks use only coarse levels.

    Args:
        image_shape: `(height, width, channels)`.

    Returns:
        A `Recipe`.

    Example:

    >>> progressive_recipe((64, 64, 3)).batch_size
    32
    """
    longest = max(image_shape[:2])
    sizes = [size for side, size in _BATCH_SIZES if longest <= side]
    return Recipe(
        loss="wasserstein",
        penalties=(GradientPenalty(), Drift()),
        generator_rate=1e-3,
        discriminator_rate=1e-3,
        batch_size=sizes[0] if sizes else _LEAST_BATCH_SIZE,
    )
