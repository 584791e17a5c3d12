from typing import Any

import keras
import numpy as np

from keras_gan.images import Range
from keras_gan.metrics.polynomial_mmd import polynomial_mmd
from keras_gan.metrics.polynomial_mmds import polynomial_mmds
from keras_gan.metrics.sampled_metric import SampledMetric
from keras_gan.utils.arguments import integer


@keras.saving.register_keras_serializable(package="keras_gan")
class KernelInceptionDistance(SampledMetric):
    """The kernel inception distance (KID); lower is better.

    The squared maximum mean discrepancy of features with the kernel
    `(x.y / num_features + 1)^3`, averaged over random subsets. Unlike the FID
    it is unbiased, so few images suffice, and it may be slightly negative. For
    the same features in the same order it equals the value of torch-fidelity.

    `standard_deviation()` is the deviation over the subsets. If there are
    equally many real and fake images, and no more than `subset_size`, the only
    subset is all of them.

    Args:
        feature_extractor: `"inception_v3"`, `"efficientnet_lite0"`,
            `"digits"`, or a `keras.Model`, images -> `(batch, num_features)`.
        value_range: `(low, high)` of images. `None`: any (models only).
        subsets: Number of random subsets, at least 1.
        subset_size: Images in a subset of each kind, at least 2.
        max_images: Maximum number of real and of fake images whose features are
            kept. Of more images, a random sample is kept.
        seed: Integer that fixes all random draws.
        name: Name of the metric in the logs.

    Raises:
        ValueError: If an argument is invalid.

    Example:

    >>> model = keras.Sequential([keras.layers.Flatten()])
    >>> kid = KernelInceptionDistance(model, subsets=10, subset_size=50)
    >>> real, fake = np.random.default_rng(0).uniform(-1, 1, (2, 100, 4, 4, 1))
    >>> kid.update_state(real, 0.5 * fake + 0.5)
    >>> 0.5 < kid.result() < 1.5
    True

    Reference:
        [Binkowski et al., 2018](https://arxiv.org/abs/1801.01401)
    """

    def __init__(
        self,
        feature_extractor: Any = "inception_v3",
        value_range: Range | None = (-1, 1),
        *,
        subsets: int = 100,
        subset_size: int = 1000,
        max_images: int = 10_000,
        seed: int = 2020,
        name: str = "kid",
    ) -> None:
        super().__init__(
            feature_extractor,
            value_range,
            max_images=max_images,
            seed=seed,
            name=name,
        )
        self.subsets = integer("subsets", subsets, at_least=1)
        self.subset_size = integer("subset_size", subset_size, at_least=2)

    def compute(self) -> float:
        return float(self._distances().mean())

    def mean_and_deviation(self) -> tuple[float, float]:
        """Returns the value and `standard_deviation()`, computed together."""
        self.check_state(self.kinds)
        distances = self._distances()
        return float(distances.mean()), float(distances.std())

    def standard_deviation(self) -> float:
        """Returns the standard deviation over the subsets; 0 for one subset."""
        return self.mean_and_deviation()[1]

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "subsets": self.subsets,
            "subset_size": self.subset_size,
        }

    def _distances(self) -> np.ndarray:
        fake, real = self.features("fake"), self.features("real")
        size = min(self.subset_size, len(fake), len(real))
        if size == max(len(fake), len(real)):
            return np.array([polynomial_mmd(fake, real)])
        # The same generator and order of draws as in torch-fidelity.
        rng = np.random.RandomState(self.seed)
        draws = [
            rng.choice(len(features), size, replace=False)
            for _ in range(self.subsets)
            for features in (fake, real)
        ]
        return polynomial_mmds(fake, real, draws[::2], draws[1::2])
