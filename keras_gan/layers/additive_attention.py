"""Attention whose cost is linear in the number of pixels."""

from typing import Any

import keras
from keras import ops

from keras_gan.utils.arguments import optional_seed, positive_integer


@keras.saving.register_keras_serializable(package="keras_gan")
class AdditiveAttention2D(keras.layers.Layer):
    """Additive attention of the pixels of a feature map (Fastformer).

    Instead of comparing all pairs of pixels, each head sums up the queries of
    all pixels in one vector, with learned weights, and multiplies keys and
    values by it. Cost and memory are thus linear in the number n of pixels:

    ```
    a = softmax over pixels of (q W_a) / sqrt(channels / num_heads)
    g = sum over pixels of a q
    y = (g * k * v) W_o
    ```

    where q, k and v are linear in x, and a and g are those of each head.

    Args:
        num_heads: Number of heads; it must divide the channels.
        seed: Integer that determines the initial weights, or None.
        **kwargs: As in `keras.layers.Layer`.

    Input shape: `(batch, height, width, channels)`. Output shape: the same.

    Raises:
        TypeError, ValueError: If `num_heads` is not valid, or, when the layer
            is built, does not divide the channels.

    Example:

    >>> layer = AdditiveAttention2D(num_heads=2, seed=1)
    >>> tuple(layer(np.ones((2, 4, 4, 6), "float32")).shape)
    (2, 4, 4, 6)

    Reference:
        Morales-Juarez and Fuentes-Pineda, "Efficient generative adversarial
        networks using linear additive-attention Transformers", arXiv
        2401.09596.
    """

    def __init__(
        self, num_heads: int = 4, *, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.num_heads = positive_integer("num_heads", num_heads)
        self.seed = optional_seed(seed)

    def build(self, input_shape: Any) -> None:
        channels = input_shape[-1]
        if channels % self.num_heads:
            raise ValueError(
                "`num_heads` must divide the number of channels. Received: "
                f"num_heads={self.num_heads} and {channels} channels. Change "
                "either."
            )
        names = ("query", "key", "value", "output")
        self._projections = {
            name: self._weights(name, channels, channels, place)
            for place, name in enumerate(names)
        }
        self._attention = self._weights(
            "attention", channels, self.num_heads, len(names)
        )

    def _weights(self, name: str, rows: int, columns: int, place: int) -> Any:
        seed = None if self.seed is None else self.seed + place
        kernel = self.add_weight(
            name=f"{name}_kernel",
            shape=(rows, columns),
            initializer=keras.initializers.Orthogonal(seed=seed),
        )
        bias = self.add_weight(
            name=f"{name}_bias", shape=(columns,), initializer="zeros"
        )
        return kernel, bias

    def call(self, inputs: Any) -> Any:
        channels = inputs.shape[-1]
        tokens = ops.reshape(inputs, (ops.shape(inputs)[0], -1, channels))
        queries, keys, values = (
            _linear(tokens, *self._projections[name])
            for name in ("query", "key", "value")
        )
        depth = channels // self.num_heads
        logits = _linear(ops.cast(queries, "float32"), *self._attention)
        shares = ops.softmax(logits / depth**0.5, axis=1)
        shares = ops.cast(shares, queries.dtype)
        # (batch, pixels, channels), each channel with the share of its head.
        shares = ops.repeat(shares, depth, axis=-1)
        summary = ops.sum(shares * queries, axis=1, keepdims=True)
        mixed = _linear(summary * keys * values, *self._projections["output"])
        return ops.reshape(mixed, ops.shape(inputs))

    def kernels_in_use(self) -> list[tuple[Any, Any]]:
        """Each kernel twice, for regularization."""
        pairs = [*self._projections.values(), self._attention]
        return [(kernel, kernel) for kernel, _ in pairs]

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "seed": self.seed,
        }


def _linear(x: Any, kernel: Any, bias: Any) -> Any:
    return ops.matmul(x, ops.cast(kernel, x.dtype)) + ops.cast(bias, x.dtype)
