from typing import Any

import keras

from keras_gan.images import Range
from keras_gan.metrics.manifold import manifold_metrics
from keras_gan.metrics.sampled_metric import SampledMetric
from keras_gan.utils.arguments import integer


@keras.saving.register_keras_serializable(package="keras_gan")
class PrecisionRecall(SampledMetric):
    """Improved precision and recall, density and coverage.

    They separate quality and variety, which a distance mixes: `precision` and
    `density` measure whether fakes look real, `recall` and `coverage` whether
    fakes cover the real images. A copy of the data has 1 for all four; a
    generator that repeats one image has a recall near 0. See
    `manifold_metrics` for the definitions.

    All values depend on the number of images: compare only values for the same
    number. The usual number is 10,000 of each kind; the random error of a share
    of `n` images is about `0.5 / sqrt(n)`.

    Args:
        feature_extractor: `"inception_v3"`, `"efficientnet_lite0"`,
            `"digits"`, or a `keras.Model`, images -> `(batch, num_features)`.
        value_range: `(low, high)` of images. `None`: any (models only).
        nearest_k: Index of the neighbor that the ball of an image reaches to.
        max_images: Maximum number of real and of fake images whose features are
            kept. Of more images, a random sample is kept.
        seed: Integer that fixes the sample.
        name: Name of the metric; the logs show the names of the values.

    Raises:
        ValueError: If an argument is invalid.

    Example:

    >>> model = keras.Sequential([keras.layers.Flatten()])
    >>> metric = PrecisionRecall(model, nearest_k=3)
    >>> real = np.random.default_rng(0).uniform(-1, 1, (100, 4, 4, 1))
    >>> metric.update_state(real, real[:1].repeat(100, axis=0))
    >>> values = metric.result()
    >>> values["precision"], values["recall"]
    (1.0, 0.0)

    Reference:
        [Kynkaanniemi et al., 2019](https://arxiv.org/abs/1904.06991);
        [Naeem et al., 2020](https://arxiv.org/abs/2002.09797)
    """

    def __init__(
        self,
        feature_extractor: Any = "inception_v3",
        value_range: Range | None = (-1, 1),
        *,
        nearest_k: int = 5,
        max_images: int = 10_000,
        seed: int = 2020,
        name: str = "precision_recall",
    ) -> None:
        super().__init__(
            feature_extractor,
            value_range,
            max_images=max_images,
            seed=seed,
            name=name,
        )
        self.nearest_k = integer("nearest_k", nearest_k, at_least=1)
        if self.max_images <= self.nearest_k:
            raise ValueError(
                "`max_images` must be greater than `nearest_k`. Received: "
                f"max_images={max_images}, nearest_k={nearest_k}."
            )

    @property
    def least_images(self) -> int:
        """Minimum number of images of each kind."""
        return self.nearest_k + 1

    def compute(self) -> dict[str, float]:
        return manifold_metrics(
            self.features("real"), self.features("fake"), self.nearest_k
        )

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "nearest_k": self.nearest_k}
