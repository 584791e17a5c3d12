"""A learned constant, from which a style-based generator starts."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan.utils.arguments import optional_seed, positive_integer


@keras.saving.register_keras_serializable(package="keras_gan")
class ConstantMaps(keras.layers.Layer):
    """Repeats learned feature maps for each sample, whatever the input is.

    ```
    y[i] = constant,    constant ~ N(0, 1) at the start
    ```

    Args:
        shape: `(height, width, channels)` of the maps.
        seed: Integer that determines the initial maps, or None.
        **kwargs: As in `keras.layers.Layer`.

    Input shape: `(batch, ...)`. Output shape: `(batch, height, width,
    channels)`.

    Raises:
        ValueError: If the shape is not three positive integers.

    Example:

    >>> layer = ConstantMaps((4, 4, 8), seed=1)
    >>> tuple(layer(keras.ops.ones((2, 3))).shape)
    (2, 4, 4, 8)

    Reference:
        Karras et al., "A Style-Based Generator Architecture for Generative
        Adversarial Networks", arXiv 1812.04948.
    """

    def __init__(
        self, shape: Sequence[int], *, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if not isinstance(shape, (tuple, list)) or len(shape) != 3:
            raise ValueError(
                "`shape` must be (height, width, channels). Received: "
                f"shape={shape!r}."
            )
        self.shape = tuple(positive_integer("shape", side) for side in shape)
        self.seed = optional_seed(seed)

    def build(self, input_shape: Any) -> None:
        self.constant = self.add_weight(
            name="constant",
            shape=self.shape,
            initializer=keras.initializers.RandomNormal(
                stddev=1.0, seed=self.seed
            ),
        )
        self.built = True

    def call(self, inputs: Any) -> Any:
        size = ops.shape(inputs)[0]
        constant = ops.convert_to_tensor(self.constant)
        return ops.broadcast_to(constant[None], (size, *self.shape))

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        return (input_shape[0], *self.shape)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "shape": self.shape, "seed": self.seed}
