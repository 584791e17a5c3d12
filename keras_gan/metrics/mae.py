from typing import Any

import keras
from keras import ops

from keras_gan.metrics.pair_metric import PairMetric, mean_of_each


@keras.saving.register_keras_serializable(package="keras_gan")
class MAE(PairMetric):
    """Mean absolute error of images and their targets.

    ```
    mae = mean(|real - fake|)
    ```

    in the units of the value range: of images in [-1, 1], the largest error
    possible is 2.

    Args:
        channels: `"rgb"` (all channels) or `"y"` (BT.601 luma of RGB or
            grayscale images).
        crop: Pixels to leave out at each border.
        value_range: `(low, high)` of the images.
        name: Name in the logs. Default: such as `mae` or `mae_y_crop2`.

    Raises:
        ValueError: If an argument is invalid.

    Example:

    >>> metric = MAE()
    >>> metric.update_state(np.zeros((2, 8, 8, 3)), np.full((2, 8, 8, 3), 0.5))
    >>> metric.name, metric.result()
    ('mae', 0.5)
    """

    short_name = "mae"

    def measure(self, real: Any, fake: Any) -> Any:
        low, high = self.value_range
        return (high - low) * mean_of_each(ops.abs(real - fake))
