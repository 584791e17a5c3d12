"""Self-attention between the positions of a feature map."""

from typing import Any

import keras
from keras import ops

from keras_gan.layers.spectral_normalization import SpectralNormalization
from keras_gan.utils.arguments import integer, optional_seed
from keras_gan.utils.maps import known_map


@keras.saving.register_keras_serializable(package="keras_gan")
class SelfAttention(keras.layers.Layer):
    """Lets each position of a feature map see all others.

    Convolutions see a few pixels; attention makes distant parts of an image
    fit together. With 1x1 convolutions q, k, v and o without bias,

    ```
    weights = softmax(q(x) pool(k(x))^T)      over all pooled positions
    y = x + gamma * o(weights pool(v(x)))
    ```

    where pool takes the maximum of 2x2 positions. `gamma` is one trainable
    number that starts at 0, so that the layer starts as the identity.

    Args:
        key_divisor: The queries and keys have `channels // key_divisor`
            channels, at least 1.
        value_divisor: The same of the values.
        spectral_normalization: Whether to divide each kernel by its largest
            singular value.
        kernel_initializer: Name of one of Keras' initializers that take a
            `seed`.
        seed: Integer that determines the initial weights, or None.
        **kwargs: As of any Keras layer.

    Input shape: `(batch, height, width, channels)`. Output shape: the same.

    Raises:
        ValueError, TypeError: If an argument is invalid, or the input is no
            feature map of a known size.

    Example:

    >>> layer = SelfAttention(seed=1)
    >>> x = np.random.normal(size=(2, 4, 4, 8)).astype("float32")
    >>> np.array_equal(layer(x), x)
    True

    Reference:
        [Zhang et al., 2019](https://arxiv.org/abs/1805.08318), as in the
        authors' code, which pools keys and values.
    """

    def __init__(
        self,
        *,
        key_divisor: int = 8,
        value_divisor: int = 2,
        spectral_normalization: bool = True,
        kernel_initializer: str = "glorot_uniform",
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.key_divisor = integer("key_divisor", key_divisor, at_least=1)
        self.value_divisor = integer("value_divisor", value_divisor, at_least=1)
        self.spectral_normalization = bool(spectral_normalization)
        _seeded(kernel_initializer, None)
        self.kernel_initializer = kernel_initializer
        self.seed = optional_seed(seed)
        self.pool = keras.layers.MaxPooling2D(
            2,
            padding="same",
            data_format="channels_last",
            dtype=self.dtype_policy,
        )

    def build(self, input_shape: Any) -> None:
        *_, channels = known_map(self, input_shape)
        keys = max(1, channels // self.key_divisor)
        values = max(1, channels // self.value_divisor)
        self.queries = self._convolution("queries", keys, 0, input_shape)
        self.keys = self._convolution("keys", keys, 1, input_shape)
        self.values = self._convolution("values", values, 2, input_shape)
        self.output_convolution = self._convolution(
            "outputs", channels, 3, (*input_shape[:-1], values)
        )
        self.gamma = self.add_weight(
            name="gamma", shape=(), initializer="zeros"
        )

    def _convolution(self, name, filters, number, input_shape) -> Any:
        seed = None if self.seed is None else self.seed + number
        layer: Any = keras.layers.Conv2D(
            filters,
            1,
            use_bias=False,
            data_format="channels_last",
            kernel_initializer=_seeded(self.kernel_initializer, seed),
            dtype=self.dtype_policy,
            name=name,
        )
        if self.spectral_normalization:
            layer = SpectralNormalization(layer, seed=seed, name=name)
        layer.build(input_shape)
        return layer

    def call(self, x: Any, training: bool | None = None) -> Any:
        options = {"training": training} if self.spectral_normalization else {}
        queries = _positions(self.queries(x, **options))
        keys = _positions(self.pool(self.keys(x, **options)))
        values = _positions(self.pool(self.values(x, **options)))
        # In float32: scores of wide maps are beyond what half precision tells
        # apart.
        queries, keys = (ops.cast(one, "float32") for one in (queries, keys))
        scores = ops.matmul(queries, ops.transpose(keys, (0, 2, 1)))
        weights = ops.softmax(scores, axis=-1)
        attended = ops.matmul(ops.cast(weights, x.dtype), values)
        attended = ops.reshape(attended, (-1, *x.shape[1:3], values.shape[-1]))
        return x + self.gamma * self.output_convolution(attended, **options)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "key_divisor": self.key_divisor,
            "value_divisor": self.value_divisor,
            "spectral_normalization": self.spectral_normalization,
            "kernel_initializer": self.kernel_initializer,
            "seed": self.seed,
        }


def _seeded(name: str, seed: int | None) -> Any:
    """An initializer by its name, with a seed."""
    try:
        return type(keras.initializers.get(str(name)))(seed=seed)
    except (TypeError, ValueError) as error:
        raise ValueError(
            "`kernel_initializer` must be the name of an initializer that "
            f"takes a seed, such as 'orthogonal'. Received: {name!r}."
        ) from error


def _positions(x: Any) -> Any:
    """Returns `(batch, height * width, channels)` of a feature map."""
    return ops.reshape(x, (-1, x.shape[1] * x.shape[2], x.shape[3]))
