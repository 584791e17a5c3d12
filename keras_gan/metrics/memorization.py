import warnings
from typing import Any

import keras

from keras_gan.images import Range
from keras_gan.metrics.resemblance import Resemblance
from keras_gan.metrics.sampled_metric import SampledMetric
from keras_gan.utils.arguments import number_in


@keras.saving.register_keras_serializable(package="keras_gan")
class Memorization(SampledMetric):
    """Detects fakes that are copies of training images.

    Distances between distributions cannot: a generator that repeats its
    training images has an excellent FID. This metric compares the distance from
    each fake to the nearest real image with the distances between real images.
    See `memorization_metrics` for the four values `copied_share`,
    `authenticity`, `real_authenticity` and `distance_ratio`.

    The real images must be all training images, because only copies of these
    can be found. `result` warns if only a sample of them was kept.

    The features define similarity: pixels
    (`keras.Sequential([keras.layers.Flatten()])`) find exact copies, the
    features of a network also find images with the same content.

    Args:
        feature_extractor: `"inception_v3"`, `"efficientnet_lite0"`,
            `"digits"`, or a `keras.Model`, images -> `(batch, num_features)`.
        value_range: `(low, high)` of images. `None`: any (models only).
        quantile: Share of real images that are closer to another real image
            than the threshold of `copied_share`; in (0, 1).
        max_images: Maximum number of real and of fake images whose features are
            kept, at least the number of training images. The memory is
            allocated at the start.
        seed: Integer that fixes the sample.
        name: Name of the metric; the logs show the names of the values.

    Raises:
        ValueError: If an argument is invalid.

    Example:

    >>> model = keras.Sequential([keras.layers.Flatten()])
    >>> metric = Memorization(model)
    >>> real, new = np.random.default_rng(0).uniform(-1, 1, (2, 100, 4, 4, 1))
    >>> metric.update_state(real, np.concatenate([real[:20], new[:20]]))
    >>> 0.5 <= metric.result()["copied_share"] < 0.6
    True

    Reference:
        [Alaa et al., 2022](https://arxiv.org/abs/2102.08921) (authenticity)
    """

    def __init__(
        self,
        feature_extractor: Any = "inception_v3",
        value_range: Range | None = (-1, 1),
        *,
        quantile: float = 0.05,
        max_images: int = 10_000,
        seed: int = 2020,
        name: str = "memorization",
    ) -> None:
        super().__init__(
            feature_extractor,
            value_range,
            max_images=max_images,
            seed=seed,
            name=name,
        )
        self.quantile = number_in("quantile", quantile, "(0, 1)")

    def compute(self) -> dict[str, float]:
        return self.resemblance().values(self.quantile)

    def resemblance(self, k: int = 1) -> Resemblance:
        """Returns the distances that the values are computed from.

        Args:
            k: Number of nearest real images to find for each fake.

        Raises:
            ValueError: If there are too few images, or a batch was invalid.
        """
        self.check_state(self.kinds)
        real, seen = self.features("real"), self.num_images("real")
        if len(real) < seen:
            warnings.warn(
                f"The metric {self.name!r} has kept {len(real)} of {seen} real "
                "images and cannot find copies of the others. Make it with "
                f"`max_images={seen}`.",
                stacklevel=2,
            )
        return Resemblance.of(real, self.features("fake"), k)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "quantile": self.quantile}
