"""Convolution of each channel by itself, fast on every backend."""

from typing import Any

import keras
from keras import layers, ops

from keras_gan import backend

Tensor = Any


@keras.saving.register_keras_serializable(package="keras_gan")
class ChannelConvolution(layers.DepthwiseConv2D):
    """Keras' depthwise convolution, in the way that is fast on the backend.

    It is channels last, its padding is "same", and it has a bias.

    Args:
        kernel_size: Side of the kernels.
        **kwargs: As for `keras.layers.DepthwiseConv2D`.

    Example:

    >>> layer = ChannelConvolution(3, depthwise_initializer="ones")
    >>> float(layer(np.ones((1, 4, 4, 2), "float32"))[0, 0, 0, 0])
    4.0
    """

    def __init__(self, kernel_size: int, **kwargs: Any) -> None:
        fixed = {"padding": "same", "data_format": "channels_last"}
        super().__init__(kernel_size, **{**kwargs, **fixed})

    def call(self, inputs: Tensor) -> Tensor:
        convolved = backend.depthwise_convolution(
            inputs, ops.convert_to_tensor(self.kernel), self.strides[0]
        )
        return self.activation(convolved + self.bias)
