from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_gan.sampling.discriminator_filter import DiscriminatorFilter
from keras_gan.sampling.sample_filter import Tensor
from keras_gan.utils.arguments import check_number, finite, number_in


@keras.saving.register_keras_serializable(package="keras_gan")
class DiscriminatorThreshold(DiscriminatorFilter):
    """Keeps the images that the discriminator finds most real.

    The simplest filter. Like truncation it trades variety for quality: images
    that the discriminator is confident about become more frequent than in the
    data.

    ```
    accept where D(x) >= t,   t = threshold, or quantile of D over fakes
    ```

    The quantile is computed for each class, so every class loses the same share
    of its images.

    Args:
        threshold: Smallest accepted logit, a finite number. Default: set by
            `calibrate`.
        quantile: Share of generated images to reject, in [0, 1): 0.5 keeps the
            better half. Not used with a `threshold`.
        discriminator: `keras.Model`, images (or `[images, labels]`) -> logits
            `(batch, 1)`. Default: the discriminator of the GAN that makes the
            images.
        **kwargs: `name`, as of any Keras layer.

    Raises:
        TypeError, ValueError: If an argument is invalid.

    Example:

    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp((4, 4, 1), latent_dim=8))
    >>> best = DiscriminatorThreshold(quantile=0.75)
    >>> best.bind(keras_gan.sampling.open_generator(gan))
    >>> images = gan.generate(64)
    >>> best.calibrate(images)
    >>> int(np.sum(best.accept(images, None, np.zeros(64))))
    16
    """

    state_names = ("thresholds",)

    def __init__(
        self,
        threshold: float | None = None,
        quantile: float = 0.5,
        *,
        discriminator: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(discriminator=discriminator, **kwargs)
        self.threshold = (
            None if threshold is None else finite("threshold", threshold)
        )
        check_number("quantile", quantile)
        hint = "0.5 keeps the better half of the images."
        self.quantile = number_in("quantile", quantile, "[0, 1)", hint=hint)

    @property
    def calibrated(self) -> bool:
        return self.threshold is not None or super().calibrated

    def calibrate(self, images: Any, labels: Any = None) -> None:
        if self.threshold is None:
            super().calibrate(images, labels)

    def fit(self, logits: np.ndarray) -> Sequence[float]:
        return [np.quantile(logits, self.quantile)]

    def accept_logits(
        self, logits: Tensor, labels: Tensor | None, uniform: Tensor
    ) -> Tensor:
        if self.threshold is not None:
            return logits >= self.threshold
        return logits >= self.state_of("thresholds", labels)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "threshold": self.threshold,
            "quantile": self.quantile,
        }
