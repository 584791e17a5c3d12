"""Normalization of each channel of each image by itself."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_gan")
class InstanceNormalization(keras.layers.Layer):
    """Normalizes each channel of each image over its height and width.

    It removes the contrast of an image, so that a network that translates
    images does not depend on it, nor on the other images of the batch:

    ```
    y[b, h, w, c] = gain[c] * (x - mean[b, c]) / sqrt(variance[b, c] + epsilon)
                    + offset[c]
    ```

    A bias of the layer before is removed with the mean; `offset` is the bias
    that has an effect. `keras.layers.GroupNormalization(groups=-1)` computes
    the same, but on PyTorch as a difference of squares, which may be negative
    for a nearly constant channel: with a small `epsilon` the result is NaN.
    Here the mean is subtracted first.

    Args:
        center: Whether there is a trained `offset`.
        scale: Whether there is a trained `gain`.
        epsilon: Added to the variance, above 0.

    Input and output shape: `(batch, height, width, channels)`. Means and
    variances are computed in float32.

    Raises:
        ValueError: If `epsilon` is not above 0.

    Example:

    >>> layer = InstanceNormalization()
    >>> x = np.array([-3.0, 1.0, 3.0, -1.0]).reshape(1, 2, 2, 1)
    >>> round(float(keras.ops.std(layer(x))), 3)
    1.0

    Reference:
        Ulyanov, Vedaldi and Lempitsky, "Instance Normalization: The Missing
        Ingredient for Fast Stylization", arXiv 1607.08022.
    """

    def __init__(
        self,
        *,
        center: bool = True,
        scale: bool = True,
        epsilon: float = 1e-5,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not epsilon > 0:
            raise ValueError(
                "`epsilon` must be above 0, or constant channels are divided "
                f"by 0. Received: epsilon={epsilon}. The default is 1e-5."
            )
        self.center = bool(center)
        self.scale = bool(scale)
        self.epsilon = float(epsilon)

    def build(self, input_shape: Any) -> None:
        shape = (input_shape[-1],)
        if self.scale:
            self.gain = self.add_weight(
                name="gain", shape=shape, initializer="ones"
            )
        if self.center:
            self.offset = self.add_weight(
                name="offset", shape=shape, initializer="zeros"
            )

    def call(self, inputs: Any) -> Any:
        x = ops.cast(inputs, "float32")
        x = x - ops.mean(x, axis=(1, 2), keepdims=True)
        variance = ops.mean(ops.square(x), axis=(1, 2), keepdims=True)
        factor = ops.rsqrt(variance + self.epsilon)
        if self.scale:
            factor = factor * ops.cast(self.gain, "float32")
        x = x * factor
        if self.center:
            x = x + ops.cast(self.offset, "float32")
        return ops.cast(x, self.compute_dtype)

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "center": self.center,
            "scale": self.scale,
            "epsilon": self.epsilon,
        }
