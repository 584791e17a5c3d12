"""Normalization of features to the statistics of other features."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

Tensor = Any

_EPSILON = 1e-5


@keras.saving.register_keras_serializable(package="keras_gan")
class AdaptiveInstanceNormalization(keras.layers.Layer):
    """Gives features the mean and standard deviation of those of a style.

    It moves the style of one image, as far as that is in these statistics, to
    the content of another:

    ```
    y = std(style) * (x - mean(x)) / std(x) + mean(style)
    ```

    with mean and standard deviation of each channel of each image. It has no
    weights.

    Args:
        **kwargs: As in `keras.layers.Layer`.

    Call arguments: `[x, style]`, features of images and of styles.

    Input shape: `[(batch, height, width, channels), (batch, other_height,
    other_width, channels)]`. Output shape: that of `x`. The statistics are
    computed in float32.

    Raises:
        ValueError: When the layer is built, if the inputs are not two such
            tensors.

    Example:

    >>> x = np.random.uniform(-1, 1, (2, 8, 8, 4))
    >>> style = np.full((2, 5, 5, 4), 3.0)
    >>> round(float(ops.mean(AdaptiveInstanceNormalization()([x, style]))), 2)
    3.0

    Reference:
        Huang and Belongie, "Arbitrary Style Transfer in Real-time with Adaptive
        Instance Normalization", arXiv 1703.06868.
    """

    def build(self, input_shape: Any) -> None:
        is_pair = len(input_shape) == 2 and all(
            isinstance(one, Sequence) and len(one) == 4 for one in input_shape
        )
        if not is_pair or input_shape[0][-1] != input_shape[1][-1]:
            raise ValueError(
                "The input of AdaptiveInstanceNormalization must be [x, style],"
                " both (batch, height, width, channels) with equally many "
                f"channels. Received: input_shape={input_shape}. Take both "
                "from the same layer of a network."
            )

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        x, style = inputs
        adapted = with_statistics(x, *statistics(style))
        return ops.cast(adapted, self.compute_dtype)

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        return tuple(input_shape[0])


def statistics(features: Tensor) -> tuple[Tensor, Tensor]:
    """Returns the mean and the standard deviation of each channel.

    Args:
        features: Tensor `(batch, height, width, channels)`.

    Returns:
        Two float32 tensors `(batch, channels)`.
    """
    features = ops.cast(features, "float32")
    mean = ops.mean(features, axis=(1, 2), keepdims=True)
    variance = ops.mean(ops.square(features - mean), axis=(1, 2))
    # The root of 0 has no gradient.
    return mean[:, 0, 0], ops.sqrt(variance + _EPSILON)


def with_statistics(
    features: Tensor,
    mean: Tensor,
    deviation: Tensor,
    own: tuple[Tensor, Tensor] | None = None,
) -> Tensor:
    """Returns features that have been given these statistics, in float32.

    Args:
        features: Tensor `(batch, height, width, channels)`.
        mean: New mean of each channel, `(batch, channels)`.
        deviation: New standard deviation, `(batch, channels)`.
        own: The statistics that are replaced, those of a whole image if these
            are features of a part of it. Default: those of the features.
    """
    own_mean, own_deviation = own or statistics(features)
    scale = deviation / own_deviation
    shift = mean - own_mean * scale
    return (
        ops.cast(features, "float32") * scale[:, None, None]
        + shift[:, None, None]
    )
