"""Residual blocks of R3GAN and their initialization."""

from collections.abc import Callable
from typing import Any

import keras

from keras_gan.networks.initialization import Initializers
from keras_gan.networks.validation import checked_integer

SLOPE = 0.2
# The gain that keeps the variance of a signal through a LeakyReLU.
_ACTIVATION_GAIN = (2 / (1 + SLOPE**2)) ** 0.5


def residual_stages(
    *,
    blocks: int,
    groups: int,
    expansion: int,
    num_stages: int,
    initializers: Initializers,
) -> Callable[[Any], Any]:
    """Returns a function that runs a tensor through one stage of blocks.

    Args:
        blocks: Number of blocks in each stage.
        groups: Groups of the 3x3 convolutions.
        expansion: Ratio of the inner width of a block to its outer width.
        num_stages: Number of stages of the network. The initial weights are
            smaller in deeper networks.
        initializers: Makes the initializers.
    """
    blocks = checked_integer("blocks", blocks, minimum=1)
    groups = checked_integer("groups", groups, minimum=1)
    expansion = checked_integer("expansion", expansion, minimum=1)
    # A factor L^(-1/4) for each of the two nonzero layers bounds the change by
    # a sum of L blocks (Fixup).
    gain = _ACTIVATION_GAIN * (blocks * num_stages) ** -0.25

    def stage(x: Any) -> Any:
        for _ in range(blocks):
            x = residual_block(
                x,
                groups=groups,
                expansion=expansion,
                gain=gain,
                initializers=initializers,
            )
        return x

    return stage


def residual_block(
    x: Any,
    *,
    groups: int,
    expansion: int,
    gain: float,
    initializers: Initializers,
) -> Any:
    """x + [1x1, bias, LeakyReLU, 3x3 grouped, bias, LeakyReLU, 1x1 (zero)].

    Without normalization. The last convolution starts at zero, so the block
    starts as the identity.
    """
    channels = x.shape[-1]
    inner = channels * expansion
    if inner % groups:
        raise ValueError(
            "`groups` must divide the inner width of every block, `width * "
            f"expansion`. Received: groups={groups}, width={channels}, "
            f"expansion={expansion}. Use a divisor of {inner}."
        )
    y = keras.layers.Conv2D(
        inner, 1, kernel_initializer=initializers.fan_in_normal(gain)
    )(x)
    y = keras.layers.LeakyReLU(negative_slope=SLOPE)(y)
    # Keras' fan_in, kernel area times the channels of one group, is exactly
    # the number of terms of each output.
    y = keras.layers.Conv2D(
        inner,
        3,
        padding="same",
        groups=groups,
        kernel_initializer=initializers.fan_in_normal(gain),
    )(y)
    y = keras.layers.LeakyReLU(negative_slope=SLOPE)(y)
    y = keras.layers.Conv2D(
        channels, 1, use_bias=False, kernel_initializer="zeros"
    )(y)
    return keras.layers.Add()([x, y])


def with_channels(x: Any, channels: int, initializers: Initializers) -> Any:
    """A linear 1x1 convolution, if the number of channels changes."""
    if x.shape[-1] == channels:
        return x
    return keras.layers.Conv2D(
        channels,
        1,
        use_bias=False,
        kernel_initializer=initializers.fan_in_normal(1.0),
    )(x)
