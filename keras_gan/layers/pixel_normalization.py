"""Features with a mean square of 1 at each pixel."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_gan")
class PixelNormalization(keras.layers.Layer):
    """Scales the features of each pixel to a mean square of 1.

    It keeps the signals of a generator from growing without bound, and
    normalizes the latents of StyleGAN's mapping network.

    ```
    y = x / sqrt(mean over channels of x^2 + epsilon)
    ```

    Args:
        epsilon: Added to the mean square, above 0.
        **kwargs: As in `keras.layers.Layer`.

    Input shape: `(batch, ..., channels)`. Output shape: the same.

    Raises:
        ValueError: If `epsilon` is not above 0.

    Example:

    >>> layer = PixelNormalization()
    >>> keras.ops.convert_to_numpy(layer(np.array([[3.0, -3.0]]))).tolist()
    [[1.0, -1.0]]

    Reference:
        Karras et al., "Progressive Growing of GANs", arXiv 1710.10196.
    """

    def __init__(self, epsilon: float = 1e-8, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not epsilon > 0:
            raise ValueError(
                "`epsilon` must be above 0, or features that are all 0 become "
                f"NaN. Received: epsilon={epsilon}. The default is 1e-8."
            )
        self.epsilon = float(epsilon)

    def call(self, inputs: Any) -> Any:
        # In float32: in float16, `epsilon` is 0 and squares overflow.
        features = ops.cast(inputs, "float32")
        squares = ops.mean(ops.square(features), axis=-1, keepdims=True)
        return ops.cast(
            features * ops.rsqrt(squares + self.epsilon), inputs.dtype
        )

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "epsilon": self.epsilon}
