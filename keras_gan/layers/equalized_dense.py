"""A dense layer with an equalized learning rate."""

from typing import Any

import keras
from keras import ops

from keras_gan.layers._equalized import Equalized
from keras_gan.utils.arguments import positive_integer


@keras.saving.register_keras_serializable(package="keras_gan")
class EqualizedDense(Equalized):
    """A dense layer whose kernel is scaled when it is used.

    Optimizers such as Adam change each weight by about the learning rate,
    whatever its scale. Here all weights have the scale 1, so all layers learn
    at the same speed, and the scale that keeps the variance of the inputs is a
    constant:

    ```
    y = activation(x (W gain m / sqrt(fan_in)) + b m),   W ~ N(0, 1 / m^2)
    ```

    with the learning-rate multiplier m.

    Args:
        units: Number of outputs.
        gain: Factor of the kernel, not 0; sqrt(2) before a ReLU keeps the
            variance.
        learning_rate_multiplier: m, how fast the layer learns compared to
            others, above 0.
        use_bias: Whether there is a bias.
        bias_initializer: `"zeros"` or `"ones"`, what is added at first.
        activation: As in Keras' layers.
        seed: Integer that determines the initial weights, or None.
        **kwargs: As in `keras.layers.Layer`.

    Input shape: `(batch, ..., channels)`. Output shape: `(batch, ..., units)`.

    Raises:
        TypeError, ValueError: If an argument is not valid.

    Example:

    >>> layer = EqualizedDense(8, activation="relu", seed=1)
    >>> tuple(layer(keras.ops.ones((2, 3))).shape)
    (2, 8)

    Reference:
        Karras et al., "Progressive Growing of GANs", arXiv 1710.10196.
    """

    def __init__(
        self,
        units: int,
        *,
        gain: float = 1.0,
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
        self.units = positive_integer("units", units)

    def build(self, input_shape: Any) -> None:
        self.add_weights((input_shape[-1], self.units))
        self.built = True

    def call(self, inputs: Any) -> Any:
        return self.finished(ops.matmul(inputs, self.scaled_kernel()))

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units}
