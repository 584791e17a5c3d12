"""A matching generator and discriminator of FastGAN, and their recipe."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.networks.fastgan.discriminator import fastgan_discriminator
from keras_gan.networks.fastgan.generator import LATENT_DIM, fastgan_generator
from keras_gan.networks.recipe import Recipe


def fastgan(
    image_shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    num_classes: int | None = None,
    width: int = 64,
    feature_extractor: Any = None,
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Builds a matching FastGAN generator and discriminator.

    They are made for few images; train them, as the authors do, with
    `GAN(*fastgan(...), augmenter=layers.augmenter("color,translation"))`.

    Args:
        image_shape: `(height, width, channels)`; see `fastgan_generator`.
        latent_dim: Length of the latent vectors.
        num_classes: Number of classes, at least 2, or None.
        width: Channels of the finest map of both networks.
        feature_extractor: As in `fastgan_discriminator`.
        seed: Integer that determines the initial weights, or None.

    Returns:
        `(generator, discriminator)`, for `GAN(*fastgan(...))`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> generator, discriminator = fastgan((16, 16, 1), width=2)
    >>> generator.output_shape == discriminator.input_shape
    True

    Reference:
        Liu et al., "Towards Faster and Stabilized GAN Training for
        High-fidelity Few-shot Image Synthesis", arXiv 2101.04775.
    """
    shared: dict[str, Any] = {
        "num_classes": num_classes,
        "width": width,
        "seed": seed,
    }
    generator = fastgan_generator(image_shape, latent_dim=latent_dim, **shared)
    discriminator = fastgan_discriminator(
        image_shape, feature_extractor=feature_extractor, **shared
    )
    return generator, discriminator


def fastgan_recipe(image_shape: tuple[int, ...]) -> Recipe:
    """The settings of the authors' code, with the plain hinge loss.

    The code draws the margins of the loss from U(0.8, 1); here they are 1.

    Args:
        image_shape: `(height, width, channels)`.

    Returns:
        A `Recipe`.

    Example:

    >>> fastgan_recipe((32, 32, 3)).loss
    'hinge'
    """
    return Recipe(
        loss="hinge", penalties=(), beta_1=0.5, beta_2=0.999, batch_size=8
    )
