import warnings
from typing import Any

import keras

from keras_gan.images import Range
from keras_gan.metrics.resemblance import Resemblance
from keras_gan.metrics.sampled_metric import SampledMetric
from keras_gan.utils.arguments import number_in


@keras.saving.register_keras_serializable(package="keras_gan")
class Memorization(SampledMetric):
    """Whether fakes are copies of the images that the generator learnt from.

    No distance between distributions tells: a generator that repeats its
    training images has the best of FIDs. Here each fake is held against the
    real image nearest to it, and that distance against those between real
    images. `memorization_metrics` says how the four values, `copied_share`,
    `authenticity`, `real_authenticity` and `distance_ratio`, are computed.

    The real images have to be those of training, all of them: nothing else
    can be found copied. `result` warns where only a sample was kept.

    What counts as near is the features' affair: of pixels
    (`keras.Sequential([keras.layers.Flatten()])`) copies to the dot, of a
    network images with the same content as well.

    Args:
        feature_extractor: `"inception_v3"`, `"digits"`, or a `keras.Model`,
            images -> `(batch, num_features)`.
        value_range: `(low, high)` of images. `None`: any (models only).
        quantile: Share of real images that lie nearer to another one than
            what `copied_share` takes for a copy; above 0 and below 1.
        max_images: Of how many real and of how many fake images the features
            are kept; memory for as many is taken from the start. At least as
            many as there are training images.
        seed: Integer from which a sample follows.
        name: Name of the metric; the logs have those of the four values.

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
        """The distances that the values follow from.

        Args:
            k: How many of its nearest real images to find for each fake.

        Raises:
            ValueError: If there are too few images, or a batch had to be
                refused since the reset.
        """
        self.check_state(self.kinds)
        real, seen = self.features("real"), self.num_images("real")
        if len(real) < seen:
            warnings.warn(
                f"The metric {self.name!r} has kept {len(real)} of {seen} real "
                "images, and finds no copies of the others. Make it with "
                f"`max_images={seen}`.",
                stacklevel=2,
            )
        return Resemblance.of(real, self.features("fake"), k)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "quantile": self.quantile}
