"""`MetricsCallback`: metrics of generated images during training."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_gan.callbacks._real_images import RealImages
from keras_gan.callbacks._statistics_cache import StatisticsCache
from keras_gan.metrics.feature_metric import read, restore
from keras_gan.utils.arguments import integer


class MetricsCallback(keras.callbacks.Callback):
    """Adds metrics of real and generated images to an epoch's logs.

    Use it when there is no validation data, or to compare different numbers of
    real and generated images. Put it before `ModelCheckpoint`, `EarlyStopping`,
    `CSVLogger` and `TensorBoard` in the list, which then find the values under
    the names of the metrics.

    The real images are read once, when training begins. If a metric needs only
    their mean and covariance, these are cached on disk, keyed by images and
    feature extractor. The generated images come from the averaged generator and
    always from the same latents; the classes of a conditional GAN have the
    shares of the real labels. Training is not affected in any way.

    Args:
        real: Array `(n, ...)` of images in the metrics' `value_range`, a pair
            `(images, labels)`, or a dataset of batches of either. None if the
            metrics need no real images.
        metrics: List of metrics with `update_real` and `update_fake`.
        num_images: Number of images to generate, at least 2.
        every: Evaluate every this many epochs. In other epochs the logs do not
            contain the values, as with Keras' `validation_freq`; `CSVLogger`
            then omits them, because the first epoch sets its columns.
        batch_size: Number of images generated at once.
        seed: Integer that fixes the latents.
        cache_directory: Folder for statistics of real images. Default: a
            folder in Keras' home. False: no cache.

    Raises:
        ValueError: If an argument is invalid, or, when training begins, if the
            real images are not valid for the metrics.

    Example:

    >>> recall = keras_gan.metrics.PrecisionRecall("digits", nearest_k=3)
    >>> images = np.random.uniform(-1, 1, (64, 8, 8, 1)).astype("float32")
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp((8, 8, 1), hidden=(16,)))
    >>> gan.compile()
    >>> callback = MetricsCallback(images, [recall], num_images=64)
    >>> history = gan.fit(images, callbacks=[callback], verbose=0).history
    >>> "recall" in history and "precision" in history
    True
    """

    def __init__(
        self,
        real: Any,
        metrics: Sequence[Any],
        *,
        num_images: int = 10_000,
        every: int = 1,
        batch_size: int = 64,
        seed: int = 0,
        cache_directory: Any = None,
    ) -> None:
        super().__init__()
        for name, number, least in (
            ("num_images", num_images, 2),
            ("every", every, 1),
            ("batch_size", batch_size, 1),
            ("seed", seed, 0),
        ):
            integer(name, number, at_least=least)
        self.sample_metrics = _check_metrics(metrics)
        if real is None and any(map(_needs_real, self.sample_metrics)):
            raise ValueError(
                "`real` must be given: the metrics compare generated images "
                "with real images. Received: real=None."
            )
        self.real = RealImages(real)
        for metric in self.sample_metrics:
            least = getattr(metric, "least_images", 2)
            if num_images < least:
                raise ValueError(
                    f"`num_images` must be at least {least} for the metric "
                    f"{metric.name!r}. Received: num_images={num_images}."
                )
        self.num_images = int(num_images)
        self.every = int(every)
        self.batch_size = int(batch_size)
        self.seed = int(seed)
        self._cache = StatisticsCache(cache_directory)
        self._labels: np.ndarray | None = None
        # The state of each metric after the real images.
        self._real_states: list[list[np.ndarray]] | None = None

    def on_train_begin(self, logs=None):
        """Reads the real images, if this is the first run."""
        if not hasattr(self.model, "generate"):
            raise ValueError(
                f"`{type(self).__name__}` needs a model with `generate`, such "
                f"as `keras_gan.GAN`. Received: {type(self.model).__name__}."
            )
        if self._real_states is None:
            self._real_states = self._read_real()
        self._labels = self._fake_labels()

    def on_epoch_end(self, epoch, logs=None):
        """Adds the metrics to the logs, every `every` epochs."""
        if logs is not None and (epoch + 1) % self.every == 0:
            logs.update(self.compute())

    def compute(self) -> dict[str, float]:
        """Computes the metrics for the current generator.

        Returns:
            Dict from names to numbers.
        """
        metrics, states = self.sample_metrics, self._real_states
        if states is None:
            raise ValueError(
                "The real images are read when training begins, which has not "
                "happened yet. Pass the callback to `fit` first."
            )
        for metric, state in zip(metrics, states, strict=True):
            metric.reset_state()
            if state:
                restore(metric, state)
        for images in self._generated():
            # Metrics that see the same tensor compute its features once.
            images = keras.ops.convert_to_tensor(images)
            for metric in metrics:
                metric.update_fake(images)
        values: dict[str, float] = {}
        for metric in metrics:
            result = metric.result()
            if not isinstance(result, dict):
                result = {metric.name: result}
            for name, value in result.items():
                name = f"{metric.name}_{name}" if name in values else name
                values[name] = float(value)
        return values

    def _read_real(self) -> list[list[np.ndarray]]:
        self.sample_metrics = [
            self._cache.restored(metric, self.real)
            for metric in self.sample_metrics
        ]
        needing_real = [m for m in self.sample_metrics if _needs_real(m)]
        for metric in needing_real:
            metric.reset_state()
        batches = self.real.batches(self.batch_size) if needing_real else ()
        for images in batches:
            images = keras.ops.convert_to_tensor(images)
            for metric in needing_real:
                metric.update_real(images)
        for metric in needing_real:
            # Raise errors now, not after an epoch of work.
            getattr(metric, "check_state", lambda kinds: None)(("real",))
        self.sample_metrics = [
            self._cache.stored(metric, self.real)
            for metric in self.sample_metrics
        ]
        return [
            [read(variable) for variable in metric.variables]
            if _needs_real(metric)
            else []
            for metric in self.sample_metrics
        ]

    def _generated(self):
        for start in range(0, self.num_images, self.batch_size):
            stop = min(start + self.batch_size, self.num_images)
            labels = self._labels
            yield self.model.generate(
                stop - start,
                labels=None if labels is None else labels[start:stop],
                seed=self.seed + start,
                batch_size=self.batch_size,
            )

    def _fake_labels(self) -> np.ndarray | None:
        num_classes = getattr(self.model, "num_classes", None)
        if num_classes is None:
            return None
        labels = self.real.labels
        if labels is None:
            return np.arange(self.num_images, dtype="int32") % num_classes
        # Evenly spaced in the sorted labels: each class in proportion.
        places = np.linspace(0, len(labels), self.num_images, endpoint=False)
        return np.sort(labels)[places.astype(int)]


def _check_metrics(metrics: Any) -> list:
    listed = isinstance(metrics, list | tuple) and len(metrics) > 0
    for metric in metrics if listed else [metrics]:
        if not listed or not hasattr(metric, "update_fake"):
            raise ValueError(
                "`metrics` must be a list of metrics with `update_real` and "
                "`update_fake`, such as those of `keras_gan.metrics`. "
                f"Received: {metric!r}."
            )
    return list(metrics)


def _needs_real(metric: Any) -> bool:
    return "real" in getattr(metric, "kinds", ("real",))
