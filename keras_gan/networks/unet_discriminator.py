"""The discriminator of Real-ESRGAN."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.layers import BilinearUpsampling2D
from keras_gan.networks.initialization import (
    DISCRIMINATOR_STREAM,
    Initializers,
)
from keras_gan.networks.inputs_and_heads import normalized
from keras_gan.networks.translation import (
    fitted,
    leaky,
    source_and_images,
)
from keras_gan.networks.validation import checked_integer


def unet_discriminator(
    image_shape: Sequence[int | None],
    source_shape: Sequence[int | None] | None = None,
    *,
    width: int = 64,
    seed: int | None = None,
    name: str = "unet_discriminator",
) -> keras.Model:
    """Builds a U-Net that makes one logit for each pixel.

    Three convolutions of stride 2, then bilinear doubling and a convolution
    three times; the features of the encoder at the same size are added. All
    kernels but the first and the last are divided by their largest singular
    value. It tells the generator for each pixel what is wrong, with the
    context of the image. For 3 channels it has 4.38 million parameters.

    Args:
        image_shape: `(height, width, channels)` of the images. Height and
            width may be None. Images whose sides are not multiples of 8 are
            mirrored at the far edges, and their logits are cropped.
        source_shape: The same of the source that the images are translated
            from, for a discriminator that sees both. None: it sees the images
            alone.
        width: Channels at the full size; deeper layers have up to 8 times as
            many.
        seed: Integer that determines the initial weights, or None.
        name: Name of the model.

    Returns:
        A `keras.Model`: images `(batch, height, width, channels)`, or
        `[source, images]`, to float32 logits `(batch, height, width, 1)`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> discriminator = unet_discriminator((13, 17, 3), width=4)
    >>> discriminator.output_shape
    (None, 13, 17, 1)

    Reference:
        Wang et al., "Real-ESRGAN: Training Real-World Blind Super-Resolution
        with Pure Synthetic Data", arXiv 2107.10833.
    """
    inputs, source, x = source_and_images(image_shape, source_shape)
    width = checked_integer("width", width, minimum=1)
    starts = Initializers(seed, stream=DISCRIMINATOR_STREAM)
    if source is not None:
        x = keras.layers.Concatenate()([source, x])
    x, crop = fitted(x, 8)
    x = keras.layers.Conv2D(
        width, 3, padding="same", kernel_initializer=starts.he_normal()
    )(x)
    x = leaky(x)
    skips = []
    for factor in (2, 4, 8):
        skips.append(x)
        x = _convolution(x, width * factor, starts, strides=2)
    for factor in (4, 2, 1):
        x = _convolution(BilinearUpsampling2D(2)(x), width * factor, starts)
        x = keras.layers.Add()([x, skips.pop()])
    for _ in range(2):
        x = _convolution(x, width, starts)
    logits = keras.layers.Conv2D(
        1,
        3,
        padding="same",
        kernel_initializer=starts.he_normal(),
        dtype="float32",
        name="logits",
    )(crop(x))
    return keras.Model(inputs, logits, name=name)


def _convolution(
    x: Any, filters: int, starts: Initializers, *, strides: int = 1
) -> Any:
    layer = keras.layers.Conv2D(
        filters,
        4 if strides == 2 else 3,
        strides=strides,
        padding="same",
        use_bias=False,
        kernel_initializer=starts.he_normal(),
    )
    return leaky(normalized(layer, True)(x))
