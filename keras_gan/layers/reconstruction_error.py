"""How far a discriminator's reconstructions are from its images."""

from typing import Any

import keras
from keras import ops

from keras_gan.penalties import Reconstruction


@keras.saving.register_keras_serializable(package="keras_gan")
class ReconstructionError(keras.layers.Layer):
    """The mean absolute difference of images and of a smaller reconstruction.

    ```
    y[b] = mean(|average of the pixels of x[b] - r[b]|)
    ```

    As an output of a discriminator, the images are those that it saw, after
    augmentation. A `GAN` adds `penalties.Reconstruction` by itself.

    Args:
        **kwargs: As in `keras.layers.Layer`. The output is always float32.

    Inputs: a list of images `(batch, height, width, channels)` and of
    reconstructions, whose sides divide those of the images. Output shape:
    `(batch, 1)`.

    Raises:
        ValueError: If the sides do not divide.

    Example:

    >>> images, small = np.ones((2, 8, 8, 1)), np.zeros((2, 4, 4, 1))
    >>> ReconstructionError()([images, small]).numpy().tolist()
    [[1.0], [1.0]]

    Reference:
        Liu et al., "Towards Faster and Stabilized GAN Training for
        High-fidelity Few-shot Image Synthesis", arXiv 2101.04775.
    """

    own_penalty = Reconstruction

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})

    def build(self, input_shape: Any) -> None:
        images, smaller = input_shape
        if any(a % b for a, b in zip(images[1:3], smaller[1:3], strict=True)):
            raise ValueError(
                "Sides of the images must be multiples of those of their "
                f"reconstructions. Received: {images} and {smaller}."
            )
        self._pool = tuple(
            a // b for a, b in zip(images[1:3], smaller[1:3], strict=True)
        )

    def call(self, inputs: Any) -> Any:
        images, smaller = (ops.cast(one, "float32") for one in inputs)
        images = ops.average_pool(
            images, self._pool, self._pool, data_format="channels_last"
        )
        errors = ops.abs(images - smaller)
        return ops.mean(errors, axis=(1, 2, 3))[:, None]

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        return (input_shape[0][0], 1)
