"""Networks of DAGAN: from an image to another one of its class."""

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan.layers import BilinearUpsampling2D, CropLike, ElasticWarp
from keras_gan.networks.initialization import (
    DISCRIMINATOR_STREAM,
    GENERATOR_STREAM,
    Initializers,
)
from keras_gan.networks.inputs_and_heads import LATENT_DIM, logits_of
from keras_gan.networks.spatial import doubling_widths
from keras_gan.networks.translation import (
    LayerMaker,
    halvings,
    leaky,
    source_and_images,
    tanh_images,
)
from keras_gan.networks.validation import checked_image_shape, checked_integer
from keras_gan.utils.arguments import number_in

# Maps that latents become at the coarsest level; half of them at the next.
_LATENT_MAPS = 32
# Standard deviation of the first weights of layers that change the image.
_SMALL = 0.02
# Of white, 1, artanh is infinite.
_NEARLY_ONE = 0.98


def dagan_generator(
    image_shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    width: int = 32,
    depth: int | None = None,
    dropout: float = 0.0,
    seed: int | None = None,
    name: str = "dagan_generator",
) -> keras.Model:
    """Builds a generator that makes another image of the class of an image.

    Convolutions of stride 2 halve the image `depth` times. A decoder, to which
    a linear layer adds latents as feature maps, doubles it again up to a
    quarter of the size, and finds the encoder's features beside its own. From
    there come an affine map and a field that move the pixels of the image
    (`keras_gan.layers.ElasticWarp`), so that lines stay as sharp as they were,
    and then a change of the colors:

    ```
    image = tanh(artanh(.98 * warped) + change)
    ```

    Args:
        image_shape: `(height, width, channels)`, of any size.
        latent_dim: Length of the latents.
        width: Channels at half the size of the image; deeper layers have up to
            8 times as many.
        depth: How often the image is halved, at least 1. None: until 3 to 5
            pixels are left, at most 6 times.
        dropout: Share of the encoder's features dropped while training, in
            [0, 1), so that single images are not learned by heart. The paper
            has 0.5.
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
        [Antoniou et al., 2017](https://arxiv.org/abs/1711.04340), with a
        decoder that moves pixels.
    """
    shape = checked_image_shape(image_shape)
    latent_dim = checked_integer("latent_dim", latent_dim, minimum=1)
    widths = _widths(shape, width, depth)
    dropout = number_in("dropout", dropout, "[0, 1)")
    make = LayerMaker(Initializers(seed, stream=GENERATOR_STREAM), None)
    source = keras.Input(shape, name="source")
    latents = keras.Input((latent_dim,), name="latents")
    maps = _encoded(source, widths, dropout, make)
    half = maps[0]
    x = coarse = _decoded(maps.pop(), latents, _LATENT_MAPS, make)
    for level in range(1, len(widths) - 1):
        like = maps.pop()
        x = keras.layers.Concatenate()([_doubled(x, like), like])
        x = _decoded(x, latents, max(1, _LATENT_MAPS >> level), make, like)
    means = keras.layers.GlobalAveragePooling2D()(coarse)
    numbers = keras.layers.Concatenate()([means, latents])
    numbers = leaky(_dense(numbers, 4 * width, make.starts.he_normal()))
    nearly_zero = make.starts.normal(_SMALL)
    numbers = _dense(numbers, 6, nearly_zero)
    field = _last_convolution(x, 2, make)
    warped = ElasticWarp(dtype="float32")([source, field, numbers])
    if len(widths) > 1:
        x = _doubled(x, half)
    x = leaky(make.convolution(x, width, 3))
    x = keras.layers.Concatenate()([warped, _doubled(x, source)])
    for _ in range(2):
        x = leaky(make.convolution(x, max(1, width // 2), 3))
    # In front of tanh, where nothing is out of range.
    warped = ops.arctanh(_NEARLY_ONE * warped)
    change = _last_convolution(x, shape[-1], make)
    x = keras.layers.Add(dtype="float32")([warped, change])
    return keras.Model([source, latents], tanh_images(x), name=name)


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


def _encoded(x: Any, widths: Sequence[int], dropout: float, make: Any) -> list:
    """Features of half the size, a quarter and so on."""
    maps = []
    for filters in reversed(widths):
        x = leaky(make.convolution(x, filters, 4, strides=2))
        if dropout:
            seed = make.starts.next_seed()
            x = keras.layers.Dropout(dropout, seed=seed)(x)
        maps.append(x)
    return maps


def _decoded(x: Any, latents: Any, channels: int, make: Any, like=None) -> Any:
    """Features after two convolutions, with the latents as further maps."""
    filters = (x if like is None else like).shape[-1]
    size = *x.shape[1:3], channels
    start = make.starts.fan_in_normal(1.0)
    maps = _dense(latents, math.prod(size), start)
    x = keras.layers.Concatenate()([x, keras.layers.Reshape(size)(maps)])
    for _ in range(2):
        x = leaky(make.convolution(x, filters, 3))
    return x


def _doubled(x: Any, like: Any) -> Any:
    """Features of twice the size, as large as others."""
    return CropLike()([BilinearUpsampling2D()(x), like])


def _dense(x: Any, units: int, start: Any) -> Any:
    return keras.layers.Dense(units, kernel_initializer=start)(x)


def _last_convolution(x: Any, filters: int, make: Any) -> Any:
    """Maps that are nearly 0 at the start."""
    return keras.layers.Conv2D(
        filters,
        3,
        padding="same",
        kernel_initializer=make.starts.normal(_SMALL),
        dtype="float32",
    )(x)
