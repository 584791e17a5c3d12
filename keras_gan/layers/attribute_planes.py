"""A vector as further channels of an image."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_gan")
class AttributePlanes(keras.layers.Layer):
    """Appends the attributes of an image as channels of one value each.

    A convolution then sees at every pixel which attributes are wanted:

    ```
    y[b, h, w] = (x[b, h, w], attributes[b])
    ```

    The convolution that follows should pad with zeros if instance
    normalization comes next: with mirrored borders the channels have the same
    effect at each pixel, which the normalization removes.

    Call arguments: `[images, attributes]`.

    Input shape: `[(batch, height, width, channels), (batch, n)]`. Output
    shape: `(batch, height, width, channels + n)`.

    Example:

    >>> images, attributes = np.zeros((2, 4, 4, 3)), np.ones((2, 5))
    >>> tuple(AttributePlanes()([images, attributes]).shape)
    (2, 4, 4, 8)

    Reference:
        Choi et al., "StarGAN: Unified Generative Adversarial Networks for
        Multi-Domain Image-to-Image Translation", arXiv 1711.09020.
    """

    def call(self, inputs: Any) -> Any:
        images, attributes = inputs
        ones = ops.ones_like(images[..., :1])
        return ops.concatenate(
            [images, ones * attributes[:, None, None, :]], axis=-1
        )

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        images, attributes = input_shape
        return (*images[:-1], images[-1] + attributes[-1])
