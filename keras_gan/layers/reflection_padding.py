"""Padding with the mirror image of what is inside the border."""

from typing import Any

import keras
from keras import ops

from keras_gan.utils.arguments import integer


@keras.saving.register_keras_serializable(package="keras_gan")
class ReflectionPadding2D(keras.layers.Layer):
    """Pads images with their mirror image on all four sides.

    Zeros around an image are an edge that convolutions see, and networks that
    make images draw it. A mirrored border continues the image:

    ```
    y[-i] = x[i],    y[n - 1 + i] = x[n - 1 - i]    for 1 <= i <= padding
    ```

    Args:
        padding: Pixels added on each side, at least 1. Height and width of the
            images must be greater.

    Input shape: `(batch, height, width, channels)`. Output shape:
    `(batch, height + 2 * padding, width + 2 * padding, channels)`.

    Raises:
        ValueError: If `padding` is not an integer of at least 1, or, when the
            layer is built, if the images are too small.

    Example:

    >>> x = np.arange(3.0).reshape(1, 1, 3, 1).repeat(2, axis=1)
    >>> keras.ops.convert_to_numpy(ReflectionPadding2D(1)(x)[0, 0, :, 0])
    array([1., 0., 1., 2., 1.], dtype=float32)
    """

    def __init__(self, padding: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.padding = integer("padding", padding, at_least=1)

    def build(self, input_shape: Any) -> None:
        sides = [side for side in input_shape[1:3] if side is not None]
        if any(side <= self.padding for side in sides):
            raise ValueError(
                "Height and width must be greater than `padding`, or there is "
                f"too little to mirror. Received: padding={self.padding} and "
                f"images of shape {tuple(input_shape[1:])}. Pad less, or "
                "enlarge the images."
            )

    def call(self, inputs: Any) -> Any:
        both = (self.padding, self.padding)
        return ops.pad(inputs, ((0, 0), both, both, (0, 0)), mode="reflect")

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        batch, *sides, channels = input_shape
        padded = (s if s is None else s + 2 * self.padding for s in sides)
        return (batch, *padded, channels)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "padding": self.padding}
