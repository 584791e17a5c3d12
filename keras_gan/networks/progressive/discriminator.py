"""The discriminator of progressive growing."""

import math
from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.layers import (
    EqualizedConv2D,
    EqualizedDense,
    FadeIn,
    GrowingStage,
    MinibatchStdDev,
)
from keras_gan.networks.initialization import (
    DISCRIMINATOR_STREAM,
    Initializers,
)
from keras_gan.networks.inputs_and_heads import image_inputs
from keras_gan.networks.progressive.generator import GAIN
from keras_gan.networks.progressive.plan import growth_of, levels_of
from keras_gan.networks.stylegan2.mapping import embedded_labels
from keras_gan.networks.validation import checked_num_classes

_GROUP = 4


def progressive_discriminator(
    image_shape: Sequence[int],
    *,
    num_classes: int | None = None,
    width: int | None = None,
    group_size: int | None = _GROUP,
    steps_per_stage: int | None = None,
    fade_steps: int | None = None,
    seed: int | None = None,
) -> keras.Model:
    """Builds a discriminator that sees finer and finer images.

    The mirror image of `progressive_generator`: a 1x1 convolution of the image
    of each level, two 3x3 convolutions and average pooling. While a level is
    faded in, its result is mixed with what the level below makes of the smaller
    image. At 4 to 7 pixels per side the layer sees the variation of the batch
    (`keras_gan.layers.MinibatchStdDev`). Images have full size at all times. In
    training, a `GAN` gives real ones only the detail that generated ones have.

    Args:
        image_shape: As in `progressive_generator`.
        num_classes: Number of classes of a conditional discriminator, at least
            2, which projects features onto embedded labels. None:
            unconditional.
        width: As in `progressive_generator`.
        group_size: Images of which the variation is taken, at least 2. None:
            the whole batch.
        steps_per_stage: As in `progressive_generator`.
        fade_steps: As in `progressive_generator`.
        seed: Integer that determines the initial weights, or None.

    Returns:
        A `keras.Model`: images `(batch, *image_shape)`, or
        `[images, labels]`, to float32 logits `(batch, 1)`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> progressive_discriminator((16, 16, 1), width=2).output_shape
    (None, 1)

    Reference:
        Karras et al., "Progressive Growing of GANs", arXiv 1710.10196.
    """
    shape, levels = levels_of(image_shape, width)
    num_classes = checked_num_classes(num_classes)
    initializers = Initializers(seed, stream=DISCRIMINATOR_STREAM)
    inputs, images, labels = image_inputs(shape, num_classes)
    growth = growth_of(shape, levels, steps_per_stage, fade_steps)(images)
    x = None
    for level in range(len(levels) - 1, 0, -1):
        size, channels = levels[level]
        x = _seen(x, images, growth, level, channels, initializers)
        part = _level(x, channels, levels[level - 1][1], initializers)
        name = f"level_{size[0]}x{size[1]}"
        x = GrowingStage(part, level, name=name)([x, growth])
        images = keras.layers.AveragePooling2D(2)(images)
    channels = levels[0][1]
    x = _seen(x, images, growth, 0, channels, initializers)
    x = MinibatchStdDev(group_size=group_size)(x)
    x = keras.layers.Flatten()(_convolved(x, channels, 3, initializers))
    x = EqualizedDense(
        channels,
        gain=GAIN,
        activation="leaky_relu",
        seed=initializers.next_seed(),
    )(x)
    logits = _logits(x, labels, num_classes, initializers)
    return keras.Model(inputs, logits, name="progressive_discriminator")


def _seen(
    finer: Any,
    images: Any,
    growth: Any,
    level: int,
    channels: int,
    initializers: Initializers,
) -> Any:
    """Features of a level's images, mixed with those of the level above."""
    pixels = keras.Input(images.shape[1:], dtype=images.dtype)
    part = keras.Model(pixels, _convolved(pixels, channels, 1, initializers))
    features = GrowingStage(part, level, until=level + 1)([images, growth])
    if finer is None:
        return features
    return FadeIn(level + 1)([features, finer, growth])


def _level(
    x: Any, channels: int, coarser: int, initializers: Initializers
) -> keras.Model:
    """From a map to a coarser one."""
    fine = keras.Input(x.shape[1:], dtype=x.dtype)
    y = _convolved(fine, channels, 3, initializers)
    y = _convolved(y, coarser, 3, initializers)
    return keras.Model(fine, keras.layers.AveragePooling2D(2)(y))


def _convolved(
    x: Any, channels: int, kernel_size: int, initializers: Initializers
) -> Any:
    return EqualizedConv2D(
        channels,
        kernel_size,
        gain=GAIN,
        activation="leaky_relu",
        seed=initializers.next_seed(),
    )(x)


def _logits(
    x: Any, labels: Any, num_classes: int | None, initializers: Initializers
) -> Any:
    """Float32 logits `(batch, 1)` from features `(batch, channels)`."""
    logits = EqualizedDense(
        1,
        seed=initializers.next_seed(),
        dtype="float32",
        name="logits" if labels is None else "unconditional_logits",
    )(x)
    if labels is None or num_classes is None:
        return logits
    size = x.shape[-1]
    vectors = embedded_labels(labels, num_classes, size, initializers)
    products = keras.layers.Dot(axes=1, dtype="float32")([x, vectors])
    products = keras.layers.Rescaling(1 / math.sqrt(size), dtype="float32")(
        products
    )
    return keras.layers.Add(dtype="float32", name="logits")([logits, products])
