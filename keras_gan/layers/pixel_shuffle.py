"""From channels to pixels."""

from typing import Any

import keras
from keras import ops

from keras_gan.utils.arguments import integer


@keras.saving.register_keras_serializable(package="keras_gan")
class PixelShuffle(keras.layers.Layer):
    """Makes larger images of fewer channels.

    Networks for super-resolution compute at the low resolution, which is
    cheap, and spread `factor ** 2` groups of channels over pixels at the end:

    ```
    y[b, factor * h + i, factor * w + j, c]
        = x[b, h, w, (factor * i + j) * channels + c]
    ```

    `PixelUnshuffle` reverses it.

    Args:
        factor: Ratio of the sides of output and input, at least 1.

    Input shape: `(batch, height, width, factor ** 2 * channels)`. Output
    shape: `(batch, factor * height, factor * width, channels)`.

    Raises:
        ValueError: If `factor` is not an integer of at least 1, or, when the
            layer is built, if its square does not divide the channels.

    Example:

    >>> x = np.arange(4.0).reshape(1, 1, 1, 4)
    >>> keras.ops.convert_to_numpy(PixelShuffle(2)(x)[0, :, :, 0])
    array([[0., 1.],
           [2., 3.]], dtype=float32)

    Reference:
        Shi et al., "Real-Time Single Image and Video Super-Resolution Using
        an Efficient Sub-Pixel Convolutional Neural Network", arXiv 1609.05158.
    """

    def __init__(self, factor: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.factor = integer("factor", factor, at_least=1)

    def build(self, input_shape: Any) -> None:
        if input_shape[-1] % self.factor**2:
            raise ValueError(
                "The number of channels must be divisible by the square of "
                f"`factor`. Received: factor={self.factor} and "
                f"{input_shape[-1]} channels. Let the layer before have "
                f"{self.factor**2} times the channels that you want."
            )

    def call(self, inputs: Any) -> Any:
        _, height, width, channels = ops.shape(inputs)
        n = self.factor
        x = ops.reshape(inputs, (-1, height, width, n, n, channels // n**2))
        x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
        return ops.reshape(x, (-1, height * n, width * n, channels // n**2))

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        batch, *sides, channels = input_shape
        larger = (
            side if side is None else side * self.factor for side in sides
        )
        return (batch, *larger, channels // self.factor**2)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}
