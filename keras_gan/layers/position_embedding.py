"""Learned vectors of the places of a feature map."""

from typing import Any

import keras

from keras_gan.utils.arguments import number_in, optional_seed


@keras.saving.register_keras_serializable(package="keras_gan")
class PositionEmbedding2D(keras.layers.Layer):
    """Adds a learned vector to each pixel of a feature map.

    Attention does not know where a pixel is; this tells it.

    ```
    y[b, h, w] = x[b, h, w] + embedding[h, w]
    ```

    Args:
        stddev: Standard deviation of the first embeddings, above 0.
        seed: Integer that determines the initial weights, or None.
        **kwargs: As in `keras.layers.Layer`.

    Input shape: `(batch, height, width, channels)`. Output shape: the same.

    Example:

    >>> layer = PositionEmbedding2D(seed=1)
    >>> tuple(layer(np.zeros((2, 4, 4, 3), "float32")).shape)
    (2, 4, 4, 3)

    Reference:
        Dosovitskiy et al., "An Image is Worth 16x16 Words", arXiv 2010.11929.
    """

    def __init__(
        self, stddev: float = 0.02, *, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.stddev = number_in("stddev", stddev, "(0, inf)")
        self.seed = optional_seed(seed)

    def build(self, input_shape: Any) -> None:
        self.embedding = self.add_weight(
            name="embedding",
            shape=input_shape[1:],
            initializer=keras.initializers.RandomNormal(
                stddev=self.stddev, seed=self.seed
            ),
        )

    def call(self, inputs: Any) -> Any:
        return inputs + self.embedding

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "stddev": self.stddev,
            "seed": self.seed,
        }
