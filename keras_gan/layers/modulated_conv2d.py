"""A convolution whose kernel depends on the style of each sample."""

import math
from typing import Any

import keras
from keras import ops

from keras_gan.layers.low_pass_filter import LowPassFilter2D
from keras_gan.utils.arguments import optional_seed, positive_integer
from keras_gan.utils.maps import known_map

# Of the scale of a kernel of weights from N(0, 1), as in the reference code.
_EPSILON = 1e-8


@keras.saving.register_keras_serializable(package="keras_gan")
class ModulatedConv2D(keras.layers.Layer):
    """A convolution whose kernel is scaled by the style of each sample.

    The style s scales the input channels of the kernel, and demodulation scales
    its outputs back to unit variance:

    ```
    W'[k, i, o] = s[i] W[k, i, o]
    W''[k, i, o] = W'[k, i, o] / sqrt(sum over k, i of W'[k, i, o]^2 + 1e-8)
    y = conv(x, W'') + b
    ```

    Samples with kernels of their own would need a grouped convolution. The same
    result comes from one kernel for all of them, by scaling the maps instead:

    ```
    y = conv(x s, W) d + b,    d[o] = 1 / sqrt(sum (s[i] W[k, i, o])^2 + 1e-8)
    ```

    Weights are drawn from N(0, 1). Without demodulation they are scaled by
    1 / sqrt(fan_in) when they are used.

    Args:
        filters: Number of channels of the output.
        kernel_size: Side of the kernel in pixels.
        demodulate: Whether the outputs are demodulated.
        upsample: Whether the sides are doubled, by a transposed convolution of
            stride 2 and `LowPassFilter2D`. The kernel size must then be 3.
        use_bias: Whether there is a bias.
        activation: As in Keras' layers.
        seed: Integer that determines the initial weights, or None.
        **kwargs: As in `keras.layers.Layer`.

    Inputs: a list of maps `(batch, height, width, channels)` and styles
    `(batch, channels)`. Output shape: `(batch, height, width, filters)`, or
    twice the sides.

    Raises:
        TypeError, ValueError: If an argument is not valid.

    Example:

    >>> layer = ModulatedConv2D(8, 3, upsample=True, seed=1)
    >>> maps, styles = keras.ops.ones((2, 4, 4, 3)), keras.ops.ones((2, 3))
    >>> tuple(layer([maps, styles]).shape)
    (2, 8, 8, 8)

    Reference:
        Karras et al., "Analyzing and Improving the Image Quality of StyleGAN",
        arXiv 1912.04958.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int,
        *,
        demodulate: bool = True,
        upsample: bool = False,
        use_bias: bool = True,
        activation: Any = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.filters = positive_integer("filters", filters)
        self.kernel_size = positive_integer("kernel_size", kernel_size)
        self.demodulate = bool(demodulate)
        self.upsample = bool(upsample)
        self.use_bias = bool(use_bias)
        self.activation = keras.activations.get(activation)
        self.seed = optional_seed(seed)
        if self.upsample and self.kernel_size != 3:
            raise ValueError(
                "`kernel_size` must be 3 with `upsample=True`. Received: "
                f"kernel_size={kernel_size}."
            )
        self._filter: Any = None
        if self.upsample:
            # Zeros between the pixels take half of the signal along each axis.
            self._filter = LowPassFilter2D(1, gain=2.0, dtype=self.dtype_policy)

    def build(self, input_shape: Any) -> None:
        maps, styles = input_shape
        height, width, channels = known_map(self, maps)
        if tuple(styles[1:]) != (channels,):
            raise ValueError(
                "The styles of ModulatedConv2D must be one number per channel "
                f"of the maps, (batch, {channels}). Received: {tuple(styles)}. "
                f"Make them by `EqualizedDense({channels}, "
                'bias_initializer="ones")`.'
            )
        self._fan_in = channels * self.kernel_size**2
        self.kernel = self.add_weight(
            name="kernel",
            shape=(self.kernel_size, self.kernel_size, channels, self.filters),
            initializer=keras.initializers.RandomNormal(
                stddev=1.0, seed=self.seed
            ),
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias", shape=(self.filters,), initializer="zeros"
            )
        if self.upsample:
            sides = (2 * height + 1, 2 * width + 1)
            self._filter.build((None, *sides, self.filters))
        self.built = True

    def call(self, inputs: Any) -> Any:
        maps, styles = inputs
        # In float32: squares of styles may overflow in float16.
        kernel = self._scaled_kernel()
        styles = ops.cast(styles, "float32")
        factors = self._demodulation(kernel, styles)
        maps = maps * ops.cast(styles, maps.dtype)[:, None, None]
        outputs = self._convolved(maps, ops.cast(kernel, maps.dtype))
        if factors is not None:
            outputs = outputs * ops.cast(factors, maps.dtype)[:, None, None]
        if self.bias is not None:
            outputs = outputs + ops.cast(self.bias, maps.dtype)
        return self.activation(outputs)

    def kernels_in_use(self) -> list[tuple[Any, Any]]:
        """The kernel and what styles of 1 make of it, for regularization."""
        kernel = self._scaled_kernel()
        factors = self._demodulation(kernel, ops.ones((1, kernel.shape[2])))
        return [(self.kernel, kernel if factors is None else kernel * factors)]

    def _scaled_kernel(self) -> Any:
        return ops.cast(self.kernel, "float32") / math.sqrt(self._fan_in)

    def _demodulation(self, kernel: Any, styles: Any) -> Any:
        """The factors of the outputs, `(batch, filters)`, or `None`."""
        if not self.demodulate:
            return None
        squares = ops.sum(ops.square(kernel), axis=(0, 1))
        energies = ops.matmul(ops.square(styles), squares)
        return ops.rsqrt(energies + _EPSILON / self._fan_in)

    def _convolved(self, maps: Any, kernel: Any) -> Any:
        if not self.upsample:
            return ops.conv(
                maps, kernel, padding="same", data_format="channels_last"
            )
        # A transposed convolution takes the outputs before the inputs.
        kernel = ops.transpose(kernel, (0, 1, 3, 2))
        doubled = ops.conv_transpose(
            maps, kernel, 2, padding="valid", data_format="channels_last"
        )
        return self._filter(doubled)

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        (batch, height, width, _), _ = input_shape
        times = 2 if self.upsample else 1
        return (batch, times * height, times * width, self.filters)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "demodulate": self.demodulate,
            "upsample": self.upsample,
            "use_bias": self.use_bias,
            "activation": keras.activations.serialize(self.activation),
            "seed": self.seed,
        }
