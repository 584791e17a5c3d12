"""What the networks of FastGAN are made of."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.layers import GatedActivation
from keras_gan.networks.initialization import Initializers
from keras_gan.networks.inputs_and_heads import normalized
from keras_gan.networks.spatial import doubling_widths, spatial_plan
from keras_gan.networks.validation import RESIZE, checked_integer


def stages_of(
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
            "Both sides of FastGAN's images must be 4, 5, 6 or 7 times the "
            "same power of 2, and at least 16 pixels (28, 32, 40, 48, ...). "
            f"Received: image_shape={image_shape}. To use others, {RESIZE}, or "
            "choose `dcgan`."
        )
    return plan, doubling_widths(width, len(plan))


def convolution(
    filters: int, kernel_size: Any, initializers: Initializers, **options: Any
) -> Any:
    """A convolution with spectral normalization and without bias.

    Args:
        filters: Channels of the result.
        kernel_size: As in `keras.layers.Conv2D`.
        initializers: Where initial weights are drawn from.
        **options: Further arguments of `keras.layers.Conv2D`.
    """
    layer = keras.layers.Conv2D(
        filters,
        kernel_size,
        use_bias=False,
        kernel_initializer=initializers.he_normal(),
        **{"padding": "same", **options},
    )
    return normalized(layer, spectral_normalization=True)


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
