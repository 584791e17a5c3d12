import math
from collections.abc import Sequence

import keras


def default_gamma(image_shape: Sequence[int]) -> float:
    """Returns the strength of R1 and R2 that suits images of this shape.

    The squared norm of a gradient sums over pixels, so images of more pixels
    want a stronger penalty.

    ```
    gamma = 0.1 * max(1, pixels / 1024)
    ```

    Args:
        image_shape: Shape of one image without the batch. Its channels, where
            Keras' image data format has them, do not count, and neither do the
            elements of a vector.

    Returns:
        The gamma of both penalties.

    Raises:
        ValueError: If a side of the image is unknown (`None`).

    Example:

    >>> default_gamma((28, 28, 1))
    0.1
    >>> default_gamma((64, 64, 3))
    0.4
    """
    if any(size is None for size in image_shape):
        raise ValueError(
            "`gamma` can only be chosen for images of a known size. "
            f"Received: image_shape={tuple(image_shape)}. Give the "
            "discriminator's input a full shape, or set `gamma` yourself."
        )
    channels_first = keras.config.image_data_format() == "channels_first"
    sides = image_shape[1:] if channels_first else image_shape[:-1]
    return 0.1 * max(1.0, math.prod(sides) / 1024)
