"""A low-pass filter on feature maps, around strided convolutions."""

from typing import Any

import keras
import numpy as np

from keras_gan.utils.arguments import finite, integer
from keras_gan.utils.maps import along_both_axes, known_map

_TAPS = np.array([1.0, 3.0, 3.0, 1.0], "float32") / 8.0


@keras.saving.register_keras_serializable(package="keras_gan")
class LowPassFilter2D(keras.layers.Layer):
    """Filters feature maps with [1, 3, 3, 1] along each axis.

    Convolutions of stride 2 cause aliasing: a filter before one that halves a
    map, and after one that doubles it, prevents that.

    ```
    y[i] = gain / 8 * (x[i-p] + 3 x[i-p+1] + 3 x[i-p+2] + x[i-p+3])
    ```

    along both axes, where p is the padding, of zeros. Each axis is filtered by
    a small matrix product, which has derivatives of every order.

    Args:
        padding: Zeros at each edge, 0 to 3. The sides grow by twice as much
            less 3.
        gain: Factor of each axis: 2 where zeros were inserted between pixels.
        **kwargs: As in `keras.layers.Layer`.

    Input shape: `(batch, height, width, channels)`. Output shape: `(batch,
    height + 2 * padding - 3, width + 2 * padding - 3, channels)`.

    Raises:
        ValueError: If an argument is not valid.

    Example:

    >>> layer = LowPassFilter2D(padding=2)
    >>> tuple(layer(keras.ops.ones((1, 4, 5, 2))).shape)
    (1, 5, 6, 2)

    Reference:
        Karras et al., "A Style-Based Generator Architecture for Generative
        Adversarial Networks", arXiv 1812.04948.
    """

    def __init__(self, padding: int, *, gain: float = 1.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.padding = integer("padding", padding, at_least=0)
        self.gain = finite("gain", gain)
        if self.padding > 3:
            raise ValueError(
                "`padding` must be at most 3, or the edge is zeros only. "
                f"Received: padding={padding}."
            )

    def build(self, input_shape: Any) -> None:
        height, width, _ = known_map(self, input_shape)
        self._rows, self._columns = map(self._matrix, (height, width))
        self.built = True

    def call(self, inputs: Any) -> Any:
        return along_both_axes(inputs, self._rows, self._columns)

    def _matrix(self, side: int) -> np.ndarray:
        """`(output_side, side)`: one row of taps for each output pixel."""
        grown = side + 2 * self.padding
        matrix = np.zeros((grown - 3, grown), "float32")
        for pixel, row in enumerate(matrix):
            row[pixel : pixel + 4] = self.gain * _TAPS
        return matrix[:, self.padding : self.padding + side]

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        batch, height, width, channels = input_shape
        more = 2 * self.padding - 3
        return (batch, height + more, width + more, channels)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "padding": self.padding,
            "gain": self.gain,
        }
