from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.images import Range
from keras_gan.metrics.feature_metric import FeatureMetric, read
from keras_gan.utils.arguments import integer


@keras.saving.register_keras_serializable(package="keras_gan")
class InceptionScore(FeatureMetric):
    """The inception score of fake images; higher is better.

    It is high if a classifier is confident about each image and all classes
    occur:

    ```
    exp(mean over images of KL(p(class | image) || p(class)))
    ```

    between 1 and the number of classes, averaged over `splits` parts of the
    images. Real images are ignored. The state is the sums of probabilities for
    each part, in float64, so memory does not grow with the images.

    The score is biased downward for few images: the usual number is 50,000 in
    10 splits. Image i belongs to split `i % splits`, while torch-fidelity
    shuffles the images and splits them into blocks; with `splits=1` both agree.

    Args:
        feature_extractor: `"inception_v3"`, the network of every published
            score; `"efficientnet_lite0"`; `"digits"`; or a `keras.Model`,
            images -> logits `(batch, num_classes)`.
        value_range: `(low, high)` of images. `None`: any (models only).
        splits: Number of parts, at least 1.
        name: Name of the metric in the logs.

    Raises:
        ValueError: If an argument is invalid.

    Example:

    >>> logits = keras.Sequential([keras.layers.Flatten()])
    >>> score = InceptionScore(logits, splits=1)
    >>> score.update_fake(50.0 * np.eye(3))
    >>> round(score.result(), 3)
    3.0

    Reference:
        [Salimans et al., 2016](https://arxiv.org/abs/1606.03498)
    """

    head = "scores"
    kinds = ("fake",)

    def __init__(
        self,
        feature_extractor: Any = "inception_v3",
        value_range: Range | None = (-1, 1),
        *,
        splits: int = 10,
        name: str = "inception_score",
    ) -> None:
        super().__init__(feature_extractor, value_range, name=name)
        self.splits = integer("splits", splits, at_least=1)

    @property
    def least_images(self) -> int:
        """Minimum number of images."""
        return max(2, self.splits)

    def make_state(self, num_features: int) -> None:
        def sums(name, *shape):
            return self.add_variable(
                (self.splits, *shape), "zeros", dtype="float64", name=name
            )

        self.counts = sums("counts")
        self.entropies = sums("negative_entropies")
        self.probabilities = sums("probabilities", num_features)

    def add(self, kind: str, features: Any, accepted: Any) -> None:
        logits = ops.cast(features, "float64")
        size = ops.shape(logits)[0]
        # Replicas alternate between the splits.
        numbers = ops.cast(ops.sum(self.counts), "int64")
        numbers = numbers + ops.arange(size, dtype="int64")
        if backend.in_several_replicas():
            replica = ops.cast(backend.replica_id(), "int64")
            numbers = numbers * backend.replica_count() + replica
        member = ops.one_hot(numbers % self.splits, self.splits)
        member = ops.cast(member, "float64") * ops.cast(accepted, "float64")
        probabilities = ops.softmax(logits)
        entropies = ops.sum(probabilities * ops.log_softmax(logits), axis=1)
        self.counts.assign_add(ops.sum(member, axis=0))
        # `einsum`: Keras' `matmul` of float64 gives float32 on PyTorch.
        self.entropies.assign_add(ops.einsum("ns,n->s", member, entropies))
        self.probabilities.assign_add(
            ops.einsum("ns,nc->sc", member, probabilities)
        )

    def num_images(self, kind: str) -> int:
        return round(float(read(self.counts).sum()))

    def compute(self) -> float:
        return float(self._scores().mean())

    def mean_and_deviation(self) -> tuple[float, float]:
        """Returns the value and `standard_deviation()`, computed together."""
        self.check_state(self.kinds)
        scores = self._scores()
        return float(scores.mean()), float(scores.std())

    def standard_deviation(self) -> float:
        """Returns the standard deviation over the splits."""
        return self.mean_and_deviation()[1]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "splits": self.splits}

    def _scores(self) -> np.ndarray:
        counts = read(self.counts)
        used = counts > 0  # Replicas may have skipped one.
        counts = counts[used]
        means = read(self.probabilities)[used] / counts[:, None]
        logs = np.log(np.where(means > 0, means, 1.0))
        divergences = read(self.entropies)[used] / counts
        return np.exp(divergences - (means * logs).sum(axis=1))
