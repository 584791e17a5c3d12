"""The discriminator of StarGAN."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.networks.initialization import (
    DISCRIMINATOR_STREAM,
    Initializers,
)
from keras_gan.networks.spatial import doubling_widths
from keras_gan.networks.translation import halvings, leaky
from keras_gan.networks.validation import checked_image_shape, checked_integer


def attribute_discriminator(
    image_shape: Sequence[int | None],
    num_attributes: int,
    *,
    width: int = 64,
    depth: int | None = None,
    seed: int | None = None,
    name: str = "attribute_discriminator",
) -> keras.Model:
    """Builds a discriminator that also recognizes attributes of images.

    Convolutions of 4x4 and stride 2 with LeakyReLU (slope 0.01), without
    normalization, halve the image while the channels double from `width`. A
    3x3 convolution makes a logit for each patch, and a linear layer over the
    whole map one for each attribute. For 128 pixels and 5 attributes it has
    44.76 million parameters.

    Args:
        image_shape: `(height, width, channels)`, of any size. Height and width
            may be None: attributes are then read from the mean over the map.
        num_attributes: Number of attributes, at least 1.
        width: Channels of the first layer; later layers have up to 32 times as
            many.
        depth: How often the image is halved, at least 1. None: until 2 to 4
            pixels are left, at most 6 times.
        seed: Integer that determines the initial weights, or None.
        name: Name of the model.

    Returns:
        A `keras.Model`: images `(batch, height, width, channels)` to
        `[logits, attribute_logits]`, both float32, of shapes
        `(batch, rows, columns, 1)` and `(batch, num_attributes)`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> discriminator = attribute_discriminator((32, 32, 3), 5, width=8)
    >>> discriminator.output_shape
    [(None, 2, 2, 1), (None, 5)]

    Reference:
        Choi et al., "StarGAN: Unified Generative Adversarial Networks for
        Multi-Domain Image-to-Image Translation", arXiv 1711.09020.
    """
    shape = checked_image_shape(image_shape, unknown_sides=True)
    number = checked_integer("num_attributes", num_attributes, minimum=1)
    width = checked_integer("width", width, minimum=1)
    if depth is None:
        depth = halvings(shape, at_most=6, unknown=6, down_to=2)
    depth = checked_integer("depth", depth, minimum=1)
    starts = Initializers(seed, stream=DISCRIMINATOR_STREAM)
    images = keras.Input(shape, name="images")
    x = images
    for filters in reversed(doubling_widths(width, depth, largest_factor=32)):
        x = keras.layers.Conv2D(
            filters,
            4,
            strides=2,
            padding="same",
            kernel_initializer=starts.he_normal(),
        )(x)
        x = leaky(x, 0.01)
    options: dict[str, Any] = {"use_bias": False, "dtype": "float32"}
    logits = keras.layers.Conv2D(
        1,
        3,
        padding="same",
        kernel_initializer=starts.glorot_uniform(),
        name="logits",
        **options,
    )(x)
    unknown = None in shape[:2]
    layers = keras.layers
    x = (layers.GlobalAveragePooling2D if unknown else layers.Flatten)()(x)
    attribute_logits = layers.Dense(
        number,
        kernel_initializer=starts.glorot_uniform(),
        name="attribute_logits",
        **options,
    )(x)
    return keras.Model(images, [logits, attribute_logits], name=name)
