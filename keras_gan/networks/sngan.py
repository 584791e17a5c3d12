"""Residual networks with spectral normalization, based on SNGAN."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras

from keras_gan.networks.initialization import (
    DISCRIMINATOR_STREAM,
    GENERATOR_STREAM,
    Initializers,
)
from keras_gan.networks.inputs_and_heads import (
    image_inputs,
    logits_of,
    normalized,
)
from keras_gan.networks.recipe import Recipe
from keras_gan.networks.resnet_blocks import ResidualBlocks
from keras_gan.networks.spatial import doubling_widths, spatial_plan
from keras_gan.networks.validation import (
    checked_image_shape,
    checked_integer,
    checked_num_classes,
)

LATENT_DIM = 128
# Images with up to so many sizes of maps, to 56 pixels, have one width
# throughout.
_FLAT = 4
_DISCRIMINATOR_STEPS = 5

# Of a map and its number.
Between = Callable[[Any, int], Any]


def sngan_generator(
    image_shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    num_classes: int | None = None,
    width: int = 64,
    spectral_normalization: bool = False,
    seed: int | None = None,
) -> keras.Model:
    """Builds a residual generator with batch normalization.

    A linear layer makes a map of 4 to 7 pixels per side, and each residual
    block doubles it: BN, ReLU, nearest x2, conv3, BN, ReLU, conv3, beside
    nearest x2, conv1. Conditional: the gains and offsets of the batch
    normalization are those of the class.

    Args:
        image_shape: `(height, width, channels)`, of any size, square or not.
        latent_dim: Length of the latent vectors.
        num_classes: Number of classes of a conditional generator, at least 2.
            None: unconditional.
        width: A quarter of the channels of all blocks for images of up to 56
            pixels; for larger ones the channels of the last block, which
            double up to 16 times as many.
        spectral_normalization: Of the generator's kernels too.
        seed: Integer that determines the initial weights, or None.

    Returns:
        A `keras.Model`: latents `(batch, latent_dim)`, or `[latents, labels]`
        with integer labels `(batch,)`, to float32 images
        `(batch, *image_shape)` in [-1, 1].

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> sngan_generator((32, 32, 3), width=4).output_shape
    (None, 32, 32, 3)

    Reference:
        [Miyato et al., 2018](https://arxiv.org/abs/1802.05957).
    """
    return generator_of(
        image_shape,
        latent_dim=latent_dim,
        num_classes=num_classes,
        width=width,
        spectral_normalization=spectral_normalization,
        seed=seed,
        name="sngan_generator",
    )


def sngan_discriminator(
    image_shape: Sequence[int],
    *,
    num_classes: int | None = None,
    width: int = 64,
    spectral_normalization: bool = True,
    seed: int | None = None,
) -> keras.Model:
    """Builds a residual discriminator with spectral normalization.

    Residual blocks halve the image: ReLU, conv3, ReLU, conv3, mean of 2x2,
    beside conv1 and mean; the last ones keep the size. Then ReLU, the sum over
    all positions, and a linear layer. Conditional: logits = linear(h) +
    <embed(y), h>.

    Args:
        image_shape: `(height, width, channels)`, of any size, square or not.
        num_classes: Number of classes of a conditional discriminator, at
            least 2. None: unconditional.
        width: Half of the channels of all blocks for images of up to 56
            pixels; for larger ones the channels of the first block, which
            double up to 16 times as many.
        spectral_normalization: Whether to divide each kernel by its largest
            singular value.
        seed: Integer that determines the initial weights, or None.

    Returns:
        A `keras.Model`: images `(batch, *image_shape)`, or
        `[images, labels]`, to float32 logits `(batch, 1)`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> sngan_discriminator((32, 32, 3), width=4).output_shape
    (None, 1)

    Reference:
        [Miyato et al., 2018](https://arxiv.org/abs/1802.05957).
    """
    return discriminator_of(
        image_shape,
        num_classes=num_classes,
        width=width,
        spectral_normalization=spectral_normalization,
        seed=seed,
        name="sngan_discriminator",
    )


def sngan(
    image_shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    num_classes: int | None = None,
    width: int = 64,
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Builds a matching SNGAN generator and discriminator.

    Train them with `networks.recipe("sngan", image_shape)`.

    Args:
        image_shape: `(height, width, channels)`, of any size, square or not.
        latent_dim: Length of the latent vectors.
        num_classes: Number of classes, at least 2, or None.
        width: As of `sngan_generator` and `sngan_discriminator`.
        seed: Integer that determines the initial weights, or None.

    Returns:
        `(generator, discriminator)`, for `GAN(*sngan(...))`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> generator, discriminator = sngan((28, 28, 1), width=4)
    >>> generator.output_shape == discriminator.input_shape
    True

    Reference:
        [Miyato et al., 2018](https://arxiv.org/abs/1802.05957).
    """
    shared: dict[str, Any] = {
        "num_classes": num_classes,
        "width": width,
        "seed": seed,
    }
    return (
        sngan_generator(image_shape, latent_dim=latent_dim, **shared),
        sngan_discriminator(image_shape, **shared),
    )


def sngan_recipe(image_shape: Sequence[int]) -> Recipe:
    """Returns settings like the paper's: hinge loss, five steps of D.

    Unlike there, the rates are constant instead of falling to 0 at the end, the
    generator's batch is as large as one of the discriminator's instead of twice
    as large, and images are drawn from an averaged generator.
    """
    return Recipe(
        loss="hinge",
        penalties=(),
        beta_2=0.9,
        discriminator_steps=_DISCRIMINATOR_STEPS,
        batch_size=64 * _DISCRIMINATOR_STEPS,
    )


def generator_of(
    image_shape: Sequence[int],
    *,
    latent_dim: int,
    num_classes: int | None,
    width: int,
    spectral_normalization: bool,
    seed: int | None,
    name: str,
    between: Between = lambda x, number: x,
) -> keras.Model:
    """Builds a generator; `between` is applied to its maps, the first is 0."""
    height, image_width, channels = checked_image_shape(image_shape)
    latent_dim = checked_integer("latent_dim", latent_dim, minimum=1)
    num_classes = checked_num_classes(num_classes)
    width = checked_integer("width", width, minimum=1)
    initializers = Initializers(seed, stream=GENERATOR_STREAM)
    latents = keras.Input((latent_dim,), name="latents")
    labels = None
    if num_classes is not None:
        labels = keras.Input((), dtype="int32", name="labels")
    make = ResidualBlocks(
        initializers, spectral_normalization, labels, num_classes
    )
    plan = spatial_plan(height, image_width)
    widths = _widths(width, len(plan), flat=4)
    dense = keras.layers.Dense(
        math.prod(plan[0]) * widths[0],
        kernel_initializer=initializers.glorot_uniform(),
    )
    x = normalized(dense, spectral_normalization)(latents)
    x = between(keras.layers.Reshape((*plan[0], widths[0]))(x), 0)
    for number, size in enumerate(plan[1:], start=1):
        x = between(make.up(x, size, widths[number]), number)
    x = make.convolution(make.activated(x), channels)
    images = keras.layers.Activation("tanh", dtype="float32", name="images")(x)
    inputs = latents if labels is None else [latents, labels]
    return keras.Model(inputs, images, name=name)


def discriminator_of(
    image_shape: Sequence[int],
    *,
    num_classes: int | None,
    width: int,
    spectral_normalization: bool,
    seed: int | None,
    name: str,
    between: Between = lambda x, number: x,
) -> keras.Model:
    """Builds a discriminator; `between` is applied after each block."""
    image_shape = checked_image_shape(image_shape)
    num_classes = checked_num_classes(num_classes)
    width = checked_integer("width", width, minimum=1)
    initializers = Initializers(seed, stream=DISCRIMINATOR_STREAM)
    inputs, x, labels = image_inputs(image_shape, num_classes)
    make = ResidualBlocks(initializers, spectral_normalization)
    for number, (size, filters) in enumerate(_halvings(image_shape, width)):
        x = make.down(x, size, filters, is_first=number == 0)
        x = between(x, number)
    x = keras.layers.ReLU()(x)
    # float16 would overflow in a sum over the map.
    x = keras.layers.GlobalAveragePooling2D(dtype="float32", name="mean")(x)
    pixels = float(math.prod(size))
    x = keras.layers.Rescaling(pixels, dtype="float32", name="sum")(x)
    logits = logits_of(
        x,
        labels,
        num_classes=num_classes,
        kernel_initializer=initializers.glorot_uniform(),
        embeddings_initializer=initializers.normal(x.shape[-1] ** -0.5),
        spectral_normalization=spectral_normalization,
    )
    return keras.Model(inputs, logits, name=name)


def _halvings(
    image_shape: tuple[int, ...], width: int
) -> list[tuple[tuple[int, int], int]]:
    """Size and channels after each block of a discriminator."""
    plan = spatial_plan(*image_shape[:2])[::-1]
    if len(plan) > _FLAT:
        widths = _widths(width, len(plan), flat=2)[::-1]
        return list(zip([*plan[1:], plan[-1]], widths, strict=True))
    # Two halvings at most, and as many blocks that keep the size.
    sizes = (plan[1:] + plan[-1:] * 2)[:2]
    return [(size, 2 * width) for size in sizes + sizes[-1:] * 2]


def _widths(width: int, num_stages: int, *, flat: int) -> list[int]:
    if num_stages <= _FLAT:
        return [flat * width] * num_stages
    return doubling_widths(width, num_stages, largest_factor=16)
