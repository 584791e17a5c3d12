"""Enlarging images by bilinear interpolation."""

from typing import Any

import keras
from keras import ops

from keras_gan.utils.arguments import integer


@keras.saving.register_keras_serializable(package="keras_gan")
class BilinearUpsampling2D(keras.layers.Layer):
    """Enlarges images by an integer factor, with bilinear interpolation.

    An output pixel is the weighted mean of the two nearest input pixels along
    each axis; beyond the edge, the outermost pixel is repeated:

    ```
    position(i) = (i + 0.5) / factor - 0.5
    y[i] = (1 - t) * x[floor(position)] + t * x[floor(position) + 1],
           t = position - floor(position)
    ```

    As `keras.layers.UpSampling2D(interpolation="bilinear")`, but also for sizes
    known only at run time, and with derivatives of every order, which gradient
    penalties need.

    Args:
        factor: Ratio of the sides of output and input, at least 1.

    Input shape: `(batch, height, width, channels)`. Output shape:
    `(batch, factor * height, factor * width, channels)`.

    Raises:
        ValueError: If `factor` is not an integer of at least 1.

    Example:

    >>> x = np.array([0.0, 4.0]).reshape(1, 1, 2, 1)
    >>> keras.ops.convert_to_numpy(BilinearUpsampling2D(2)(x)[0, 0, :, 0])
    array([0., 1., 3., 4.], dtype=float32)
    """

    def __init__(self, factor: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.factor = integer("factor", factor, at_least=1)

    def call(self, inputs: Any) -> Any:
        return self._enlarged(self._enlarged(inputs, axis=1), axis=2)

    def _enlarged(self, x: Any, axis: int) -> Any:
        def part(start: int | None, stop: int | None) -> Any:
            return x[(slice(None),) * axis + (slice(start, stop),)]

        before = ops.concatenate([part(None, 1), part(None, -1)], axis=axis)
        after = ops.concatenate([part(1, None), part(-1, None)], axis=axis)
        shifted = []
        for place in range(self.factor):
            offset = (place + 0.5) / self.factor - 0.5
            neighbor = before if offset < 0 else after
            shifted.append(x + abs(offset) * (neighbor - x))
        shape = list(ops.shape(x))
        shape[0], shape[axis] = -1, shape[axis] * self.factor
        return ops.reshape(ops.stack(shifted, axis=axis + 1), shape)

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        batch, *sides, channels = input_shape
        larger = (s if s is None else s * self.factor for s in sides)
        return (batch, *larger, channels)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}
