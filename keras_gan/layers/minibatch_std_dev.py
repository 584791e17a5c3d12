"""The variation of a minibatch, as a feature for the discriminator."""

from typing import Any

import keras
from keras import ops

from keras_gan.utils.arguments import integer


@keras.saving.register_keras_serializable(package="keras_gan")
class MinibatchStdDev(keras.layers.Layer):
    """Appends the standard deviation of the batch as one channel.

    A discriminator that sees one image at a time cannot detect mode collapse.
    With this layer it can: the standard deviation of each feature over the
    batch, averaged over all features, is appended to every sample as another
    channel:

    ```
    s = mean_j sqrt(var_i(x[i, j]) + epsilon)
    ```

    The score of a sample then depends on its whole batch. Under
    `tf.distribute` the batch is that of one replica.

    With a group size, the deviations are those within groups of so many
    consecutive samples. The last group of a batch that it does not divide is
    filled up with the first samples.

    Args:
        epsilon: Added to the variance, above 0: it keeps the gradient of the
            square root finite if all samples are equal.
        group_size: Samples in a group, at least 2. None: the whole batch.

    Input shape: `(batch, ..., channels)`. Output shape:
    `(batch, ..., channels + 1)`.

    Raises:
        ValueError: If `epsilon` is not above 0, or the size is below 2.

    Example:

    >>> layer = MinibatchStdDev()
    >>> layer(keras.ops.array([[-1.0, 3.0], [1.0, 3.0]])).shape[-1]
    3

    Reference:
        Karras et al., "Progressive Growing of GANs", arXiv 1710.10196.
    """

    def __init__(
        self,
        epsilon: float = 1e-8,
        *,
        group_size: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if group_size is not None:
            group_size = integer("group_size", group_size, at_least=2)
        self.group_size = group_size
        if not epsilon > 0:
            raise ValueError(
                "`epsilon` must be above 0, or the gradient is infinite if all "
                "samples are equal. "
                f"Received: epsilon={epsilon}. The default is 1e-8."
            )
        self.epsilon = float(epsilon)

    def call(self, inputs: Any) -> Any:
        # In float32: in float16, `epsilon` and small variances become 0.
        features = ops.cast(inputs, "float32")
        if self.group_size is None:
            spread = self._spread(features)
        else:
            spread = self._spread_of_groups(features)
        channel = ops.ones_like(inputs[..., :1]) * ops.cast(
            spread, inputs.dtype
        )
        return ops.concatenate([inputs, channel], axis=-1)

    def _spread(self, features: Any, axes: Any = None) -> Any:
        std_dev = ops.sqrt(ops.var(features, axis=0) + self.epsilon)
        return ops.mean(std_dev, axis=axes)

    def _spread_of_groups(self, features: Any) -> Any:
        """The mean deviation of each sample's group, `(batch, 1, ...)`."""
        count = ops.shape(features)[0]
        lower, upper = (
            (min, max) if isinstance(count, int) else (ops.minimum, ops.maximum)
        )
        size = upper(lower(count, self.group_size), 1)
        missing = -count % size
        filled = ops.concatenate([features, features[:missing]])
        # (groups, samples in one, ...), with the samples in front.
        groups = ops.reshape(filled, (-1, size, *features.shape[1:]))
        groups = ops.moveaxis(groups, 1, 0)
        spread = self._spread(groups, tuple(range(1, len(features.shape))))
        shape = (1, -1, *(1 for _ in features.shape[1:]))
        each = ops.ones_like(groups[..., :1]) * ops.reshape(spread, shape)
        each = ops.moveaxis(each, 0, 1)
        return ops.reshape(each, (-1, *each.shape[2:]))[:count]

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        return (*input_shape[:-1], input_shape[-1] + 1)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "epsilon": self.epsilon,
            "group_size": self.group_size,
        }
