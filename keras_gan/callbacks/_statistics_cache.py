"""Statistics of real images, kept on disk from run to run."""

import contextlib
import hashlib
import json
import os
import pathlib
from typing import Any

import keras
import numpy as np

from keras_gan.callbacks._real_images import RealImages
from keras_gan.metrics.feature_metric import read
from keras_gan.metrics.statistics import FeatureStatistics
from keras_gan.utils.workers import is_chief

# Raised when features of the same images and weights come out differently.
_LAYOUT = 1


class StatisticsCache:
    """Means and covariances in a folder, under a key of data and extractor.

    Of metrics that need no more of the real images: those that have
    `with_statistics`. A file that is damaged is made anew, and a folder
    that cannot be written does without.

    Args:
        directory: The folder. None: one in Keras' own. False: none.
    """

    def __init__(self, directory: Any = None) -> None:
        if directory is None:
            home = os.environ.get("KERAS_HOME", "~/.keras")
            directory = pathlib.Path(home).expanduser() / "keras_gan"
        self.directory: pathlib.Path | None = (
            None if directory is False else pathlib.Path(directory)
        )

    def restored(self, metric: Any, real: RealImages) -> Any:
        """The metric with the statistics of real images, where they are known.

        Args:
            metric: A metric, without real images.
            real: The real images.

        Returns:
            A metric that needs no real images any more, or `metric`.
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
        """The metric with the statistics of the real images it has seen.

        Args:
            metric: A metric that has seen all of them.
            real: The real images.

        Returns:
            A metric that needs no real images any more, or `metric` if it is
            one that must have them.
        """
        if not _takes_statistics(metric):
            return metric
        statistics = metric.statistics("real")
        path = self._path_for(metric, real)
        if path is not None and is_chief():
            # The run needs the statistics, not the file.
            with contextlib.suppress(OSError):
                path.parent.mkdir(parents=True, exist_ok=True)
                statistics.save(path)
        return metric.with_statistics("real", statistics)

    def _path_for(self, metric, real) -> pathlib.Path | None:
        if self.directory is None or not _takes_statistics(metric):
            return None
        # Weights that are not made yet have no digest.
        metric.build(real.image_shape)
        try:
            return self.path(metric, real)
        except (NotImplementedError, TypeError):
            # A model of which Keras can write no config: it might be another
            # one tomorrow.
            return None

    def path(self, metric: Any, real: RealImages) -> pathlib.Path:
        """Where the statistics of these images and this extractor lie."""
        parts = (real.digest, fingerprint(metric), metric.value_range, _LAYOUT)
        key = " ".join(map(str, parts))
        name = hashlib.sha256(key.encode()).hexdigest()[:24]
        return (self.directory or pathlib.Path()) / f"statistics-{name}.npz"


def fingerprint(metric: Any) -> str:
    """Hexadecimal digest of a metric's feature extractor, weights and all."""
    extractor = metric.extractor
    network = getattr(extractor, "network", None) or extractor.model
    digest = hashlib.sha256()
    config = _nameless(keras.saving.serialize_keras_object(network), {})
    digest.update(json.dumps(config, sort_keys=True, default=str).encode())
    for weight in network.weights:
        digest.update(np.ascontiguousarray(read(weight)).tobytes())
    return digest.hexdigest()


def _nameless(config: Any, numbers: dict[str, int]) -> Any:
    """A config without what differs each time a model is made.

    Keras numbers the layers of a process and calls them by these numbers.

    Args:
        config: What `serialize_keras_object` returned, or a part of it.
        numbers: Names met so far, each with its place.
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
    """Whether it could do with statistics, and has none yet."""
    can = hasattr(metric, "with_statistics")
    return can and "real" in metric.kinds
