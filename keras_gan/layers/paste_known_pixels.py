"""The pixels outside a hole, unchanged."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_gan")
class PasteKnownPixels(keras.layers.Layer):
    """Puts the known pixels of an image over those that a network made.

    A network that fills holes must leave everything else as it is, to the last
    bit. So each pixel is taken from one of the two images, without arithmetic:

    ```
    y[b, h, w] = made[b, h, w] if mask[b, h, w] > 0 else source[b, h, w]
    ```

    Args:
        **kwargs: `name` and `trainable`, as of any Keras layer. Its `dtype` is
            float32 under every precision policy.

    Call arguments: `[made, source]`, where the last channel of `source` is the
    mask: 1 in the hole, 0 where the pixels are known.

    Input shape: `[(batch, height, width, channels), (batch, height, width,
    channels + 1)]`. Output shape: `(batch, height, width, channels)`.

    Raises:
        ValueError: When the layer is built, if the source does not have one
            channel more than the images.

    Example:

    >>> made = np.zeros((1, 1, 2, 1))
    >>> source = np.array([[0.7, 0.0], [0.0, 1.0]]).reshape(1, 1, 2, 2)
    >>> pasted = PasteKnownPixels()([made, source])
    >>> keras.ops.convert_to_numpy(pasted)[0, 0, :, 0]
    array([0.7, 0. ], dtype=float32)
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})

    def build(self, input_shape: Any) -> None:
        made, source = input_shape
        if source[-1] != made[-1] + 1:
            raise ValueError(
                "The source must have the channels of the images and one more, "
                f"the mask. Received: images with {made[-1]} channels and a "
                f"source with {source[-1]}. Append the mask to the source as "
                "its last channel."
            )

    def call(self, inputs: Any) -> Any:
        made, source = inputs
        return ops.where(source[..., -1:] > 0, made, source[..., :-1])

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        return tuple(input_shape[0])
