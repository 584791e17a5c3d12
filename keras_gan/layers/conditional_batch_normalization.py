"""Batch normalization with a gain and offset for each class."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan.utils.arguments import integer, number_in


@keras.saving.register_keras_serializable(package="keras_gan")
class ConditionalBatchNormalization(keras.layers.Layer):
    """Batch normalization with a gain and offset for each class.

    It brings the class into every layer of a generator, not only into its
    input:

    ```
    y = gain[label] * (x - mean) / sqrt(variance + epsilon) + offset[label]
    ```

    Mean and variance are those of the batch in training and moving averages
    otherwise, over all classes together. Gains start at 1 and offsets at 0, so
    an untrained layer equals `keras.layers.BatchNormalization`.

    Args:
        num_classes: Number of classes, at least 2.
        momentum: Of the moving averages, in [0, 1).
        epsilon: Added to the variance, above 0.
        synchronized: Whether the replicas of `tf.distribute` share the mean
            and variance of the whole batch.

    Call arguments: `[x, labels]`, where `labels` are integers `(batch,)` in
    [0, num_classes). Labels outside are treated as in `keras.layers.Embedding`:
    negative labels count from the last class, and labels that are too large are
    an error on a CPU, but are not checked on a GPU or under XLA.

    Input shape: `[(batch, ..., channels), (batch,)]`. Output shape: `(batch,
    ..., channels)`.

    Raises:
        ValueError: If an argument is invalid, or the inputs are not features
            and labels.

    Example:

    >>> layer = ConditionalBatchNormalization(num_classes=10)
    >>> x, labels = np.ones((2, 4, 4, 8)), np.array([3, 7])
    >>> tuple(layer([x, labels]).shape)
    (2, 4, 4, 8)

    Reference:
        de Vries et al., "Modulating early visual processing by language",
        arXiv 1707.00683; for generators: Miyato and Koyama, "cGANs with
        Projection Discriminator", arXiv 1802.05637.
    """

    def __init__(
        self,
        num_classes: int,
        *,
        momentum: float = 0.9,
        epsilon: float = 1e-3,
        synchronized: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        _check(num_classes, momentum, epsilon)
        self.num_classes = int(num_classes)
        self.momentum = float(momentum)
        self.epsilon = float(epsilon)
        self.synchronized = bool(synchronized)
        self.normalization = keras.layers.BatchNormalization(
            momentum=self.momentum,
            epsilon=self.epsilon,
            center=False,
            scale=False,
            synchronized=self.synchronized,
            dtype=self.dtype_policy,
            name="normalization",
        )

    def build(self, input_shape: Any) -> None:
        features_shape = _features_shape(input_shape)
        shape = (self.num_classes, features_shape[-1])
        self.normalization.build(features_shape)
        self.gain = self.add_weight(
            name="gain", shape=shape, initializer="ones"
        )
        self.offset = self.add_weight(
            name="offset", shape=shape, initializer="zeros"
        )

    def call(self, inputs: Sequence[Any], training: bool | None = None) -> Any:
        x, labels = inputs
        x = self.normalization(x, training=training)
        labels = ops.cast(labels, "int32")
        # One row per sample, the same at each position.
        shape = (-1, *[1] * (len(x.shape) - 2), x.shape[-1])
        gain, offset = (
            ops.reshape(ops.take(table, labels, axis=0), shape)
            for table in (self.gain, self.offset)
        )
        return x * gain + offset

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        return tuple(_features_shape(input_shape))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "synchronized": self.synchronized,
        }


def _check(num_classes: Any, momentum: float, epsilon: float) -> None:
    hint = "Without classes use `keras.layers.BatchNormalization`."
    integer("num_classes", num_classes, at_least=2, hint=hint)
    number_in("momentum", momentum, "[0, 1)", hint="The default is 0.9.")
    if not epsilon > 0:
        raise ValueError(
            "`epsilon` must be above 0, or constant channels are divided by "
            f"0. Received: epsilon={epsilon}. The default is 1e-3."
        )


def _features_shape(input_shape: Any) -> Any:
    """Returns the shape of the features in `[features, labels]`."""
    listed = isinstance(input_shape, list | tuple) and len(input_shape) == 2
    if listed and all(isinstance(shape, list | tuple) for shape in input_shape):
        features, labels = input_shape
        if len(features) >= 2 and len(labels) == 1:
            return features
    raise ValueError(
        "The input of ConditionalBatchNormalization must be [x, labels], of "
        "shapes (batch, ..., channels) and (batch,). Received: "
        f"input_shape={input_shape}. Call it with the features and integer "
        "labels."
    )
