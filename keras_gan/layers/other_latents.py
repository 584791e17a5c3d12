"""Second latents of each sample, for the mixing of styles."""

from typing import Any

import keras
from keras import ops

from keras_gan import backend


@keras.saving.register_keras_serializable(package="keras_gan")
class OtherLatents(keras.layers.Layer):
    """Draws other latents for each sample in training, for `StyleMixing`.

    ```
    y ~ N(0, 1) in training, y = x otherwise
    ```

    Args:
        seed: Integer seed of the latents. None: a random one.
        **kwargs: As in `keras.layers.Layer`.

    Input shape: `(batch, latent_dim)`. Output shape: the same.

    Example:

    >>> layer = OtherLatents(seed=1)
    >>> float(keras.ops.sum(layer(keras.ops.ones((2, 4)))))
    8.0

    Reference:
        Karras et al., "A Style-Based Generator Architecture for Generative
        Adversarial Networks", arXiv 1812.04948.
    """

    def __init__(self, *, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = backend.ReplicaSeedGenerator(seed)

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        if not training:
            return inputs
        return keras.random.normal(
            ops.shape(inputs),
            dtype=self.compute_dtype,
            seed=self.seed_generator,
        )

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "seed": self.seed}
