from typing import Any

import keras
from keras import ops

from keras_gan.metrics.pair_metric import PairMetric, mean_of_each

# Of equal images the error is 0, and the ratio infinite: 100 dB instead.
_SMALLEST = 1e-10


@keras.saving.register_keras_serializable(package="keras_gan")
class PSNR(PairMetric):
    """Peak signal-to-noise ratio of images and their targets, in decibels.

    ```
    psnr = 10 log10(span² / mean((real - fake)²))
    ```

    with the span of the value range, for each image; the result is the mean
    over images. An image that equals its target counts as 100 dB. Values in
    `"rgb"` and `"y"` differ by about 2 dB, so the name says which one it is;
    papers on super-resolution report `PSNR("y", crop=scale)`.

    Args:
        channels: `"rgb"` (all channels) or `"y"` (BT.601 luma of RGB or
            grayscale images, as MATLAB's `rgb2ycbcr`, with the span 255).
        crop: Pixels to leave out at each border.
        value_range: `(low, high)` of the images.
        name: Name in the logs. Default: such as `psnr` or `psnr_y_crop2`.

    Raises:
        ValueError: If an argument is invalid.

    Example:

    >>> metric = PSNR()
    >>> metric.update_state(np.zeros((2, 8, 8, 3)), np.full((2, 8, 8, 3), 0.2))
    >>> metric.name, round(metric.result(), 4)
    ('psnr', 20.0)
    """

    short_name = "psnr"

    def measure(self, real: Any, fake: Any) -> Any:
        error = mean_of_each(ops.square(real - fake))
        return -10.0 * ops.log10(ops.clip(error, _SMALLEST, 1.0))
