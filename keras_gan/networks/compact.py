"""Convolutional networks that get far in a few minutes of two cores."""

import math
from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.layers import LowPassResampling2D
from keras_gan.networks.dcgan import (
    downsampling_strides,
    fitting_kernel,
    upsampled,
)
from keras_gan.networks.initialization import (
    DISCRIMINATOR_STREAM,
    GENERATOR_STREAM,
    Initializers,
)
from keras_gan.networks.inputs_and_heads import (
    LATENT_DIM,
    image_inputs,
    latent_inputs,
    logits_of,
)
from keras_gan.networks.spatial import doubling_widths, spatial_plan
from keras_gan.networks.validation import (
    checked_image_shape,
    checked_integer,
    checked_num_classes,
)

WIDTH = 32
KERNEL_SIZE = 4
_SMOOTH_ABOVE = 32
"""Longest side in pixels up to which transposed convolutions are better."""
_COARSE = 4
"""Sides in pixels of a feature map that needs no more convolutions."""


def compact_generator(
    image_shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    num_classes: int | None = None,
    width: int = WIDTH,
    seed: int | None = None,
) -> keras.Model:
    """Builds a generator as of DCGAN, which draws smooth surfaces.

    A linear layer makes a feature map of 4 to 7 pixels per side. For images up
    to 32 pixels, transposed convolutions with kernels of 4 pixels double it;
    for larger ones, bilinear interpolation and a convolution with kernels of 3,
    because transposed convolutions would draw a grid. Batch normalization and
    LeakyReLU (slope 0.2) follow, and tanh after the last.

    Args:
        image_shape: `(height, width, channels)`, of any size, square or not.
        latent_dim: Length of the latent vectors.
        num_classes: Number of classes of a conditional generator, at least 2.
            None: unconditional.
        width: Channels of the last hidden layer; earlier layers have up to 8
            times as many.
        seed: Integer that determines the initial weights, or None.

    Returns:
        A `keras.Model`: latents `(batch, latent_dim)`, or `[latents, labels]`
        with integer labels `(batch,)`, to float32 images
        `(batch, *image_shape)` in [-1, 1].

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> compact_generator((28, 28, 1), width=8).output_shape
    (None, 28, 28, 1)

    Reference:
        Odena, Dumoulin and Olah, "Deconvolution and Checkerboard Artifacts",
        Distill, 2016.
    """
    height, image_width, channels = checked_image_shape(image_shape)
    latent_dim = checked_integer("latent_dim", latent_dim, minimum=1)
    num_classes = checked_num_classes(num_classes)
    width = checked_integer("width", width, minimum=1)
    initializers = Initializers(seed, stream=GENERATOR_STREAM)
    plan = spatial_plan(height, image_width)
    widths = doubling_widths(width, len(plan))
    larger = _smoothly if max(plan[-1]) > _SMOOTH_ABOVE else _transposed
    inputs, x = latent_inputs(latent_dim, num_classes, initializers)
    x = keras.layers.Dense(
        math.prod(plan[0]) * widths[0],
        use_bias=False,
        kernel_initializer=initializers.he_normal(),
    )(x)
    x = _activated(keras.layers.Reshape((*plan[0], widths[0]))(x))
    for size, filters in zip(plan, widths[1:], strict=False):
        x = larger(x, size, filters, initializers.he_normal(), use_bias=False)
        x = _activated(x)
    x = larger(x, plan[-1], channels, initializers.glorot_uniform())
    images = keras.layers.Activation("tanh", dtype="float32", name="images")(x)
    return keras.Model(inputs, images, name="compact_generator")


def compact_discriminator(
    image_shape: Sequence[int],
    *,
    num_classes: int | None = None,
    width: int = WIDTH,
    seed: int | None = None,
) -> keras.Model:
    """Builds a discriminator whose kernels cover all pixels evenly.

    Convolutions with stride 2 and kernels of 4 pixels halve the image down to 4
    to 7 pixels per side while the channels double from `width`. With kernels of
    5, some pixels are part of more windows than others; the gradients that the
    generator learns from then have a grid. Where more than 4 pixels per side
    are left, one more convolution with kernels of 3, as wide as the one before,
    joins them. LeakyReLU (slope 0.2) follows each; nothing is normalized.
    Images of less than 16 pixels have two convolutions with kernels of 4 all
    the same, and only what is left to halve is halved.

    Args:
        image_shape: `(height, width, channels)`, of any size, square or not.
        num_classes: Number of classes of a projection discriminator, at
            least 2. None: unconditional.
        width: Channels of the first layer; later layers have up to 8 times as
            many.
        seed: Integer that determines the initial weights, or None.

    Returns:
        A `keras.Model`: images, or `[images, labels]`, to float32 logits
        `(batch, 1)`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> compact_discriminator((28, 28, 1), width=8).output_shape
    (None, 1)

    Reference:
        Radford, Metz and Chintala, "Unsupervised Representation Learning with
        Deep Convolutional GANs", arXiv 1511.06434; Odena, Dumoulin and Olah,
        "Deconvolution and Checkerboard Artifacts", Distill, 2016 (grids in
        gradients).
    """
    image_shape = checked_image_shape(image_shape)
    num_classes = checked_num_classes(num_classes)
    width = checked_integer("width", width, minimum=1)
    initializers = Initializers(seed, stream=DISCRIMINATOR_STREAM)
    inputs, x, labels = image_inputs(image_shape, num_classes)
    strides = downsampling_strides(image_shape)
    widths = doubling_widths(width, len(strides))[::-1]
    coarsest = max(spatial_plan(*image_shape[:2])[0])
    if coarsest > _COARSE and strides[-1] != (1, 1):
        strides, widths = [*strides, (1, 1)], [*widths, widths[-1]]
    for stride, filters in zip(strides, widths, strict=True):
        x = keras.layers.Conv2D(
            filters,
            fitting_kernel(KERNEL_SIZE, stride),
            strides=stride,
            padding="same",
            kernel_initializer=initializers.he_normal(),
        )(x)
        x = keras.layers.LeakyReLU(negative_slope=0.2)(x)
    x = keras.layers.Flatten()(x)
    logits = logits_of(
        x,
        labels,
        num_classes=num_classes,
        kernel_initializer=initializers.glorot_uniform(),
        embeddings_initializer=initializers.normal(x.shape[-1] ** -0.5),
    )
    return keras.Model(inputs, logits, name="compact_discriminator")


def compact(
    image_shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    num_classes: int | None = None,
    width: int = WIDTH,
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Builds a matching generator and discriminator.

    Args:
        image_shape: `(height, width, channels)`, of any size, square or not.
        latent_dim: Length of the latent vectors.
        num_classes: Number of classes, at least 2, or None.
        width: Channels of the finest layer of both networks.
        seed: Integer that determines the initial weights, or None.

    Returns:
        `(generator, discriminator)`, for `GAN(*compact(...))`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> generator, discriminator = compact((8, 8, 1), width=8)
    >>> generator.output_shape == discriminator.input_shape
    True
    """
    generator = compact_generator(
        image_shape,
        latent_dim=latent_dim,
        num_classes=num_classes,
        width=width,
        seed=seed,
    )
    discriminator = compact_discriminator(
        image_shape, num_classes=num_classes, width=width, seed=seed
    )
    return generator, discriminator


def _transposed(
    x: Any, size: tuple[int, int], filters: int, kernel: Any, **options: Any
) -> Any:
    return upsampled(x, size, filters, KERNEL_SIZE, kernel, **options)


def _smoothly(
    x: Any, size: tuple[int, int], filters: int, kernel: Any, **options: Any
) -> Any:
    if tuple(x.shape[1:3]) != size:
        x = LowPassResampling2D(size)(x)
    return keras.layers.Conv2D(
        filters, 3, padding="same", kernel_initializer=kernel, **options
    )(x)


def _activated(x: Any) -> Any:
    # Statistics that follow within tens of steps, as in `dcgan_generator`.
    x = keras.layers.BatchNormalization(momentum=0.9)(x)
    return keras.layers.LeakyReLU(negative_slope=0.2)(x)
