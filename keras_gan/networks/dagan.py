"""Networks of DAGAN: from an image to another one of its class."""

import math
from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.networks.initialization import (
    DISCRIMINATOR_STREAM,
    GENERATOR_STREAM,
    Initializers,
)
from keras_gan.networks.inputs_and_heads import LATENT_DIM, logits_of
from keras_gan.networks.spatial import doubling_widths
from keras_gan.networks.translation import (
    LayerMaker,
    fitted,
    halvings,
    leaky,
    source_and_images,
    tanh_images,
)
from keras_gan.networks.validation import checked_image_shape, checked_integer
from keras_gan.utils.arguments import number_in

# Maps that latents become at the coarsest level; half of them at the next.
_LATENT_MAPS = 16
_LATENT_LEVELS = 3


def dagan_generator(
    image_shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    width: int = 32,
    depth: int | None = None,
    dropout: float = 0.0,
    normalization: str | None = "instance",
    seed: int | None = None,
    name: str = "dagan_generator",
) -> keras.Model:
    """Builds a generator that makes another image of the class of an image.

    A U-Net: convolutions of stride 2 halve the image `depth` times, transposed
    ones double it again, and each finds the encoder's features of its size
    beside those of the layer before. A linear layer turns the latents into
    feature maps, which are appended at the three coarsest levels, so that they
    can change the image in each place differently.

    Args:
        image_shape: `(height, width, channels)`. Images whose sides are not
            multiples of `2 ** depth` are mirrored at the far edges and cropped
            again.
        latent_dim: Length of the latents.
        width: Channels at half the size of the image; deeper layers have up to
            8 times as many.
        depth: How often the image is halved, at least 1. None: until 3 to 5
            pixels are left, at most 6 times.
        dropout: Share of the encoder's features dropped while training, in
            [0, 1), so that single images are not learned by heart. The paper
            has 0.5.
        normalization: `"instance"` (each image by itself), `"batch"` or None.
        seed: Integer that determines the initial weights and the dropout, or
            None.
        name: Name of the model.

    Returns:
        A `keras.Model`: `[images, latents]` of shapes `(batch, height, width,
        channels)` and `(batch, latent_dim)` to float32 images in [-1, 1].

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> generator = dagan_generator((28, 28, 1), latent_dim=16, width=8)
    >>> generator.output_shape
    (None, 28, 28, 1)

    Reference:
        [Antoniou et al., 2017](https://arxiv.org/abs/1711.04340).
    """
    shape = checked_image_shape(image_shape)
    latent_dim = checked_integer("latent_dim", latent_dim, minimum=1)
    widths = _widths(shape, width, depth)
    dropout = number_in("dropout", dropout, "[0, 1)")
    starts = Initializers(seed, stream=GENERATOR_STREAM)
    make = LayerMaker(starts, normalization, scale=True)
    source = keras.Input(shape, name="source")
    latents = keras.Input((latent_dim,), name="latents")
    x, crop = fitted(source, 2 ** len(widths))
    maps = []
    for level, filters in enumerate(reversed(widths)):
        x = make.convolution(x, filters, 4, strides=2)
        x = leaky(make.normalized(x) if level else x)
        if dropout:
            x = keras.layers.Dropout(dropout, seed=starts.next_seed())(x)
        maps.append(x)
    x = maps.pop()
    for level, filters in enumerate(widths):
        if level < _LATENT_LEVELS:
            x = _with_latents(x, latents, _LATENT_MAPS >> level, starts)
        x = leaky(make.normalized(make.convolution(x, filters, 3)))
        if maps:
            x = make.doubled(x, maps[-1].shape[-1], 4)
            x = leaky(make.normalized(x))
            x = keras.layers.Concatenate()([maps.pop(), x])
    x = make.doubled(x, shape[-1], 4, use_bias=True)
    return keras.Model([source, latents], tanh_images(crop(x)), name=name)


def dagan_discriminator(
    image_shape: Sequence[int],
    *,
    width: int = 32,
    depth: int | None = None,
    seed: int | None = None,
    name: str = "dagan_discriminator",
) -> keras.Model:
    """Builds a discriminator of pairs of images of one class.

    Convolutions of 4x4 and stride 2 with LeakyReLU (slope 0.2), without
    normalization, see both images as channels of one; a linear layer over the
    last map makes the logit.

    Args:
        image_shape: As of `dagan_generator`.
        width: Channels of the first layer; deeper layers have up to 8 times as
            many.
        depth: As of `dagan_generator`.
        seed: Integer that determines the initial weights, or None.
        name: Name of the model.

    Returns:
        A `keras.Model`: `[sources, images]` to float32 logits `(batch, 1)`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> dagan_discriminator((28, 28, 1), width=8).output_shape
    (None, 1)

    Reference:
        [Antoniou et al., 2017](https://arxiv.org/abs/1711.04340).
    """
    shape = checked_image_shape(image_shape)
    widths = _widths(shape, width, depth)
    starts = Initializers(seed, stream=DISCRIMINATOR_STREAM)
    make = LayerMaker(starts, None)
    inputs, *both = source_and_images(shape, shape)
    x = leaky(make.convolution(keras.layers.Concatenate()(both), width, 3))
    for filters in reversed(widths):
        x = leaky(make.convolution(x, filters, 4, strides=2))
    logits = logits_of(
        keras.layers.Flatten()(x),
        None,
        num_classes=None,
        kernel_initializer=starts.glorot_uniform(),
        embeddings_initializer=None,
    )
    return keras.Model(inputs, logits, name=name)


def dagan(
    image_shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    width: int = 32,
    depth: int | None = None,
    dropout: float = 0.0,
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Builds the generator and the discriminator of a `DAGAN`.

    Args:
        image_shape: `(height, width, channels)`.
        latent_dim: Length of the latents.
        width: Channels of the first layer of both networks.
        depth: How often both halve the image. None: until 3 to 5 pixels are
            left.
        dropout: As of `dagan_generator`.
        seed: Integer that determines the initial weights, or None.

    Returns:
        `(generator, discriminator)`, for `DAGAN(*dagan(...))`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> dagan = keras_gan.DAGAN(*keras_gan.networks.dagan((8, 8, 3), width=8))
    >>> dagan.latent_dim
    64

    Reference:
        [Antoniou et al., 2017](https://arxiv.org/abs/1711.04340).
    """
    both: dict[str, Any] = {"width": width, "depth": depth, "seed": seed}
    return (
        dagan_generator(
            image_shape, latent_dim=latent_dim, dropout=dropout, **both
        ),
        dagan_discriminator(image_shape, **both),
    )


def _widths(shape: Any, width: int, depth: int | None) -> list[int]:
    """Channels of each level, from the coarsest to the finest."""
    width = checked_integer("width", width, minimum=1)
    if depth is None:
        depth = halvings(shape, at_most=6, unknown=1, down_to=3)
    depth = checked_integer("depth", depth, minimum=1)
    return doubling_widths(width, depth)


def _with_latents(x: Any, latents: Any, channels: int, starts: Any) -> Any:
    """Features with the latents as further maps."""
    size = *x.shape[1:3], channels
    maps = keras.layers.Dense(
        math.prod(size), kernel_initializer=starts.fan_in_normal(1.0)
    )(latents)
    return keras.layers.Concatenate()([x, keras.layers.Reshape(size)(maps)])
