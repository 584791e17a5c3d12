"""The base class of metrics that need individual features."""

from typing import Any

import numpy as np

from keras_gan.images import Range
from keras_gan.metrics.feature_metric import FeatureMetric
from keras_gan.metrics.feature_sample import FeatureSample
from keras_gan.utils.arguments import integer


class SampledMetric(FeatureMetric):
    """Base class of metrics that keep features of up to `max_images` images.

    Of more images a random sample is kept, so memory is bounded.

    Args:
        feature_extractor: As for `FeatureMetric`.
        value_range: As for `FeatureMetric`.
        max_images: Maximum number of real and of fake images, at least 2.
        seed: Integer that fixes all random draws.
        name: Name of the metric in the logs.
    """

    def __init__(
        self,
        feature_extractor: Any = "inception_v3",
        value_range: Range | None = (-1, 1),
        *,
        max_images: int = 10_000,
        seed: int = 2020,
        name: str | None = None,
    ) -> None:
        super().__init__(feature_extractor, value_range, name=name)
        self.max_images = integer("max_images", max_images, at_least=2)
        self.seed = integer("seed", seed, at_least=0)

    def make_state(self, num_features: int) -> None:
        self._samples = {
            kind: FeatureSample(
                self,
                kind,
                max_images=self.max_images,
                num_features=num_features,
                seed=self.seed,
            )
            for kind in self.kinds
        }

    def add(self, kind: str, features: Any, accepted: Any) -> None:
        self._samples[kind].add(features, accepted)

    def num_images(self, kind: str) -> int:
        return self._samples[kind].num_images

    def features(self, kind: str) -> np.ndarray:
        """Returns the kept features, float32 `(num_kept, num_features)`.

        Args:
            kind: `"real"` or `"fake"`.
        """
        return self._samples[kind].values()

    def merge(self, metric: Any) -> None:
        for kind, sample in self._samples.items():
            sample.merge(metric._samples[kind])

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "max_images": self.max_images,
            "seed": self.seed,
        }
