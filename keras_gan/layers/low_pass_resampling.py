"""Doubling and halving of feature maps with a low-pass filter."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_gan.utils.arguments import height_and_width
from keras_gan.utils.maps import along_both_axes, known_map


@keras.saving.register_keras_serializable(package="keras_gan")
class LowPassResampling2D(keras.layers.Layer):
    """Doubles or halves feature maps with the filter [1, 3, 3, 1].

    Strides alone cause aliasing, and the discriminator's gradient then has
    checkerboard artifacts. The filter is [1, 2, 1] * [1, 1] along each axis,
    normalized:

    ```
    halving:   y[i]      = (x[2i-1] + 3 x[2i] + 3 x[2i+1] + x[2i+2]) / 8
    doubling:  y[2i]     = (x[i-1] + 3 x[i]) / 4
               y[2i + 1] = (3 x[i] + x[i+1]) / 4
    ```

    The outermost pixels are repeated beyond the edge, so constant maps stay
    exactly constant. Each axis is resampled by a small matrix product, which
    has derivatives of every order and is the fastest form on a CPU.

    Args:
        size: `(height, width)` of the output in pixels. Each side must be that
            of the input, half of it (rounded up), or twice it (or one less,
            which reverses a halving that was rounded up).

    Input shape: `(batch, input_height, input_width, channels)`. Output shape:
    `(batch, height, width, channels)`.

    Raises:
        ValueError: If `size` is not two positive integers, or, when the layer
            is built, if a side cannot be reached in one step.

    Example:

    >>> layer = LowPassResampling2D((3, 10))
    >>> tuple(layer(keras.ops.ones((1, 6, 5, 2))).shape)
    (1, 3, 10, 2)

    Reference:
        Huang et al., "The GAN is dead; long live the GAN!", arXiv 2501.05441.
    """

    def __init__(self, size: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.size = height_and_width("size", size)

    def build(self, input_shape: Any) -> None:
        height, width, _ = known_map(self, input_shape)
        self._rows = _resampling_matrix(height, self.size[0])
        self._columns = _resampling_matrix(width, self.size[1])
        self.built = True

    def call(self, inputs: Any) -> Any:
        return along_both_axes(inputs, self._rows, self._columns)

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        return (input_shape[0], *self.size, input_shape[-1])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "size": self.size}


def _resampling_matrix(input_side: int, output_side: int) -> np.ndarray:
    """`(output_side, input_side)`: one row of taps per output pixel."""
    if output_side == input_side:
        return np.eye(input_side, dtype="float32")
    if output_side == (input_side + 1) // 2:
        taps = _halving_taps
    elif input_side == (output_side + 1) // 2:
        taps = _doubling_taps
    else:
        raise ValueError(
            "`size` must keep, halve or double each side of the input. "
            f"Received: a side of {input_side} px to become {output_side} px. "
            "Chain several layers for larger factors."
        )
    matrix = np.zeros((output_side, input_side), dtype="float32")
    for pixel, row in enumerate(matrix):
        for position, weight in taps(pixel).items():
            row[min(max(position, 0), input_side - 1)] += weight
    return matrix / matrix.sum(axis=1, keepdims=True)


def _halving_taps(pixel: int) -> dict[int, int]:
    """Input positions (some beyond the edge) and weights of one pixel."""
    first = 2 * pixel
    return {first - 1: 1, first: 3, first + 1: 3, first + 2: 1}


def _doubling_taps(pixel: int) -> dict[int, int]:
    nearest = pixel // 2
    return {nearest: 3, nearest + (1 if pixel % 2 else -1): 1}
