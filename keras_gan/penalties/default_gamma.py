import math
from collections.abc import Sequence

import keras

_OF_VECTORS = 0.1


def default_gamma(image_shape: Sequence[int]) -> float:
    """Returns the strength of R1 and R2 that suits images of this shape.

    The squared norm of a gradient sums over pixels, so images of more pixels
    want a stronger penalty.

    ```
    gamma = pixels / 640
    ```

    which is 0.1 at 8x8, 1.6 at 32x32 and 6.4 at 64x64. It follows a measurement
    (`benchmarks/gamma.py`) that is flat around its best value: three times more
    or less hardly matters. Vectors, which have no scale of their own, get 0.1.

    Args:
        image_shape: Shape of one image without the batch. Its channels, where
            Keras' image data format has them, do not count, and neither do the
            elements of a vector.

    Returns:
        The gamma of both penalties.

    Raises:
        ValueError: If a side of the image is unknown (`None`).

    Example:

    >>> default_gamma((8, 8, 1))
    0.1
    >>> default_gamma((64, 64, 3))
    6.4

    Reference:
        [Huang et al., 2025](https://arxiv.org/abs/2501.05441), who go from 0.05
        at 32x32 to 150 at 256x256.
    """
    if any(size is None for size in image_shape):
        raise ValueError(
            "`gamma` can only be chosen for images of a known size. "
            f"Received: image_shape={tuple(image_shape)}. Give the "
            "discriminator's input a full shape, or set `gamma` yourself."
        )
    channels_first = keras.config.image_data_format() == "channels_first"
    sides = image_shape[1:] if channels_first else image_shape[:-1]
    return math.prod(sides) / 640 if sides else _OF_VECTORS
