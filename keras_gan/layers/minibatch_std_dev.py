"""The variation of a minibatch, as a feature for the discriminator."""

from typing import Any

import keras
from keras import ops


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

    Args:
        epsilon: Added to the variance, above 0: it keeps the gradient of the
            square root finite if all samples are equal.

    Input shape: `(batch, ..., channels)`. Output shape:
    `(batch, ..., channels + 1)`.

    Raises:
        ValueError: If `epsilon` is not above 0.

    Example:

    >>> layer = MinibatchStdDev()
    >>> layer(keras.ops.array([[-1.0, 3.0], [1.0, 3.0]])).shape[-1]
    3

    Reference:
        Karras et al., "Progressive Growing of GANs", arXiv 1710.10196.
    """

    def __init__(self, epsilon: float = 1e-8, **kwargs: Any) -> None:
        super().__init__(**kwargs)
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
        std_dev = ops.sqrt(ops.var(features, axis=0) + self.epsilon)
        spread = ops.cast(ops.mean(std_dev), inputs.dtype)
        channel = ops.ones_like(inputs[..., :1]) * spread
        return ops.concatenate([inputs, channel], axis=-1)

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        return (*input_shape[:-1], input_shape[-1] + 1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "epsilon": self.epsilon}
