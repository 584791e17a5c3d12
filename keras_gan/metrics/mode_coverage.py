from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike

from keras_gan.images import Range
from keras_gan.metrics.feature_metric import FeatureMetric, read


@keras.saving.register_keras_serializable(package="keras_gan")
class ModeCoverage(FeatureMetric):
    """Counts the modes of the data among fakes, and compares their shares.

    A classifier assigns each fake image to a mode. `modes` is the number of
    modes with at least one image, and `reverse_kl`, in nats, is

    ```
    KL(p_fake || p_real) = sum over modes of p_fake log(p_fake / p_real)
    ```

    which is 0 for the right frequencies. Real images are ignored. For `n` fakes
    with the right frequencies of `k` modes the divergence is about `k / (2 n)`,
    and all modes are found if `n` is well above `k log k`: for the 1,000 modes
    of Stacked MNIST the usual number is 26,000.

    Args:
        feature_extractor: `"digits"` (ten modes), or a classifier as a
            `keras.Model`, images -> scores `(batch, num_modes)`; see
            `stacked_classifier`.
        value_range: `(low, high)` of images. `None`: any (models only).
        real_distribution: Frequencies of the modes in the data, positive,
            `(num_modes,)`. `None`: all modes are equally frequent.
        name: Name of the metric; the logs show the names of the values.

    Raises:
        ValueError: If an argument is invalid.

    Example:

    >>> metric = ModeCoverage(keras.Sequential([keras.layers.Flatten()]))
    >>> metric.update_fake(np.eye(4)[[0, 0, 1, 1]])
    >>> metric.result()
    {'modes': 2, 'reverse_kl': 0.693...}

    Reference:
        [Metz et al., 2017](https://arxiv.org/abs/1611.02163)
    """

    head = "scores"
    kinds = ("fake",)

    def __init__(
        self,
        feature_extractor: Any = "digits",
        value_range: Range | None = (-1, 1),
        *,
        real_distribution: ArrayLike | None = None,
        name: str = "mode_coverage",
    ) -> None:
        super().__init__(feature_extractor, value_range, name=name)
        self.real_distribution = _frequencies(real_distribution)

    def check_num_features(self, num_features: int) -> None:
        given = self.real_distribution
        if given is not None and len(given) != num_features:
            raise ValueError(
                "`real_distribution` must have one frequency for each of the "
                f"{num_features} modes of `feature_extractor`. "
                f"Received: {len(given)}."
            )

    def make_state(self, num_features: int) -> None:
        self.counts = self.add_variable(
            (num_features,), "zeros", dtype="float64", name="counts"
        )

    def add(self, kind: str, features: Any, accepted: Any) -> None:
        num_modes = self.counts.shape[0]
        modes = ops.one_hot(ops.argmax(features, axis=1), num_modes)
        counts = ops.sum(ops.cast(modes, "float64"), axis=0)
        self.counts.assign_add(counts * ops.cast(accepted, "float64"))

    def num_images(self, kind: str) -> int:
        return round(float(read(self.counts).sum()))

    def compute(self) -> dict[str, float]:
        counts = read(self.counts)
        fake = counts / counts.sum()
        real = np.full(len(fake), 1.0 / len(fake))
        if self.real_distribution is not None:
            real = np.array(self.real_distribution)
        found = fake > 0
        ratios = np.log(fake[found] / real[found])
        return {
            "modes": int((counts > 0.5).sum()),
            "reverse_kl": max(float((fake[found] * ratios).sum()), 0.0),
        }

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "real_distribution": self.real_distribution,
        }


def _frequencies(real_distribution: ArrayLike | None) -> list[float] | None:
    if real_distribution is None:
        return None
    values = np.asarray(real_distribution, "float64")
    usable = values.ndim == 1 and np.isfinite(values).all()
    if not usable or not values.size or (values <= 0).any():
        raise ValueError(
            "`real_distribution` must be a list of positive numbers, one for "
            f"each mode. Received: {real_distribution!r}."
        )
    return (values / values.sum()).tolist()
