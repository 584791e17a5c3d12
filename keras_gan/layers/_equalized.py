"""What layers with an equalized learning rate have in common."""

import math
from typing import Any

import keras
from keras import ops

from keras_gan.utils.arguments import choice, finite, optional_seed

_BIASES = ("zeros", "ones")


class Equalized(keras.layers.Layer):
    """The base of layers whose weights are scaled when they are used.

    Args:
        gain: Factor of the kernel, not 0.
        learning_rate_multiplier: How fast the layer learns compared to others,
            above 0.
        use_bias: Whether there is a bias.
        bias_initializer: `"zeros"` or `"ones"`, what is added at first.
        activation: As in Keras' layers.
        seed: Integer that determines the initial weights, or None.
        **kwargs: As in `keras.layers.Layer`.
    """

    def __init__(
        self,
        *,
        gain: float,
        learning_rate_multiplier: float,
        use_bias: bool,
        bias_initializer: str,
        activation: Any,
        seed: int | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.gain = finite("gain", gain)
        if not self.gain:
            raise ValueError(
                "`gain` must not be 0, or all outputs are equal. Received: "
                f"gain={gain}. The default is 1."
            )
        self.learning_rate_multiplier = finite(
            "learning_rate_multiplier", learning_rate_multiplier
        )
        if self.learning_rate_multiplier <= 0.0:
            raise ValueError(
                "`learning_rate_multiplier` must be above 0, or the layer "
                f"learns nothing. Received: {learning_rate_multiplier}. The "
                "default is 1."
            )
        choice("bias_initializer", bias_initializer, _BIASES)
        self.use_bias = bool(use_bias)
        self.bias_initializer = bias_initializer
        self.activation = keras.activations.get(activation)
        self.seed = optional_seed(seed)

    def add_weights(self, kernel_shape: tuple[int, ...]) -> None:
        """Creates the kernel, with outputs on its last axis, and the bias."""
        multiplier = self.learning_rate_multiplier
        self._fan_in = math.prod(kernel_shape[:-1])
        self.kernel = self.add_weight(
            name="kernel",
            shape=kernel_shape,
            initializer=keras.initializers.RandomNormal(
                stddev=1.0 / multiplier, seed=self.seed
            ),
        )
        self.bias = None
        if self.use_bias:
            first = float(_BIASES.index(self.bias_initializer)) / multiplier
            self.bias = self.add_weight(
                name="bias",
                shape=kernel_shape[-1:],
                initializer=keras.initializers.Constant(first),
            )

    def scaled_kernel(self) -> Any:
        """The kernel that the inputs are multiplied by."""
        scale = self.gain * self.learning_rate_multiplier
        kernel = ops.convert_to_tensor(self.kernel)
        return kernel * ops.cast(scale / math.sqrt(self._fan_in), kernel.dtype)

    def kernels_in_use(self) -> list[tuple[Any, Any]]:
        """The kernel and `scaled_kernel()`, for regularization."""
        return [(self.kernel, self.scaled_kernel())]

    def finished(self, outputs: Any) -> Any:
        """Returns outputs with bias and activation."""
        if self.bias is not None:
            bias = ops.convert_to_tensor(self.bias)
            multiplier = ops.cast(self.learning_rate_multiplier, bias.dtype)
            outputs = outputs + bias * multiplier
        return self.activation(outputs)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "gain": self.gain,
            "learning_rate_multiplier": self.learning_rate_multiplier,
            "use_bias": self.use_bias,
            "bias_initializer": self.bias_initializer,
            "activation": keras.activations.serialize(self.activation),
            "seed": self.seed,
        }
