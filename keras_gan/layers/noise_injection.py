"""Noise on the feature maps of a generator."""

from typing import Any

import keras
from keras import ops

from keras_gan import backend
from keras_gan.utils.maps import known_map


@keras.saving.register_keras_serializable(package="keras_gan")
class NoiseInjection(keras.layers.Layer):
    """Adds noise of a learned strength to all channels of a feature map.

    It draws details that are random, such as the places of hairs, so that the
    rest of the generator need not invent randomness.

    ```
    y = x + strength * n,    n ~ N(0, 1), one number for each pixel
    ```

    The strength is a scalar that starts at 0. Noise is drawn in training and
    afterwards, so the same latents give images that differ in details.

    Args:
        seed: Integer seed of the noise. None: a random one.
        **kwargs: As in `keras.layers.Layer`.

    Attributes:
        given_noise: Array `(1 or batch, height, width, 1)` that is added in
            place of what would be drawn, or None.
        noise_shape: `(1, height, width, 1)`, known when the layer is built.

    Input shape: `(batch, height, width, channels)`. Output shape: the same.

    Example:

    >>> layer = NoiseInjection(seed=1)
    >>> layer(keras.ops.ones((2, 4, 4, 3))).shape[1]
    4

    Reference:
        Karras et al., "A Style-Based Generator Architecture for Generative
        Adversarial Networks", arXiv 1812.04948.
    """

    given_noise = None

    def __init__(self, *, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = backend.ReplicaSeedGenerator(seed)

    def build(self, input_shape: Any) -> None:
        height, width, _ = known_map(self, input_shape)
        self.noise_shape = (1, height, width, 1)
        self.strength = self.add_weight(
            name="strength", shape=(), initializer="zeros"
        )
        self.built = True

    def call(self, inputs: Any) -> Any:
        noise = self.given_noise
        if noise is None:
            shape = (ops.shape(inputs)[0], *self.noise_shape[1:])
            noise = keras.random.normal(shape, seed=self.seed_generator)
        strength = ops.cast(self.strength, inputs.dtype)
        return inputs + strength * ops.cast(noise, inputs.dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "seed": self.seed}
