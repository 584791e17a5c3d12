import os
import warnings
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.images import Path, Range
from keras_gan.metrics.feature_metric import FeatureMetric, read
from keras_gan.metrics.frechet_distance import frechet_distance
from keras_gan.metrics.statistics import FeatureStatistics
from keras_gan.utils.stack import level_outside


@keras.saving.register_keras_serializable(package="keras_gan")
class FrechetInceptionDistance(FeatureMetric):
    """The Fréchet inception distance (FID); lower is better.

    It is the distance between normal distributions that are fitted to the
    features of real and of fake images:

    ```
    |mu_r - mu_f|^2 + trace(S_r) + trace(S_f) - 2 trace((S_r S_f)^(1/2))
    ```

    The state is the number of images and the sums of their features and of the
    products of features, in float64. So batches, replicas and parts of the data
    can be merged in any order, and memory does not grow with the images.

    The distance of finite samples is biased upward, by about the distance of
    two samples of one distribution, which decreases as 1 / number of images. As
    a share of `trace(S)`, for normal features whose variances decrease by a
    factor of `e^12` from the first to the last:

    | images of each kind | 64 features | 2,048 features |
    |---|---|---|
    | 500 | 2.3 % | |
    | 2,000 | 0.5 % | |
    | 5,000 | | 4.8 % |
    | 10,000 | 0.1 % | 2.4 % |
    | 50,000 | 0.02 % | 0.5 % |

    So compare only values for the same number of images; papers use 50,000.

    Args:
        feature_extractor: `"inception_v3"`, the network of every published
            FID; `"efficientnet_lite0"` or `"digits"`, smaller ones; or a
            `keras.Model`, images -> `(batch, num_features)`.
        value_range: `(low, high)` of images. `None`: any (models only).
        real_statistics: Path of an `.npz` file with `mu` and `sigma`, the pair
            `(mu, sigma)`, or `FeatureStatistics`. Real images are then ignored.
            A model saves a path as a path, and statistics with all numbers.
        name: Name of the metric in the logs.

    Raises:
        ValueError: If an argument is invalid.

    Example:

    >>> model = keras.Sequential([keras.layers.Flatten()])
    >>> fid = FrechetInceptionDistance(model)
    >>> real, fake = np.random.default_rng(0).uniform(-1, 1, (2, 100, 4, 4, 1))
    >>> fid.update_state(real, fake / 2.0)
    >>> 0.5 < fid.result() < 2.0
    True

    Reference:
        [Heusel et al., 2017](https://arxiv.org/abs/1706.08500)
    """

    def __init__(
        self,
        feature_extractor: Any = "inception_v3",
        value_range: Range | None = (-1, 1),
        *,
        real_statistics: Any = None,
        name: str = "fid",
    ) -> None:
        super().__init__(feature_extractor, value_range, name=name)
        self.real_statistics = _given(real_statistics)
        self._known: dict[str, FeatureStatistics] = {}
        real = _loaded(self.real_statistics)
        if real is not None:
            self._know("real", real)

    def check_num_features(self, num_features: int) -> None:
        for kind, known in self._known.items():
            if known.num_features == num_features:
                continue
            raise ValueError(
                f"The statistics of {kind} images must be for the features of "
                f"`feature_extractor`, of size {num_features}. Received: "
                f"statistics for features of size {known.num_features}. They "
                "were computed with another extractor."
            )

    def make_state(self, num_features: int) -> None:
        shapes = {
            "count": (),
            "sum": (num_features,),
            "products": (num_features, num_features),
        }
        self._sums = {
            kind: {
                part: self.add_variable(
                    shape, "zeros", dtype="float64", name=f"{kind}_{part}"
                )
                for part, shape in shapes.items()
            }
            for kind in self.kinds
        }

    def add(self, kind: str, features: Any, accepted: Any) -> None:
        features = ops.cast(features, "float64")
        size = ops.cast(ops.shape(features)[0], "float64")
        added = {
            "count": size * ops.cast(accepted, "float64"),
            "sum": ops.sum(features, axis=0),
            "products": _products(features),
        }
        for part, value in added.items():
            self._sums[kind][part].assign_add(value)

    def num_images(self, kind: str) -> int:
        return round(float(read(self._sums[kind]["count"])))

    def statistics(self, kind: str) -> FeatureStatistics:
        """Returns mean and covariance of the features of all images so far.

        Args:
            kind: `"real"` or `"fake"`.

        Raises:
            ValueError: If there are fewer than 2 images.
        """
        if kind in self._known:
            return self._known[kind]
        self.check_state((kind,))
        sums = {part: read(v) for part, v in self._sums[kind].items()}
        count = round(float(sums["count"]))
        mean = sums["sum"] / count
        products = sums["products"] - count * np.outer(mean, mean)
        return FeatureStatistics(mean, products / (count - 1), count)

    def with_statistics(
        self, kind: str, statistics: FeatureStatistics
    ) -> "FrechetInceptionDistance":
        """Returns a new metric with known statistics for one kind of images.

        Args:
            kind: `"real"` or `"fake"`; such images are then ignored.
            statistics: Statistics of features of the same extractor.
        """
        metric = type(self)(
            self.extractor.identifier, self.value_range, name=self.name
        )
        for known in (*self._known.items(), (kind, statistics)):
            metric._know(*known)
        return metric

    def save_real_statistics(self, path: Path) -> None:
        """Saves the statistics of the real images for a later run.

        Args:
            path: File that ends in `.npz`, with `mu` and `sigma`, for
                `real_statistics` or pytorch-fid.
        """
        self.statistics("real").save(path)

    def compute(self) -> float:
        pair = [self.statistics(kind) for kind in ("real", "fake")]
        self._warn_few(pair)
        return frechet_distance(
            pair[0].mu, pair[0].sigma, pair[1].mu, pair[1].sigma
        )

    def get_config(self) -> dict[str, Any]:
        real = self.real_statistics
        if isinstance(real, FeatureStatistics):
            real = keras.saving.serialize_keras_object(real)
        return {**super().get_config(), "real_statistics": real}

    def _know(self, kind: str, statistics: FeatureStatistics) -> None:
        self._known[kind] = statistics
        self.kinds = tuple(k for k in self.kinds if k != kind)
        if kind == "real" and self.real_statistics is None:
            self.real_statistics = statistics

    def _warn_few(self, pair) -> None:
        size = pair[0].num_features
        few = [
            f"{statistics.num_images} {kind} samples"
            for kind, statistics in zip(("real", "fake"), pair, strict=True)
            if statistics.num_images and statistics.num_images <= size
        ]
        if few:
            warnings.warn(
                f"A Fréchet distance of {size} features from only "
                f"{' and '.join(few)} is far too high. Use more samples than "
                "features, and compare only values for the same number.",
                stacklevel=level_outside(),
            )


def _products(features: Any) -> Any:
    """Sums of the products of features, float64 `(features, features)`."""
    # Of features on several machines, JAX adds up the sums of each.
    is_here = getattr(features, "is_fully_addressable", True)
    if is_here and backend.executing_eagerly():
        # NumPy finds that the product is symmetric and computes half of it,
        # with vectors as wide as the processor has.
        values = ops.convert_to_numpy(features)
        return values.T @ values
    # `einsum`: Keras' `matmul` of float64 gives float32 on PyTorch.
    return ops.einsum("ni,nj->ij", features, features)


def _given(real_statistics: Any) -> Any:
    """Returns the argument as it goes into the config: path or statistics."""
    if isinstance(real_statistics, dict):
        return keras.saving.deserialize_keras_object(real_statistics)
    if isinstance(real_statistics, str | os.PathLike):
        return os.fspath(real_statistics)
    if isinstance(real_statistics, list | tuple) and len(real_statistics) == 2:
        return FeatureStatistics(*real_statistics)
    if real_statistics is None or isinstance(
        real_statistics, FeatureStatistics
    ):
        return real_statistics
    raise ValueError(
        "`real_statistics` must be the path of an .npz file, a pair "
        f"`(mu, sigma)` or `FeatureStatistics`. Received: {real_statistics!r}."
    )


def _loaded(real_statistics: Any) -> FeatureStatistics | None:
    if isinstance(real_statistics, str):
        return FeatureStatistics.load(real_statistics)
    return real_statistics
