"""Cropping to the size of another tensor."""

from typing import Any

import keras
from keras import ops

from keras_gan.utils.arguments import integer


@keras.saving.register_keras_serializable(package="keras_gan")
class CropLike(keras.layers.Layer):
    """Crops images to the height and width of others.

    It cuts off at the end of a network what `PaddingToMultiple` added at its
    start, for sizes that may be known only at run time.

    Args:
        scale: The sides of the output are `scale` times those of the
            reference, at least 1: for networks that enlarge images.

    Call arguments: `[images, reference]`. The reference is used for its size
    alone.

    Input shape: two of `(batch, height, width, channels)`, the first at least
    `scale` times as large as the second. Output shape: `(batch, scale *
    reference_height, scale * reference_width, channels)` from the top left of
    the images.

    Raises:
        ValueError: If `scale` is not an integer of at least 1.

    Example:

    >>> images, reference = np.ones((2, 8, 8, 3)), np.ones((2, 5, 7, 1))
    >>> tuple(CropLike()([images, reference]).shape)
    (2, 5, 7, 3)
    """

    def __init__(self, scale: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale = integer("scale", scale, at_least=1)

    def call(self, inputs: Any) -> Any:
        images, reference = inputs
        _, height, width, _ = ops.shape(reference)
        return images[:, : height * self.scale, : width * self.scale]

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        images, reference = input_shape
        sides = (s if s is None else s * self.scale for s in reference[1:3])
        return (images[0], *sides, images[-1])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "scale": self.scale}
