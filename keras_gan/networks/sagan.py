"""SNGAN's networks with self-attention, based on SAGAN."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.layers import SelfAttention
from keras_gan.networks.initialization import ATTENTION_STREAM, Initializers
from keras_gan.networks.recipe import Recipe
from keras_gan.networks.sngan import (
    LATENT_DIM,
    Between,
    discriminator_of,
    generator_of,
)
from keras_gan.networks.spatial import spatial_plan
from keras_gan.networks.validation import checked_image_shape

# Attention at most at maps of this side: its cost grows with the fourth power.
_LARGEST_SIDE = 32


def sagan_generator(
    image_shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    num_classes: int | None = None,
    width: int = 64,
    seed: int | None = None,
) -> keras.Model:
    """Builds SNGAN's generator with spectral normalization and attention.

    Self-attention stands after the block whose map has half the sides of the
    image, 32 pixels at most; for images of 8 to 14 pixels, before the first
    block; smaller ones have none. It starts as the identity, so that the
    network starts as `sngan_generator(..., spectral_normalization=True)`.

    Args:
        image_shape: `(height, width, channels)`, of any size, square or not.
        latent_dim: Length of the latent vectors.
        num_classes: Number of classes of a conditional generator, at least 2.
            None: unconditional.
        width: As of `sngan_generator`.
        seed: Integer that determines the initial weights, or None.

    Returns:
        A `keras.Model`: latents `(batch, latent_dim)`, or `[latents, labels]`
        with integer labels `(batch,)`, to float32 images
        `(batch, *image_shape)` in [-1, 1].

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> sagan_generator((32, 32, 3), width=4).output_shape
    (None, 32, 32, 3)

    Reference:
        [Zhang et al., 2019](https://arxiv.org/abs/1805.08318).
    """
    return generator_of(
        image_shape,
        latent_dim=latent_dim,
        num_classes=num_classes,
        width=width,
        spectral_normalization=True,
        seed=seed,
        name="sagan_generator",
        between=_attention(seed, 0, _places(image_shape)[0]),
    )


def sagan_discriminator(
    image_shape: Sequence[int],
    *,
    num_classes: int | None = None,
    width: int = 64,
    seed: int | None = None,
) -> keras.Model:
    """Builds SNGAN's discriminator with self-attention.

    The attention stands after the block whose map has the size of that in
    `sagan_generator`.

    Args:
        image_shape: `(height, width, channels)`, of any size, square or not.
        num_classes: Number of classes of a conditional discriminator, at
            least 2. None: unconditional.
        width: As of `sngan_discriminator`.
        seed: Integer that determines the initial weights, or None.

    Returns:
        A `keras.Model`: images `(batch, *image_shape)`, or
        `[images, labels]`, to float32 logits `(batch, 1)`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> sagan_discriminator((32, 32, 3), width=4).output_shape
    (None, 1)

    Reference:
        [Zhang et al., 2019](https://arxiv.org/abs/1805.08318).
    """
    return discriminator_of(
        image_shape,
        num_classes=num_classes,
        width=width,
        spectral_normalization=True,
        seed=seed,
        name="sagan_discriminator",
        between=_attention(seed, 1, _places(image_shape)[1]),
    )


def sagan(
    image_shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    num_classes: int | None = None,
    width: int = 64,
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Builds a matching SAGAN generator and discriminator.

    Train them with `networks.recipe("sagan", image_shape)`.

    Args:
        image_shape: `(height, width, channels)`, of any size, square or not.
        latent_dim: Length of the latent vectors.
        num_classes: Number of classes, at least 2, or None.
        width: As of `sngan_generator` and `sngan_discriminator`.
        seed: Integer that determines the initial weights, or None.

    Returns:
        `(generator, discriminator)`, for `GAN(*sagan(...))`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> generator, discriminator = sagan((28, 28, 1), width=4)
    >>> generator.output_shape == discriminator.input_shape
    True

    Reference:
        [Zhang et al., 2019](https://arxiv.org/abs/1805.08318).
    """
    shared: dict[str, Any] = {
        "num_classes": num_classes,
        "width": width,
        "seed": seed,
    }
    return (
        sagan_generator(image_shape, latent_dim=latent_dim, **shared),
        sagan_discriminator(image_shape, **shared),
    )


def sagan_recipe(image_shape: Sequence[int]) -> Recipe:
    """Returns settings like the paper's: two rates, one step of D.

    Unlike there, batches have 64 images instead of 256, and images are drawn
    from an averaged generator.
    """
    return Recipe(
        loss="hinge",
        penalties=(),
        generator_rate=1e-4,
        discriminator_rate=4e-4,
        beta_2=0.9,
    )


def _places(image_shape: Sequence[int]) -> tuple[int | None, int | None]:
    """The numbers of the generator's and of the discriminator's map."""
    plan = spatial_plan(*checked_image_shape(image_shape)[:2])
    sides = [max(size) for size in plan[:-1]]
    small = [n for n, side in enumerate(sides) if side <= _LARGEST_SIDE]
    if not small:
        return None, None
    # The first block of the discriminator makes the map before the image.
    return small[-1], len(plan) - 2 - small[-1]


def _attention(seed: int | None, stream: int, place: int | None) -> Between:
    """Returns a function that adds attention to the map of a number."""
    # A stream of its own: the other weights are those of SNGAN.
    initializers = Initializers(seed, stream=ATTENTION_STREAM + stream)

    def attend(x: Any, number: int) -> Any:
        if number != place:
            return x
        return SelfAttention(seed=initializers.next_seed())(x)

    return attend
