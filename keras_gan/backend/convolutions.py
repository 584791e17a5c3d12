"""Convolutions where Keras' own are fast."""

from typing import Any

from keras import ops


def depthwise_convolution(images: Any, kernel: Any, strides: int) -> Any:
    """Convolves each channel by itself, with "same" padding.

    Args:
        images: `(batch, height, width, channels)`.
        kernel: `(side, side, channels, 1)`.
        strides: In both directions.
    """
    return ops.depthwise_conv(
        images, kernel, strides, "same", data_format="channels_last"
    )
