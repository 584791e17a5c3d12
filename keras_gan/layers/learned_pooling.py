"""From a feature map to a vector."""

from typing import Any

import keras
from keras import ops

from keras_gan.utils.maps import known_map


@keras.saving.register_keras_serializable(package="keras_gan")
class LearnedPooling(keras.layers.Layer):
    """Sums each channel over space with learned weights.

    This equals a depthwise convolution with a kernel as large as the map, but
    is written as a product and a sum, whose second derivatives are cheap on
    every device:

    ```
    y[b, c] = sum_hw kernel[h, w, c] * x[b, h, w, c]
    ```

    Args:
        kernel_initializer: Keras initializer of the weights. Default: normal
            with standard deviation 1 / sqrt(height * width), which keeps the
            input's variance.

    Input shape: `(batch, height, width, channels)`. Output shape:
    `(batch, channels)`.

    Example:

    >>> layer = LearnedPooling(kernel_initializer="ones")
    >>> float(layer(keras.ops.ones((1, 4, 4, 1)))[0, 0])
    16.0

    Reference:
        Huang et al., "The GAN is dead; long live the GAN!", arXiv 2501.05441.
    """

    def __init__(self, *, kernel_initializer: Any = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape: Any) -> None:
        height, width, channels = known_map(self, input_shape)
        # Not stored: building a layer must not change its config.
        default = keras.initializers.RandomNormal(
            stddev=(height * width) ** -0.5
        )
        self.kernel = self.add_weight(
            name="kernel",
            shape=(height, width, channels),
            initializer=self.kernel_initializer or default,
        )

    def call(self, inputs: Any) -> Any:
        return ops.sum(inputs * self.kernel, axis=(1, 2))

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        return (input_shape[0], input_shape[-1])

    def get_config(self) -> dict[str, Any]:
        initializer = keras.initializers.serialize(self.kernel_initializer)
        return {**super().get_config(), "kernel_initializer": initializer}
