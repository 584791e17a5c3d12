"""The discriminator of StyleGAN2."""

import math
from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.layers import (
    EqualizedConv2D,
    EqualizedDense,
    LowPassFilter2D,
    LowPassResampling2D,
    MinibatchStdDev,
    scaled_leaky_relu,
)
from keras_gan.networks.initialization import (
    DISCRIMINATOR_STREAM,
    Initializers,
)
from keras_gan.networks.inputs_and_heads import image_inputs
from keras_gan.networks.stylegan2.mapping import embedded_labels, mapped
from keras_gan.networks.stylegan2.plan import Stage, stages_of
from keras_gan.networks.validation import checked_num_classes

_GROUP = 4
_CLASS_DEPTH = 8


def stylegan2_discriminator(
    image_shape: Sequence[int],
    *,
    num_classes: int | None = None,
    width: int | None = None,
    group_size: int | None = _GROUP,
    seed: int | None = None,
) -> keras.Model:
    """Builds a residual discriminator.

    Blocks of two 3x3 convolutions, the second of which halves the map after a
    low-pass filter, are added to a 1x1 convolution of the halved input; the sum
    is divided by sqrt(2). At 4 to 7 pixels per side the layer sees the
    variation of the batch (`keras_gan.layers.MinibatchStdDev`), and dense
    layers score the image. Weights have an equalized learning rate.
    Conditional: logits = <h, map(embed(y))> / sqrt(size of h).

    Args:
        image_shape: As in `stylegan2_generator`.
        num_classes: Number of classes of a conditional discriminator, at
            least 2. None: unconditional.
        width: As in `stylegan2_generator`: channels of the finest stage.
        group_size: Images of which the variation is taken, at least 2. None:
            the whole batch.
        seed: Integer that determines the initial weights, or None.

    Returns:
        A `keras.Model`: images `(batch, *image_shape)`, or
        `[images, labels]`, to float32 logits `(batch, 1)`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> discriminator = stylegan2_discriminator((28, 28, 1), width=4)
    >>> discriminator.output_shape
    (None, 1)

    Reference:
        Karras et al., "Analyzing and Improving the Image Quality of StyleGAN",
        arXiv 1912.04958.
    """
    image_shape, stages = stages_of(image_shape, width)
    num_classes = checked_num_classes(num_classes)
    initializers = Initializers(seed, stream=DISCRIMINATOR_STREAM)
    inputs, x, labels = image_inputs(image_shape, num_classes)
    x = _convolved(x, stages[-1][1], 1, initializers)
    for coarse, fine in zip(stages[-2::-1], stages[:0:-1], strict=True):
        x = _block(x, coarse, fine, initializers)
    x = MinibatchStdDev(group_size=group_size)(x)
    width = stages[0][1]
    x = _convolved(x, width, 3, initializers)
    x = keras.layers.Flatten()(x)
    x = EqualizedDense(
        width, activation=scaled_leaky_relu, seed=initializers.next_seed()
    )(x)
    logits = _logits(x, labels, num_classes, initializers)
    return keras.Model(inputs, logits, name="stylegan2_discriminator")


def _block(
    x: Any, coarse: Stage, fine: Stage, initializers: Initializers
) -> Any:
    size, width = coarse
    skip = LowPassResampling2D(size)(x)
    skip = EqualizedConv2D(
        width,
        1,
        gain=math.sqrt(0.5),
        use_bias=False,
        seed=initializers.next_seed(),
    )(skip)
    x = _convolved(x, fine[1], 3, initializers)
    x = LowPassFilter2D(2)(x)
    x = EqualizedConv2D(
        width,
        3,
        strides=2,
        padding="valid",
        activation=scaled_leaky_relu,
        seed=initializers.next_seed(),
    )(x)
    x = keras.layers.Rescaling(math.sqrt(0.5))(x)
    return keras.layers.Add()([x, skip])


def _convolved(
    x: Any, width: int, kernel_size: int, initializers: Initializers
) -> Any:
    return EqualizedConv2D(
        width,
        kernel_size,
        activation=scaled_leaky_relu,
        seed=initializers.next_seed(),
    )(x)


def _logits(
    x: Any, labels: Any, num_classes: int | None, initializers: Initializers
) -> Any:
    """Float32 logits `(batch, 1)` from features `(batch, channels)`."""
    size = 1 if labels is None else x.shape[-1]
    features = EqualizedDense(
        size,
        seed=initializers.next_seed(),
        dtype="float32",
        name="logits" if labels is None else "class_features",
    )(x)
    if labels is None or num_classes is None:
        return features
    vectors = embedded_labels(labels, num_classes, size, initializers)
    vectors = mapped(vectors, size, _CLASS_DEPTH, initializers)
    products = keras.layers.Dot(axes=1, dtype="float32")([features, vectors])
    return keras.layers.Rescaling(
        1.0 / math.sqrt(size), dtype="float32", name="logits"
    )(products)
