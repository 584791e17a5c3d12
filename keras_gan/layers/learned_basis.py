"""From a vector to a feature map."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.utils.arguments import height_and_width


@keras.saving.register_keras_serializable(package="keras_gan")
class LearnedBasis(keras.layers.Layer):
    """Turns a vector into a feature map, with a learned basis.

    It makes the first feature map of a generator: channel c is a learned map of
    `height x width` weights, scaled by entry c of the input:

    ```
    y[b, h, w, c] = basis[h, w, c] * x[b, c]
    ```

    Args:
        size: `(height, width)` of the feature map in pixels.
        basis_initializer: Keras initializer of the basis. Default: normal
            with standard deviation 1, which keeps the input's variance.

    Input shape: `(batch, channels)`. Output shape:
    `(batch, height, width, channels)`.

    Example:

    >>> layer = LearnedBasis((4, 4))
    >>> tuple(layer(keras.ops.ones((2, 3))).shape)
    (2, 4, 4, 3)

    Reference:
        Huang et al., "The GAN is dead; long live the GAN!", arXiv 2501.05441.
    """

    def __init__(
        self,
        size: Sequence[int],
        *,
        basis_initializer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.size = height_and_width("size", size)
        if basis_initializer is None:
            basis_initializer = keras.initializers.RandomNormal(stddev=1.0)
        self.basis_initializer = keras.initializers.get(basis_initializer)

    def build(self, input_shape: Any) -> None:
        self.basis = self.add_weight(
            name="basis",
            shape=(*self.size, input_shape[-1]),
            initializer=self.basis_initializer,
        )

    def call(self, inputs: Any) -> Any:
        return inputs[:, None, None, :] * self.basis

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        return (input_shape[0], *self.size, input_shape[-1])

    def get_config(self) -> dict[str, Any]:
        initializer = keras.initializers.serialize(self.basis_initializer)
        return {
            **super().get_config(),
            "size": self.size,
            "basis_initializer": initializer,
        }
