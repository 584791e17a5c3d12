from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan.images import Range
from keras_gan.metrics.pair_metric import PairMetric, mean_of_each
from keras_gan.utils.arguments import choice

_SIGMA, _RADIUS = 1.5, 5
# (0.01 span)² and (0.03 span)², with the span 1.
_STABLE_MEAN, _STABLE_VARIANCE = 1e-4, 9e-4


def _gaussian() -> np.ndarray:
    places = np.arange(-_RADIUS, _RADIUS + 1)
    weights = np.exp(-0.5 * (places / _SIGMA) ** 2)
    return weights / weights.sum()


_WINDOWS = {"gaussian": _gaussian(), "uniform": np.full(7, 1 / 7)}


@keras.saving.register_keras_serializable(package="keras_gan")
class SSIM(PairMetric):
    """Structural similarity of images and their targets, at most 1.

    Means, variances and the covariance of both images in a window around each
    pixel, away from the borders, give

    ```
    ssim = (2 m_r m_f + a) (2 c + b) / ((m_r² + m_f² + a) (v_r + v_f + b))
    ```

    with `a = (0.01 span)²` and `b = (0.03 span)²`; the result is the mean over
    pixels, channels and images. Images count from black as 0 (SSIM depends on
    where 0 is). The values equal those of scikit-image's
    `structural_similarity`, for `"gaussian"` with `gaussian_weights=True,
    sigma=1.5, use_sample_covariance=False`, and for `"uniform"` with its
    defaults.

    Args:
        channels: `"rgb"` (all channels) or `"y"` (BT.601 luma of RGB or
            grayscale images).
        crop: Pixels to leave out at each border.
        window: `"gaussian"` (11 x 11 with a standard deviation of 1.5, as in
            the paper) or `"uniform"` (7 x 7, for smaller images).
        value_range: `(low, high)` of the images.
        name: Name in the logs. Default: such as `ssim`, `ssim_y_crop2` or
            `ssim_uniform`.

    Raises:
        ValueError: If an argument is invalid.

    Example:

    >>> metric = SSIM()
    >>> images = np.linspace(-1, 1, 2 * 16 * 16).reshape(2, 16, 16, 1)
    >>> metric.update_state(images, 0.9 * images)
    >>> metric.name, round(metric.result(), 3)
    ('ssim', 0.992)

    Reference:
        [Wang et al., 2004](https://doi.org/10.1109/TIP.2003.819861)
    """

    short_name = "ssim"

    def __init__(
        self,
        channels: str = "rgb",
        *,
        crop: int = 0,
        window: str = "gaussian",
        value_range: Range = (-1, 1),
        name: str | None = None,
    ) -> None:
        choice("window", window, _WINDOWS)
        super().__init__(
            channels, crop=crop, value_range=value_range, name=name
        )
        if name is None and window != "gaussian":
            self.name += f"_{window}"
        self.window = window
        self.smallest = len(_WINDOWS[window])

    def measure(self, real: Any, fake: Any) -> Any:
        moments = [real, fake, real * real, fake * fake, real * fake]
        blurred = ops.split(self._blurred(ops.concatenate(moments)), 5)
        mean_real, mean_fake, *products = blurred
        # As scikit-image: Bessel's correction for the uniform window only.
        size = self.smallest**2
        unbiased = size / (size - 1) if self.window == "uniform" else 1.0
        means = mean_real**2, mean_fake**2, mean_real * mean_fake
        real_var, fake_var, covariance = (
            unbiased * (product - mean)
            for product, mean in zip(products, means, strict=True)
        )
        similarity = (
            (2.0 * means[2] + _STABLE_MEAN)
            * (2.0 * covariance + _STABLE_VARIANCE)
            / (means[0] + means[1] + _STABLE_MEAN)
            / (real_var + fake_var + _STABLE_VARIANCE)
        )
        return mean_of_each(similarity)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "window": self.window}

    def _blurred(self, images: Any) -> Any:
        """Means over the window, where it lies inside the image."""
        last = self.smallest - 1
        weights = _WINDOWS[self.window].tolist()
        # Sums of shifted images: exact in double precision on every backend.
        images = sum(
            weight * images[:, place : place - last or None]
            for place, weight in enumerate(weights)
        )
        return sum(
            weight * images[:, :, place : place - last or None]
            for place, weight in enumerate(weights)
        )
