"""Padding up to a size that a network can halve."""

from typing import Any

import keras
from keras import ops

from keras_gan.utils.arguments import integer


@keras.saving.register_keras_serializable(package="keras_gan")
class PaddingToMultiple(keras.layers.Layer):
    """Pads height and width up to a multiple, mirrored at the far edges.

    A network that halves its images n times and doubles them again needs sides
    that are multiples of 2**n. With this layer before and `CropLike` behind it
    takes images of every size, which may be known only at run time:

    ```
    y[i] = x[i] for i < n,    y[n - 1 + i] = x[n - 1 - i] for i >= 1
    ```

    and back from the other edge where the image is too small for that.

    Args:
        multiple: What height and width of the output are multiples of, at
            least 1.
        at_least: Smallest height and width of the output.

    Input and output shape: `(batch, height, width, channels)`. An image of a
    size that fits is returned as it is.

    Raises:
        ValueError: If an argument is not an integer of at least 1.

    Example:

    >>> x = np.arange(3.0).reshape(1, 1, 3, 1)
    >>> keras.ops.convert_to_numpy(PaddingToMultiple(4)(x)[0, 0, :, 0])
    array([0., 1., 2., 1.], dtype=float32)
    """

    def __init__(
        self, multiple: int = 1, *, at_least: int = 1, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.multiple = integer("multiple", multiple, at_least=1)
        self.at_least = integer("at_least", at_least, at_least=1)

    def call(self, inputs: Any) -> Any:
        x = inputs
        for axis in (1, 2):
            side = ops.shape(x)[axis]
            wanted = self._padded(side)
            # The size may be a tensor, which is compared at run time.
            if isinstance(side, int) and side == wanted:
                continue
            x = ops.take(x, _mirrored(wanted, side), axis=axis)
        return x

    def _padded(self, side: Any) -> Any:
        # The smallest multiple that is large enough is known beforehand.
        smallest = -(-self.at_least // self.multiple) * self.multiple
        wanted = side + -side % self.multiple
        larger = max if isinstance(side, int) else ops.maximum
        return larger(wanted, smallest)

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        batch, *sides, channels = input_shape
        padded = (s if s is None else self._padded(s) for s in sides)
        return (batch, *padded, channels)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "multiple": self.multiple,
            "at_least": self.at_least,
        }


def _mirrored(length: Any, side: Any) -> Any:
    """The pixels of an axis that a padded one of `length` pixels shows."""
    last = side - 1
    there_and_back = ops.maximum(2 * last, 1)
    position = ops.arange(length, dtype="int32") % there_and_back
    return ops.minimum(position, ops.maximum(2 * last, 0) - position)
