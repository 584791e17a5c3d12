"""A level of a growing network that replaces the one before it."""

from typing import Any

import keras

from keras_gan.layers.growth import mixed
from keras_gan.utils.arguments import integer


@keras.saving.register_keras_serializable(package="keras_gan")
class FadeIn(keras.layers.Layer):
    """Goes from the result without a level to that with it.

    ```
    y = (1 - a) old + a new,   a = clip(growth - (level - 1), 0, 1)
    ```

    Args:
        level: Number of the level, from 1 on.
        **kwargs: As in `keras.layers.Layer`.

    Inputs: a list of two tensors of the same shape and type, `old` and `new`,
    and of the output of `Growth`. Output: a tensor of that shape and type.

    Raises:
        ValueError: If `level` is below 1.

    Example:

    >>> old, new = np.zeros((1, 2, 2, 1)), np.ones((1, 2, 2, 1))
    >>> float(keras.ops.mean(FadeIn(2)([old, new, np.array(1.25)])))
    0.25

    Reference:
        Karras et al., "Progressive Growing of GANs", arXiv 1710.10196.
    """

    def __init__(self, level: int, **kwargs: Any) -> None:
        # The growth must stay in float32.
        super().__init__(autocast=False, **kwargs)
        self.level = integer("level", level, at_least=1)

    def call(self, inputs: Any) -> Any:
        old, new, growth = inputs
        return mixed(old, new, growth, self.level)

    def compute_output_spec(self, inputs: Any) -> Any:
        return keras.KerasTensor(inputs[1].shape, dtype=inputs[1].dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape[1]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "level": self.level}
