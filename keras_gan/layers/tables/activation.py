"""`TableActivation`: the last layer of a generator of tables."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan import backend
from keras_gan.layers.gumbel_noise import gumbel_noise
from keras_gan.layers.tables.segments import Segments
from keras_gan.utils.arguments import integer, number_in, positive_integer


@keras.saving.register_keras_serializable(package="keras_gan")
class TableActivation(keras.layers.Layer):
    """Turns outputs of a generator into rows of a table.

    Numbers are bounded by tanh. Each choice, a mode or a category, is drawn
    with the Gumbel-softmax, which has a gradient:

    ```
    y = softmax((x + n) / temperature),  n = -log(-log(u)),  u ~ U(0, 1)
    ```

    The largest entry of y is a draw from softmax(x) at every temperature; low
    ones bring y closer to one-hot vectors. Noise is drawn in training and
    afterwards.

    Args:
        num_values: How many of the first entries are numbers.
        sizes: Number of options of each choice, in the order of the entries.
        temperature: Positive number.
        seed: Integer seed of the noise. None: a random one.
        **kwargs: As in `keras.layers.Layer`.

    Input shape: `(batch, num_values + sum(sizes))`. Output shape: the same,
    float32.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> layer = TableActivation(1, [3], seed=1)
    >>> row = layer(keras.ops.zeros((1, 4)))
    >>> round(float(keras.ops.sum(row[0, 1:])), 5)
    1.0

    Reference:
        [Jang, Gu and Poole, 2016](https://arxiv.org/abs/1611.01144),
        [Xu et al., 2019](https://arxiv.org/abs/1907.00503).
    """

    def __init__(
        self,
        num_values: int,
        sizes: Sequence[int],
        *,
        temperature: float = 0.2,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        # In half precision the logarithms of small numbers would be infinite.
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.num_values = integer("num_values", num_values, at_least=0)
        self.sizes = tuple(positive_integer("sizes", one) for one in sizes)
        self.temperature = number_in("temperature", temperature, "(0, inf)")
        self.seed = seed
        self.seed_generator = backend.ReplicaSeedGenerator(seed)
        self._segments = Segments(self.sizes) if self.sizes else None

    def call(self, inputs: Any) -> Any:
        values = ops.tanh(inputs[:, : self.num_values])
        if self._segments is None:
            return values
        logits = inputs[:, self.num_values :]
        noise = gumbel_noise(ops.shape(logits), self.seed_generator)
        choices = self._segments.apply(
            ops.softmax, (logits + noise) / self.temperature
        )
        return ops.concatenate([values, choices], axis=1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_values": self.num_values,
            "sizes": list(self.sizes),
            "temperature": self.temperature,
            "seed": self.seed,
        }
