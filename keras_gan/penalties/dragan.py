from typing import Any

import keras
from keras import ops

from keras_gan import backend
from keras_gan.penalties.gradient_penalty import GradientPenalty
from keras_gan.penalties.penalty import Tensor
from keras_gan.utils.arguments import non_negative


@keras.saving.register_keras_serializable(package="keras_gan")
class DRAGAN(GradientPenalty):
    """The DRAGAN penalty: pulls D's gradient norm near real images towards 1.

    Mode collapse is preceded by sharp gradients of the discriminator around
    real images. The penalty is `GradientPenalty` at other points: real images
    with added noise, independent of the generated ones.

    ```
    weight * mean((|d D(p) / d p| - target)^2)
    p = x + a * noise_scale * std(x) * u
    ```

    where `a` is drawn per image and `u` per element, both uniformly from [0, 1)
    (never negative, as in the authors' code), and `std(x)` is one number, the
    standard deviation of all elements of the global batch.

    Args:
        weight: Strength, at least 0.
        target: Target gradient norm, at least 0.
        one_sided: Whether only norms above the target are penalized.
        noise_scale: Largest noise, in standard deviations of the data, at least
            0.
        every: The penalty is computed in every `every`-th discriminator update,
            at least 1.
        seed: Integer seed of the random draws. `None`: a random one.
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
                "`every` must be 1 on several replicas: the standard deviation "
                "of the global batch needs communication between them, which "
                "is not possible in steps that may be skipped. Received: "
                f"every={self.every} and {backend.replica_count()} replicas. "
                "Use `every=1`."
            )

    def points(self, real_images: Tensor, fake_images: Tensor) -> Tensor:
        share = self._draw_per_image(real_images)
        noise = self._draw(ops.shape(real_images))
        scale = self.noise_scale * _deviation(real_images)
        return real_images + share * scale * noise

    def get_config(self) -> dict[str, Any]:
        return {"noise_scale": self.noise_scale, **super().get_config()}


def _deviation(values: Tensor) -> Tensor:
    # Computed from sums, because replicas may have fewer images, or none.
    mean = backend.replica_mean
    count = ops.maximum(mean(ops.cast(ops.size(values), "float32")), 1e-7)
    center = mean(ops.sum(values)) / count
    return ops.sqrt(mean(ops.sum(ops.square(values - center))) / count)
