"""Statistics of real images, cached on disk across runs."""

import contextlib
import hashlib
import json
import os
import pathlib
from typing import Any

import keras
import numpy as np

from keras_gan.backend.devices import is_chief
from keras_gan.callbacks._real_images import RealImages
from keras_gan.metrics.feature_metric import read
from keras_gan.metrics.statistics import FeatureStatistics

# Increased when the features of the same images and weights change.
_LAYOUT = 1


class StatisticsCache:
    """A folder of means and covariances, keyed by data and extractor.

    It serves metrics that need nothing else from the real images: those with
    `with_statistics`. A damaged file is recomputed; if the folder is not
    writable, nothing is cached.

    Args:
        directory: The folder. None: a folder in Keras' home. False: no cache.
    """

    def __init__(self, directory: Any = None) -> None:
        if directory is None:
            home = os.environ.get("KERAS_HOME", "~/.keras")
            directory = pathlib.Path(home).expanduser() / "keras_gan"
        self.directory: pathlib.Path | None = (
            None if directory is False else pathlib.Path(directory)
        )

    def restored(self, metric: Any, real: RealImages) -> Any:
        """Returns the metric with cached statistics of real images, if any.

        Args:
            metric: A metric, without real images.
            real: The real images.

        Returns:
            A metric that needs no more real images, or `metric`.
        """
        path = self._path_for(metric, real)
        if path is None or not path.is_file():
            return metric
        try:
            known = FeatureStatistics.load(path)
        except (OSError, ValueError):
            return metric
        return metric.with_statistics("real", known)

    def stored(self, metric: Any, real: RealImages) -> Any:
        """Caches the statistics of the real images that a metric has seen.

        Args:
            metric: A metric that has seen all of them.
            real: The real images.

        Returns:
            A metric that needs no more real images, or `metric` if it always
            needs them.
        """
        if not _takes_statistics(metric):
            return metric
        statistics = metric.statistics("real")
        path = self._path_for(metric, real)
        if path is not None and is_chief():
            # The run can go on without the file.
            with contextlib.suppress(OSError):
                path.parent.mkdir(parents=True, exist_ok=True)
                statistics.save(path)
        return metric.with_statistics("real", statistics)

    def _path_for(self, metric, real) -> pathlib.Path | None:
        if self.directory is None or not _takes_statistics(metric):
            return None
        # Weights must exist before their digest is computed.
        metric.build(real.image_shape)
        try:
            return self.path(metric, real)
        except (NotImplementedError, TypeError):
            # Keras cannot write a config of this model, so a later run could
            # not tell whether it is the same one.
            return None

    def path(self, metric: Any, real: RealImages) -> pathlib.Path:
        """Path of the statistics of these images and this extractor."""
        parts = (real.digest, fingerprint(metric), metric.value_range, _LAYOUT)
        key = " ".join(map(str, parts))
        name = hashlib.sha256(key.encode()).hexdigest()[:24]
        return (self.directory or pathlib.Path()) / f"statistics-{name}.npz"


def fingerprint(metric: Any) -> str:
    """Hexadecimal digest of a metric's feature extractor and its weights."""
    extractor = metric.extractor
    network = getattr(extractor, "network", None) or extractor.model
    digest = hashlib.sha256()
    config = _nameless(keras.saving.serialize_keras_object(network), {})
    digest.update(json.dumps(config, sort_keys=True, default=str).encode())
    for weight in network.weights:
        digest.update(np.ascontiguousarray(read(weight)).tobytes())
    return digest.hexdigest()


def _nameless(config: Any, numbers: dict[str, int]) -> Any:
    """A config without the names that differ each time a model is made.

    Keras numbers the layers of a process and puts the numbers in their names.

    Args:
        config: What `serialize_keras_object` returned, or a part of it.
        numbers: Names found so far, each with its position.
    """
    if isinstance(config, dict):
        name = config.get("name")
        if isinstance(name, str):
            numbers.setdefault(name, len(numbers))
        return {
            key: _nameless(value, numbers)
            for key, value in config.items()
            if key != "shared_object_id"
        }
    if isinstance(config, list | tuple):
        return [_nameless(value, numbers) for value in config]
    is_name = isinstance(config, str) and config in numbers
    return numbers[config] if is_name else config


def _takes_statistics(metric: Any) -> bool:
    """Whether the metric accepts statistics and has none yet."""
    can = hasattr(metric, "with_statistics")
    return can and "real" in metric.kinds
