from typing import Any

import keras
from keras import ops

from keras_gan import backend
from keras_gan.penalties.gradient_penalty import GradientPenalty
from keras_gan.penalties.penalty import Tensor
from keras_gan.utils.arguments import non_negative


@keras.saving.register_keras_serializable(package="keras_gan")
class DRAGAN(GradientPenalty):
    """The DRAGAN penalty: holds D's slope around real images at 1.

    Sharp slopes at the data are what precedes the collapse of modes. It is
    `GradientPenalty` at other points: real images with noise added, whatever
    the generator makes.

    ```
    weight * mean((|d D(p) / d p| - target)^2)
    p = x + a * noise_scale * std(x) * u
    ```

    where `a` is uniform in [0, 1), drawn for each image, `u` is uniform in
    [0, 1), drawn for each element (never negative, as in the authors' program),
    and `std(x)` is one number, the standard deviation of all elements of the
    global batch.

    Args:
        weight: Strength, at least 0.
        target: The slope that is aimed at, at least 0.
        one_sided: Whether slopes below the target go unpunished.
        noise_scale: Greatest size of the noise in standard deviations of the
            data, at least 0.
        every: Number of discriminator updates from one computation to the
            next, at least 1.
        seed: Integer that fixes the draws. `None` takes a new one.
        name: Name of the penalty in the logs.

    Example:

    >>> images = ops.ones((8, 4))
    >>> penalty = DRAGAN(weight=10.0)
    >>> float(penalty(lambda x: 2.0 * ops.sum(x, axis=1), images, images))
    90.0

    Reference:
        [Kodali et al., 2017](https://arxiv.org/abs/1705.07215)
    """

    default_name = "dragan"

    def __init__(
        self,
        weight: float = 10.0,
        target: float = 1.0,
        one_sided: bool = False,
        *,
        noise_scale: float = 0.5,
        every: int = 1,
        seed: int | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(
            weight, target, one_sided, every=every, seed=seed, name=name
        )
        self.noise_scale = non_negative("noise_scale", noise_scale)

    def build(self) -> None:
        super().build()
        if self.every > 1 and backend.replica_count() > 1:
            raise ValueError(
                "`every` must be 1 on several replicas: the deviation of the "
                "global batch needs all of them, which a step that may be "
                f"skipped cannot ask for. Received: every={self.every} and "
                f"{backend.replica_count()} replicas. Use `every=1`."
            )

    def points(self, real_images: Tensor, fake_images: Tensor) -> Tensor:
        share = self._draw_per_image(real_images)
        noise = self._draw(ops.shape(real_images))
        scale = self.noise_scale * _deviation(real_images)
        return real_images + share * scale * noise

    def get_config(self) -> dict[str, Any]:
        return {"noise_scale": self.noise_scale, **super().get_config()}


def _deviation(values: Tensor) -> Tensor:
    # Sums over all replicas, of which some may hold fewer images, or none.
    mean = backend.replica_mean
    count = ops.maximum(mean(ops.cast(ops.size(values), "float32")), 1e-7)
    center = mean(ops.sum(values)) / count
    return ops.sqrt(mean(ops.sum(ops.square(values - center))) / count)
