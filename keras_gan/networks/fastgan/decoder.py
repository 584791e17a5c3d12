"""What draws images again from maps of the discriminator of FastGAN."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.layers import GatedActivation
from keras_gan.networks.fastgan.blocks import convolution
from keras_gan.networks.initialization import Initializers


def decoded(
    x: Any, channels: int, widths: Sequence[int], initializers: Initializers
) -> Any:
    """Draws small images from a map.

    Nearest-neighbor upsampling and convolutions with gated linear units.
    Unlike the reference code's, it does not normalize batches: the model shows
    the discriminator generated images, too, whose statistics are others.

    Args:
        x: The map, `(batch, height, width, any)`.
        channels: Channels of the images.
        widths: Channels after each doubling of the sides.
        initializers: Where initial weights are drawn from.

    Returns:
        Tensor `(batch, height * 2**n, width * 2**n, channels)` in [-1, 1],
        float32, with n widths.
    """
    for width in widths:
        x = keras.layers.UpSampling2D(2)(x)
        x = convolution(2 * width, 3, initializers)(x)
        x = GatedActivation("linear")(x)
    return convolution(
        channels, 3, initializers, activation="tanh", dtype="float32"
    )(x)
