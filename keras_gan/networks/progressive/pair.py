"""A matching generator and discriminator of progressive growing."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.networks.progressive.discriminator import (
    progressive_discriminator,
)
from keras_gan.networks.progressive.generator import (
    LATENT_DIM,
    progressive_generator,
)


def progressive(
    image_shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    num_classes: int | None = None,
    width: int | None = None,
    group_size: int | None = 4,
    steps_per_stage: int | None = None,
    fade_steps: int | None = None,
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Builds networks that grow while they are trained, level by level.

    They begin with images of 4 to 7 pixels per side and fade in one level
    after the other, each of twice the size. A `GAN` counts the steps. The first
    steps are much faster than the last ones, and what is saved, loaded and
    averaged has grown as far. `networks.recipe("progressive", image_shape)` is
    what they are trained with, and `callbacks.ProgressiveGrowing` fits the
    schedule to the length of a run.

    Args:
        image_shape: `(height, width, channels)`. The shorter side must be 4, 5,
            6 or 7 pixels doubled once or more.
        latent_dim: Length of the latent vectors.
        num_classes: Number of classes, at least 2, or None.
        width: Channels of the finest level. None: as published.
        group_size: Images of which the discriminator sees the variation, at
            least 2. None: the whole batch.
        steps_per_stage: Training steps between a level and the next fade, 0 or
            more. None: those for 600,000 images in batches of the recipe.
        fade_steps: Training steps in which a level is faded in, 0 or more.
            None: the same. With 0 for both, all levels are used at once.
        seed: Integer that determines the initial weights, or None.

    Returns:
        `(generator, discriminator)`, for `GAN(*progressive(...))`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> generator, discriminator = progressive((8, 8, 1), width=2)
    >>> generator.output_shape == discriminator.input_shape
    True

    Reference:
        Karras et al., "Progressive Growing of GANs", arXiv 1710.10196.
    """
    shared: dict[str, Any] = {
        "num_classes": num_classes,
        "width": width,
        "steps_per_stage": steps_per_stage,
        "fade_steps": fade_steps,
        "seed": seed,
    }
    return (
        progressive_generator(image_shape, latent_dim=latent_dim, **shared),
        progressive_discriminator(image_shape, group_size=group_size, **shared),
    )
