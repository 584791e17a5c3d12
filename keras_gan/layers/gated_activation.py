"""An activation that learns where to let features pass."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_gan")
class GatedActivation(keras.layers.Layer):
    """Multiplies one half of the channels by gates made of the other half.

    After a convolution it is a gated convolution, which learns for every
    channel and pixel how much of a feature is valid. Networks that fill holes
    need it: around a hole, some inputs of a convolution mean nothing.

    ```
    features, gates = x[..., :n], x[..., n:]
    y = activation(features) * sigmoid(gates)
    ```

    Args:
        activation: Name of a Keras activation, or a callable that Keras can
            serialize.

    Input shape: `(batch, ..., 2 * n)`. Output shape: `(batch, ..., n)`.

    Raises:
        ValueError: If the activation is unknown, or, when the layer is built,
            if the number of channels is odd.

    Example:

    >>> x = np.array([[3.0, -2.0, 0.0, 0.0]])
    >>> keras.ops.convert_to_numpy(GatedActivation("relu")(x))
    array([[1.5, 0. ]], dtype=float32)

    Reference:
        Yu et al., "Free-Form Image Inpainting with Gated Convolution",
        arXiv 1806.03589.
    """

    def __init__(self, activation: Any = "elu", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = keras.activations.get(activation)

    def build(self, input_shape: Any) -> None:
        if input_shape[-1] % 2:
            raise ValueError(
                "Half of the channels are gates, so their number must be even. "
                f"Received: {input_shape[-1]} channels. Let the layer before "
                "have twice the channels that you want."
            )

    def call(self, inputs: Any) -> Any:
        features, gates = ops.split(inputs, 2, axis=-1)
        return self.activation(features) * ops.sigmoid(gates)

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        return (*input_shape[:-1], input_shape[-1] // 2)

    def get_config(self) -> dict[str, Any]:
        activation = keras.activations.serialize(self.activation)
        return {**super().get_config(), "activation": activation}
