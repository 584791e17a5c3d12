"""`GumbelSoftmax`: draws tokens, with a gradient."""

from typing import Any

import keras
from keras import ops

from keras_gan import backend
from keras_gan.layers.gumbel_noise import gumbel_noise
from keras_gan.utils.arguments import number_in


class DrawsTokens(keras.layers.Layer):
    """The base of layers that draw tokens.

    Args:
        relaxation: Temperature of the softmax that stands for the draw in the
            gradient, positive.
        seed: Integer seed of the draws. None: a random one.
        **kwargs: As in `keras.layers.Layer`.

    Attributes:
        temperature: Scalar that logits are divided by, a weight that is not
            trained. It is 1 but for drawing other texts than in training.
    """

    def __init__(
        self,
        *,
        relaxation: float = 1.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        # In half precision the logarithms of small numbers would be infinite.
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.relaxation = number_in("relaxation", relaxation, "(0, inf)")
        self.seed = seed
        self.seed_generator = backend.ReplicaSeedGenerator(seed)

    def make_temperature(self) -> None:
        """Creates the weight `temperature`."""
        self.temperature = self.add_weight(
            shape=(), initializer="ones", trainable=False, name="temperature"
        )

    def noise(self, shape: Any) -> Any:
        """Draws Gumbel noise.

        Args:
            shape: Its shape.
        """
        return gumbel_noise(shape, self.seed_generator)

    def draw(self, logits: Any, noise: Any) -> Any:
        """Returns one-hot draws with the gradient of the soft ones.

        Args:
            logits: Tensor `(..., vocabulary)`.
            noise: What `noise` drew, of the same shape.
        """
        noisy = logits / self.temperature + noise
        soft = ops.softmax(noisy / self.relaxation)
        hard = ops.one_hot(
            ops.argmax(noisy, axis=-1), noisy.shape[-1], dtype="float32"
        )
        return ops.stop_gradient(hard - soft) + soft

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "relaxation": self.relaxation,
            "seed": self.seed,
        }


@keras.saving.register_keras_serializable(package="keras_gan")
class GumbelSoftmax(DrawsTokens):
    """Draws a token at each place of a sequence (straight-through).

    ```
    s = x / temperature + n,  n = -log(-log(u)),  u ~ U(0, 1)
    y = onehot(argmax(s)),  dy/dx = dsoftmax(s / relaxation)/dx
    ```

    y is a draw from softmax(x / temperature). Noise is drawn in training and
    afterwards.

    Args:
        relaxation: Temperature of the softmax in the gradient, positive: low
            ones make it closer to the draw and noisier.
        seed: Integer seed of the draws. None: a random one.
        **kwargs: As in `keras.layers.Layer`.

    Input shape: `(batch, length, vocabulary)`, logits. Output shape: the same,
    float32, one-hot but for rounding.

    Attributes:
        temperature: Weight that is not trained, 1 in training.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> layer = GumbelSoftmax(seed=1)
    >>> tokens = layer(keras.ops.zeros((1, 4, 3)))
    >>> keras.ops.convert_to_numpy(tokens).round(5).sum(axis=2).tolist()
    [[1.0, 1.0, 1.0, 1.0]]

    Reference:
        [Jang, Gu and Poole, 2016](https://arxiv.org/abs/1611.01144).
    """

    def build(self, input_shape: Any) -> None:
        self.make_temperature()

    def call(self, inputs: Any) -> Any:
        return self.draw(inputs, self.noise(ops.shape(inputs)))

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape
