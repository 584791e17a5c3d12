"""From pixels to channels."""

from typing import Any

import keras
from keras import ops

from keras_gan.utils.arguments import integer


@keras.saving.register_keras_serializable(package="keras_gan")
class PixelUnshuffle(keras.layers.Layer):
    """Makes smaller images of more channels, without loss.

    Every square of `factor ** 2` pixels becomes one pixel, so that the layers
    that follow are cheaper and see further. It reverses `PixelShuffle`:

    ```
    y[b, h, w, (factor * i + j) * channels + c]
        = x[b, factor * h + i, factor * w + j, c]
    ```

    Args:
        factor: Ratio of the sides of input and output, at least 1.

    Input shape: `(batch, factor * height, factor * width, channels)`. Output
    shape: `(batch, height, width, factor ** 2 * channels)`.

    Raises:
        ValueError: If `factor` is not an integer of at least 1, or, when the
            layer is built, if it does not divide height and width.

    Example:

    >>> x = np.arange(4.0).reshape(1, 2, 2, 1)
    >>> keras.ops.convert_to_numpy(PixelUnshuffle(2)(x)[0, 0])
    array([[0., 1., 2., 3.]], dtype=float32)

    Reference:
        Wang et al., "Real-ESRGAN: Training Real-World Blind Super-Resolution
        with Pure Synthetic Data", arXiv 2107.10833.
    """

    def __init__(self, factor: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.factor = integer("factor", factor, at_least=1)

    def build(self, input_shape: Any) -> None:
        sides = [side for side in input_shape[1:3] if side is not None]
        if any(side % self.factor for side in sides):
            raise ValueError(
                "Height and width must be divisible by `factor`. Received: "
                f"factor={self.factor} and images of shape "
                f"{tuple(input_shape[1:])}. Pad the images with "
                f"`PaddingToMultiple({self.factor})` before."
            )

    def call(self, inputs: Any) -> Any:
        _, height, width, channels = ops.shape(inputs)
        n = self.factor
        height, width = height // n, width // n
        x = ops.reshape(inputs, (-1, height, n, width, n, channels))
        x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
        return ops.reshape(x, (-1, height, width, channels * n**2))

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        batch, *sides, channels = input_shape
        smaller = (s if s is None else s // self.factor for s in sides)
        return (batch, *smaller, channels * self.factor**2)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}
