"""A matching generator and discriminator of StyleGAN2, and their recipe."""

from collections.abc import Sequence

import keras

from keras_gan.networks.recipe import Recipe
from keras_gan.networks.stylegan2.discriminator import stylegan2_discriminator
from keras_gan.networks.stylegan2.generator import DEPTH, stylegan2_generator
from keras_gan.penalties import R1, PathLength

_BATCH_SIZE = 32
# Half-life of the average in updates: 10,000 / 32.
_HALF_LIFE = 312.5


def stylegan2(
    image_shape: Sequence[int],
    *,
    latent_dim: int | None = None,
    num_classes: int | None = None,
    width: int | None = None,
    style_dim: int | None = None,
    mapping_depth: int = DEPTH,
    style_mixing: float = 0.9,
    group_size: int | None = 4,
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Builds a matching StyleGAN2 generator and discriminator.

    The arguments are those of `stylegan2_generator` and
    `stylegan2_discriminator`. `networks.recipe("stylegan2", image_shape)` is
    what they are trained with.

    Args:
        image_shape: `(height, width, channels)`. The shorter side must be 4, 5,
            6 or 7 pixels doubled a number of times.
        latent_dim: Length of the latent vectors. None: that of the styles.
        num_classes: Number of classes, at least 2, or None.
        width: Channels of the finest stage. None: as published.
        style_dim: Length of the styles. None: the channels of the coarsest
            stage.
        mapping_depth: Layers of the mapping network, at least 1.
        style_mixing: Share of samples of two styles in training, in [0, 1].
        group_size: Images of which the discriminator sees the variation, at
            least 2. None: the whole batch.
        seed: Integer that determines the initial weights, or None.

    Returns:
        `(generator, discriminator)`, for `GAN(*stylegan2(...))`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> generator, discriminator = stylegan2((8, 8, 1), width=2)
    >>> generator.output_shape == discriminator.input_shape
    True

    Reference:
        Karras et al., "Analyzing and Improving the Image Quality of StyleGAN",
        arXiv 1912.04958.
    """
    generator = stylegan2_generator(
        image_shape,
        latent_dim=latent_dim,
        num_classes=num_classes,
        width=width,
        style_dim=style_dim,
        mapping_depth=mapping_depth,
        style_mixing=style_mixing,
        seed=seed,
    )
    discriminator = stylegan2_discriminator(
        image_shape,
        num_classes=num_classes,
        width=width,
        group_size=group_size,
        seed=seed,
    )
    return generator, discriminator


def stylegan2_recipe(image_shape: tuple[int, ...]) -> Recipe:
    """The settings of the authors' code, by the size of the images.

    Args:
        image_shape: `(height, width, channels)`.

    Returns:
        A `Recipe`.

    Example:

    >>> stylegan2_recipe((64, 64, 3)).penalties[0].gamma
    0.0256
    """
    gamma = 0.0002 * max(image_shape[:2]) ** 2 / _BATCH_SIZE
    return Recipe(
        loss="non_saturating",
        penalties=(R1(gamma, every=16), PathLength(every=4)),
        generator_rate=2.5e-3,
        discriminator_rate=2.5e-3,
        beta_2=0.99,
        scales_lazily=True,
        ema_momentum=0.5 ** (1.0 / _HALF_LIFE),
        batch_size=_BATCH_SIZE,
    )
