"""From the style of a sample to the styles of all layers."""

from typing import Any

import keras
from keras import ops

from keras_gan import backend
from keras_gan.utils.arguments import number_in, positive_integer


@keras.saving.register_keras_serializable(package="keras_gan")
class StyleMixing(keras.layers.Layer):
    """Repeats a style for all layers, mixes two of them, tracks their mean.

    In training, some samples take the style of another latent from a random
    layer on, so that neighboring layers do not rely on each other:

    ```
    styles[k] = w where k < cut, and other w from there on
    mean <- decay * mean + (1 - decay) * mean of w over the batch
    ```

    The cut is uniform from 1 to num_styles - 1 with the given probability, and
    num_styles otherwise. The mean style is the center of truncation. On several
    replicas it is that of the global batch.

    Args:
        num_styles: Number of layers that take a style.
        probability: Share of samples that are mixed in training, in [0, 1].
        decay: Weight of the old mean in each training step, in [0, 1].
        seed: Integer seed of the cuts. None: a random one.
        **kwargs: As in `keras.layers.Layer`.

    Inputs: styles w `(batch, style_dim)`, or a list of two such tensors. Output
    shape: `(batch, num_styles, style_dim)`.

    Attributes:
        mean_style: The mean of w, `(style_dim,)`, not trainable.

    Raises:
        TypeError, ValueError: If an argument is not valid.

    Example:

    >>> layer = StyleMixing(6)
    >>> tuple(layer([keras.ops.ones((2, 4)), keras.ops.zeros((2, 4))]).shape)
    (2, 6, 4)

    Reference:
        Karras et al., "A Style-Based Generator Architecture for Generative
        Adversarial Networks", arXiv 1812.04948.
    """

    def __init__(
        self,
        num_styles: int,
        *,
        probability: float = 0.9,
        decay: float = 0.995,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.num_styles = positive_integer("num_styles", num_styles)
        self.probability = number_in("probability", probability, "[0, 1]")
        self.decay = number_in("decay", decay, "[0, 1]")
        self.seed = seed
        self.seed_generator = backend.ReplicaSeedGenerator(seed)

    def build(self, input_shape: Any) -> None:
        several = isinstance(input_shape[0], (tuple, list))
        shape = input_shape[0] if several else input_shape
        self.mean_style = self.add_weight(
            name="mean_style",
            shape=(shape[-1],),
            initializer="zeros",
            trainable=False,
            dtype="float32",
            autocast=False,
            aggregation="only_first_replica",
        )
        self.built = True

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        several = isinstance(inputs, (tuple, list))
        style = inputs[0] if several else inputs
        if training and self.trainable:
            self._track(ops.stop_gradient(style))
        if training and several and self.probability and self.num_styles > 1:
            return self._mixed(*inputs)
        return ops.repeat(style[:, None], self.num_styles, axis=1)

    def _mixed(self, style: Any, other: Any) -> Any:
        size = ops.shape(style)[0]
        chance, place = ops.split(
            keras.random.uniform((size, 2), seed=self.seed_generator), 2, axis=1
        )
        cuts = 1.0 + ops.floor(place * (self.num_styles - 1))
        cuts = ops.where(chance < self.probability, cuts, self.num_styles)
        is_first = ops.arange(self.num_styles, dtype=cuts.dtype) < cuts
        return ops.where(is_first[..., None], style[:, None], other[:, None])

    def _track(self, style: Any) -> None:
        style = ops.cast(style, "float32")
        # Not the mean of the replicas' means: one may have no samples.
        total = backend.replica_mean(ops.sum(style, axis=0))
        count = ops.cast(ops.shape(style)[0], "float32")
        count = backend.replica_mean(ops.convert_to_tensor(count))
        found = total / ops.maximum(count, keras.config.epsilon())
        mean = ops.convert_to_tensor(self.mean_style)
        self.mean_style.assign(found + self.decay * (mean - found))

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        several = isinstance(input_shape[0], (tuple, list))
        shape = input_shape[0] if several else input_shape
        return (shape[0], self.num_styles, shape[-1])

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_styles": self.num_styles,
            "probability": self.probability,
            "decay": self.decay,
            "seed": self.seed,
        }
