import math
from collections.abc import Sequence

import keras

_LEAST = 0.1


def default_gamma(image_shape: Sequence[int]) -> float:
    """Returns the recommended strength of R1 and R2 for an image shape.

    The larger the images, the stronger the penalty that works best.

    ```
    gamma = max(0.1, pixels / 2560)
    ```

    which is 0.1 up to 16x16, 0.4 at 32x32 and 1.6 at 64x64. The rule is fitted
    to measurements (`benchmarks/gamma.py`, `benchmarks/default_choices.py`),
    whose optimum is flat: a factor of three in either direction hardly matters.
    For vectors gamma is 0.1.

    Args:
        image_shape: Shape of one image, without the batch. The channels, on the
            axis of Keras' image data format, do not count as pixels.

    Returns:
        The gamma for both penalties.

    Raises:
        ValueError: If a side of the image is unknown (`None`).

    Example:

    >>> default_gamma((8, 8, 1))
    0.1
    >>> default_gamma((64, 64, 3))
    1.6

    Reference:
        [Huang et al., 2025](https://arxiv.org/abs/2501.05441), who go from 0.05
        at 32x32 to 150 at 256x256.
    """
    if any(size is None for size in image_shape):
        raise ValueError(
            "The image size must be known to choose `gamma`. "
            f"Received: image_shape={tuple(image_shape)}. Give the "
            "discriminator's input a full shape, or pass `gamma=`."
        )
    channels_first = keras.config.image_data_format() == "channels_first"
    sides = image_shape[1:] if channels_first else image_shape[:-1]
    return max(_LEAST, math.prod(sides) / 2560)
