"""A convolution with an equalized learning rate."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan.layers._equalized import Equalized
from keras_gan.utils.arguments import (
    choice,
    height_and_width,
    positive_integer,
)

_PADDINGS = ("same", "valid")


@keras.saving.register_keras_serializable(package="keras_gan")
class EqualizedConv2D(Equalized):
    """A convolution whose kernel is scaled when it is used.

    See `EqualizedDense`; fan_in is the number of weights of one output.

    ```
    y = activation(conv(x, W gain m / sqrt(fan_in)) + b m),   W ~ N(0, 1 / m^2)
    ```

    Args:
        filters: Number of channels of the output.
        kernel_size: Side of the kernel in pixels, or `(height, width)`.
        gain: Factor of the kernel, not 0; sqrt(2) before a ReLU keeps the
            variance.
        strides: Step in pixels, the same along both axes.
        padding: `"same"` or `"valid"`.
        learning_rate_multiplier: m, as in `EqualizedDense`.
        use_bias: Whether there is a bias.
        bias_initializer: `"zeros"` or `"ones"`, what is added at first.
        activation: As in Keras' layers.
        seed: Integer that determines the initial weights, or None.
        **kwargs: As in `keras.layers.Layer`.

    Input shape: `(batch, height, width, channels)`. Output shape: that of a
    `Conv2D` of the same arguments.

    Raises:
        TypeError, ValueError: If an argument is not valid.

    Example:

    >>> layer = EqualizedConv2D(8, 3, gain=2**0.5, activation="relu", seed=1)
    >>> tuple(layer(keras.ops.ones((2, 5, 4, 3))).shape)
    (2, 5, 4, 8)

    Reference:
        Karras et al., "Progressive Growing of GANs", arXiv 1710.10196.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        *,
        gain: float = 1.0,
        strides: int = 1,
        padding: str = "same",
        learning_rate_multiplier: float = 1.0,
        use_bias: bool = True,
        bias_initializer: str = "zeros",
        activation: Any = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            gain=gain,
            learning_rate_multiplier=learning_rate_multiplier,
            use_bias=use_bias,
            bias_initializer=bias_initializer,
            activation=activation,
            seed=seed,
            **kwargs,
        )
        self.filters = positive_integer("filters", filters)
        if not isinstance(kernel_size, Sequence):
            kernel_size = [positive_integer("kernel_size", kernel_size)] * 2
        self.kernel_size = height_and_width("kernel_size", kernel_size)
        self.strides = positive_integer("strides", strides)
        choice("padding", padding, _PADDINGS)
        self.padding = padding

    def build(self, input_shape: Any) -> None:
        self.add_weights((*self.kernel_size, input_shape[-1], self.filters))
        self.built = True

    def call(self, inputs: Any) -> Any:
        outputs = ops.conv(
            inputs,
            self.scaled_kernel(),
            strides=self.strides,
            padding=self.padding,
            data_format="channels_last",
        )
        return self.finished(outputs)

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        sides = zip(input_shape[1:3], self.kernel_size, strict=True)
        return (
            input_shape[0],
            *(self._side_after(side, taps) for side, taps in sides),
            self.filters,
        )

    def _side_after(self, side: int | None, taps: int) -> int | None:
        if side is None:
            return None
        lost = 0 if self.padding == "same" else taps - 1
        return -(-(side - lost) // self.strides)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
        }
