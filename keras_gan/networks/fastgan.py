"""Networks for few images, based on FastGAN."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.layers import (
    GatedActivation,
    NoiseInjection,
    ReconstructionError,
)
from keras_gan.networks.initialization import (
    DISCRIMINATOR_STREAM,
    GENERATOR_STREAM,
    Initializers,
)
from keras_gan.networks.inputs_and_heads import (
    image_inputs,
    latent_inputs,
    logits_of,
    normalized,
)
from keras_gan.networks.recipe import Recipe
from keras_gan.networks.spatial import doubling_widths, spatial_plan
from keras_gan.networks.validation import (
    checked_image_shape,
    checked_integer,
    checked_num_classes,
)

LATENT_DIM = 256
# Features of a map excite those of a map so many times doubled.
_SKIP = 4


def fastgan_generator(
    image_shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    num_classes: int | None = None,
    width: int = 64,
    seed: int | None = None,
) -> keras.Model:
    """Builds a generator with skip-layer excitation.

    Nearest-neighbor upsampling and convolutions with gated linear units. The
    channels of the finer maps are scaled by gates that depend on a coarse map:

    ```
    y_fine * sigmoid(conv1x1(silu(conv4x4(pooled(x_coarse)))))
    ```

    Args:
        image_shape: `(height, width, channels)`; sides of at least 16 that are
            4 to 7 times a power of 2.
        latent_dim: Length of the latent vectors.
        num_classes: Number of classes of a conditional generator, at least 2.
            None: unconditional.
        width: Channels of the finest map; coarser ones have up to 8 times as
            many.
        seed: Integer that determines the initial weights, or None.

    Returns:
        A `keras.Model`: latents `(batch, latent_dim)`, or `[latents, labels]`
        with integer labels `(batch,)`, to float32 images
        `(batch, *image_shape)` in [-1, 1].

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> fastgan_generator((32, 32, 3), width=2).output_shape
    (None, 32, 32, 3)

    Reference:
        Liu et al., "Towards Faster and Stabilized GAN Training for
        High-fidelity Few-shot Image Synthesis", arXiv 2101.04775.
    """
    image_shape = checked_image_shape(image_shape)
    latent_dim = checked_integer("latent_dim", latent_dim, minimum=1)
    num_classes = checked_num_classes(num_classes)
    plan, widths = _stages(image_shape, width)
    initializers = Initializers(seed, stream=GENERATOR_STREAM)
    inputs, x = latent_inputs(latent_dim, num_classes, initializers)
    height, map_width = plan[0]
    x = keras.layers.Dense(
        height * map_width * 2 * widths[0],
        use_bias=False,
        kernel_initializer=initializers.he_normal(),
    )(x)
    x = keras.layers.Reshape((height, map_width, 2 * widths[0]))(x)
    maps = [_gated(x)]
    skip = min(_SKIP, len(plan) - 1)
    for stage, channels in enumerate(widths[1:], start=1):
        x = keras.layers.UpSampling2D(2)(maps[-1])
        for _ in range(1 + stage % 2):
            x = _convolution(2 * channels, 3, initializers)(x)
            x = NoiseInjection(seed=initializers.next_seed())(x)
            x = _gated(x)
        if stage >= skip:
            x = _excited(x, maps[stage - skip], initializers)
        maps.append(x)
    images = keras.layers.Conv2D(
        image_shape[-1],
        3,
        padding="same",
        activation="tanh",
        kernel_initializer=initializers.glorot_uniform(),
        dtype="float32",
        name="images",
    )(maps[-1])
    return keras.Model(inputs, images, name="fastgan_generator")


def fastgan_discriminator(
    image_shape: Sequence[int],
    *,
    num_classes: int | None = None,
    width: int = 64,
    seed: int | None = None,
) -> keras.Model:
    """Builds a discriminator that reconstructs its images.

    Residual convolutions of stride 2 with spectral normalization. A decoder
    draws the image again, at half its size, from the coarsest map; its
    error is the second output, which `penalties.Reconstruction` takes. A
    `GAN` adds that penalty by itself. The reference code measures errors by
    pretrained features and decodes crops, too; here they are absolute
    differences of whole images.

    Args:
        image_shape: As in `fastgan_generator`.
        num_classes: Number of classes of a conditional discriminator, at
            least 2. None: unconditional.
        width: Channels of the finest map.
        seed: Integer that determines the initial weights, or None.

    Returns:
        A `keras.Model`: images `(batch, *image_shape)`, or
        `[images, labels]`, to `[logits, errors]`, float32, `(batch, 1)` each.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> fastgan_discriminator((32, 32, 3), width=2).output_shape
    [(None, 1), (None, 1)]

    Reference:
        Liu et al., "Towards Faster and Stabilized GAN Training for
        High-fidelity Few-shot Image Synthesis", arXiv 2101.04775.
    """
    image_shape = checked_image_shape(image_shape)
    num_classes = checked_num_classes(num_classes)
    plan, widths = _stages(image_shape, width)
    initializers = Initializers(seed, stream=DISCRIMINATOR_STREAM)
    inputs, images, labels = image_inputs(image_shape, num_classes)
    x = _activated(_convolution(widths[-1], 3, initializers)(images))
    for channels in widths[-2::-1]:
        direct = keras.layers.AveragePooling2D(2)(x)
        direct = _convolution(channels, 1, initializers)(direct)
        x = _convolution(channels, 4, initializers, strides=2)(x)
        x = _convolution(channels, 3, initializers)(_activated(x))
        x = _activated(keras.layers.Average()([x, direct]))
    drawn = x
    for channels in widths[1:-1]:
        drawn = keras.layers.UpSampling2D(2)(drawn)
        drawn = _convolution(2 * channels, 3, initializers)(drawn)
        drawn = GatedActivation("linear")(drawn)
    drawn = keras.layers.Conv2D(
        image_shape[-1],
        3,
        padding="same",
        activation="tanh",
        kernel_initializer=initializers.glorot_uniform(),
        dtype="float32",
    )(drawn)
    errors = ReconstructionError(name="errors")([images, drawn])
    features = keras.layers.Flatten()(x)
    logits = logits_of(
        features,
        labels,
        num_classes=num_classes,
        kernel_initializer=initializers.glorot_uniform(),
        embeddings_initializer=initializers.normal(features.shape[-1] ** -0.5),
        spectral_normalization=True,
    )
    return keras.Model(inputs, [logits, errors], name="fastgan_discriminator")


def fastgan(
    image_shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    num_classes: int | None = None,
    width: int = 64,
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Builds a matching FastGAN generator and discriminator.

    They are made for few images; train them with `layers.DiffAugment`.

    Args:
        image_shape: `(height, width, channels)`; see `fastgan_generator`.
        latent_dim: Length of the latent vectors.
        num_classes: Number of classes, at least 2, or None.
        width: Channels of the finest map of both networks.
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
    return generator, fastgan_discriminator(image_shape, **shared)


def fastgan_recipe(image_shape: tuple[int, ...]) -> Recipe:
    """The settings of the authors' code, with the plain hinge loss.

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


def _stages(
    image_shape: tuple[int, ...], width: int
) -> tuple[list[tuple[int, int]], list[int]]:
    """Sizes and widths of the maps, from the coarsest to the finest."""
    width = checked_integer("width", width, minimum=1)
    plan = spatial_plan(*image_shape[:2])
    doubled = all(
        fine == 2 * coarse
        for larger, smaller in zip(plan[1:], plan[:-1], strict=True)
        for fine, coarse in zip(larger, smaller, strict=True)
    )
    if len(plan) < 3 or not doubled:
        raise ValueError(
            "Sides of images must be 4, 5, 6 or 7 times the same power of 2, "
            f"4 at least. Received: image_shape={image_shape}. "
            "`networks.dcgan` makes images of any size."
        )
    return plan, doubling_widths(width, len(plan))


def _convolution(
    filters: int, kernel_size: int, initializers: Initializers, strides: int = 1
) -> Any:
    convolution = keras.layers.Conv2D(
        filters,
        kernel_size,
        strides=strides,
        padding="same",
        use_bias=False,
        kernel_initializer=initializers.he_normal(),
    )
    return normalized(convolution, spectral_normalization=True)


def _gated(x: Any) -> Any:
    x = keras.layers.BatchNormalization(momentum=0.9)(x)
    return GatedActivation("linear")(x)


def _activated(x: Any) -> Any:
    return keras.layers.LeakyReLU(negative_slope=0.2)(x)


def _excited(x: Any, coarse: Any, initializers: Initializers) -> Any:
    """Scales channels by gates that depend on a coarser map."""
    channels, pool = x.shape[-1], coarse.shape[1] // 4 or 1
    y = keras.layers.AveragePooling2D(pool)(coarse)
    y = keras.layers.Conv2D(
        channels,
        y.shape[1:3],
        activation="silu",
        use_bias=False,
        kernel_initializer=initializers.he_normal(),
    )(y)
    gates = keras.layers.Conv2D(
        channels,
        1,
        activation="sigmoid",
        use_bias=False,
        kernel_initializer=initializers.glorot_uniform(),
    )(y)
    return keras.layers.Multiply()([x, gates])
