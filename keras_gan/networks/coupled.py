"""Networks of two domains that share layers, after CoGAN."""

import math
from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.networks.dcgan import downsampling_strides, upsampled
from keras_gan.networks.initialization import (
    DISCRIMINATOR_STREAM,
    GENERATOR_STREAM,
    Initializers,
)
from keras_gan.networks.inputs_and_heads import LATENT_DIM
from keras_gan.networks.spatial import doubling_widths, spatial_plan
from keras_gan.networks.validation import checked_image_shape, checked_integer

_DOMAINS = ("first", "second")
Pair = tuple[keras.Model, keras.Model]


def coupled(
    image_shape: Sequence[int],
    second_shape: Sequence[int] | None = None,
    *,
    latent_dim: int = LATENT_DIM,
    width: int = 64,
    kernel_size: int = 5,
    domain_kernel_size: int = 3,
    shared: bool = True,
    seed: int | None = None,
) -> tuple[Pair, Pair]:
    """Builds two generators and two discriminators that share layers.

    The generators share everything up to `width // 4` features at the full
    size of the image. The last layer of each, a small convolution, turns these
    features into an image of its domain. In reverse, the first layer of each
    discriminator is its own and all others are shared. Content is therefore
    determined once for both domains, and only the appearance per domain.

    Args:
        image_shape: `(height, width, channels)` of the first domain.
        second_shape: The same of the second domain, whose height and width must
            be equal. Left out, that of the first.
        latent_dim: Length of the latent vectors.
        width: Channels of the last hidden layer of a generator; earlier layers
            have up to 8 times as many.
        kernel_size: Size of the shared kernels in pixels.
        domain_kernel_size: Size of the kernels of the layers that each domain
            has of its own. The smaller it is, the better pairs match: 1 allows
            a domain to recolor the features (digits and their negatives),
            larger kernels also to draw edges and texture.
        shared: Whether layers are shared. Without, the domains have nothing in
            common but the latents, and pairs do not match.
        seed: Integer that determines the initial weights, or None.

    Returns:
        `(generators, discriminators)`, two pairs of models, for
        `CoupledGAN(*coupled(...))`: latents `(batch, latent_dim)` -> float32
        images in [-1, 1], and images -> float32 logits `(batch, 1)`.

    Raises:
        ValueError, TypeError: If an argument is out of its range.

    Example:

    >>> generators, discriminators = coupled((8, 8, 3), (8, 8, 1), width=8)
    >>> [generator.output_shape for generator in generators]
    [(None, 8, 8, 3), (None, 8, 8, 1)]

    Reference:
        [Liu and Tuzel, 2016](https://arxiv.org/abs/1606.07536).
    """
    shapes = _checked_shapes(image_shape, second_shape)
    latent_dim = checked_integer("latent_dim", latent_dim, minimum=1)
    width = checked_integer("width", width, minimum=1)
    kernel_size = checked_integer("kernel_size", kernel_size, minimum=1)
    own_size = checked_integer(
        "domain_kernel_size", domain_kernel_size, minimum=1
    )
    latents = keras.Input((latent_dim,), name="latents")
    starts = Initializers(seed, stream=GENERATOR_STREAM)
    generators: list[keras.Model] = []
    for domain, shape in zip(_DOMAINS, shapes, strict=True):
        if not (generators and shared):
            features = _features(latents, shape, width, kernel_size, starts)
        images = keras.layers.Conv2D(
            shape[2],
            own_size,
            padding="same",
            kernel_initializer=starts.glorot_uniform(),
        )(features)
        images = keras.layers.Activation(
            "tanh", dtype="float32", name=f"{domain}_images"
        )(images)
        name = f"{domain}_generator"
        generators.append(keras.Model(latents, images, name=name))
    starts = Initializers(seed, stream=DISCRIMINATOR_STREAM)
    discriminators: list[keras.Model] = []
    for domain, shape in zip(_DOMAINS, shapes, strict=True):
        if not (discriminators and shared):
            scoring = _scoring(shape, width, kernel_size, starts)
        images = keras.Input(shape, name=f"{domain}_images")
        x = _convolution(_few(width), own_size, 1, starts)(images)
        for layer in scoring:
            x = layer(x)
        name = f"{domain}_discriminator"
        discriminators.append(keras.Model(images, x, name=name))
    return (generators[0], generators[1]), (
        discriminators[0],
        discriminators[1],
    )


def _checked_shapes(image_shape, second_shape) -> list[tuple[int, ...]]:
    shapes = [checked_image_shape(image_shape)] * 2
    if second_shape is not None:
        shapes[1] = checked_image_shape(second_shape)
    if shapes[0][:2] != shapes[1][:2]:
        raise ValueError(
            "`second_shape` must have the height and width of `image_shape`, "
            f"because layers are shared. Received: {shapes[0]} and "
            f"{shapes[1]}. Resize the images of one domain."
        )
    return shapes


def _features(latents, shape, width, kernel_size, starts) -> Any:
    """Features at the size of the image: all of a generator but one layer."""
    plan = spatial_plan(*shape[:2])
    widths = doubling_widths(width, len(plan))
    x = keras.layers.Dense(
        math.prod(plan[0]) * widths[0], kernel_initializer=starts.he_normal()
    )(latents)
    x = keras.layers.Reshape((*plan[0], widths[0]))(x)
    x = _activation()(x)
    for size, filters in zip(plan[1:], widths[1:], strict=True):
        x = upsampled(x, size, filters, kernel_size, starts.he_normal())
        x = _activation()(x)
    x = _convolution(_few(width), kernel_size, 1, starts)(x)
    return _activation()(x)


def _few(width: int) -> int:
    """Channels between the shared layers and those of a domain.

    With many, the two domains could read different contents from them.
    """
    return max(width // 4, 1)


def _scoring(shape, width, kernel_size, starts) -> list[keras.layers.Layer]:
    """All layers of a discriminator but its first."""
    strides = downsampling_strides(shape)
    widths = doubling_widths(width, len(strides))[::-1]
    layers: list[keras.layers.Layer] = [_activation()]
    for stride, filters in zip(strides, widths, strict=True):
        layers += [
            _convolution(filters, kernel_size, stride, starts),
            _activation(),
        ]
    last = keras.layers.Dense(
        1,
        kernel_initializer=starts.glorot_uniform(),
        dtype="float32",
    )
    return [*layers, keras.layers.Flatten(), last]


def _activation() -> keras.layers.Layer:
    return keras.layers.LeakyReLU(negative_slope=0.2)


def _convolution(filters, kernel_size, strides, starts) -> keras.layers.Layer:
    return keras.layers.Conv2D(
        filters,
        kernel_size,
        strides=strides,
        padding="same",
        kernel_initializer=starts.he_normal(),
    )
