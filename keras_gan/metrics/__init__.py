"""Metrics of real and generated images."""

from typing import Any

import keras

from keras_gan.features import NAMES as EXTRACTORS
from keras_gan.features import (
    InceptionV3,
    digits_classifier,
    efficientnet_lite0,
    stacked_classifier,
)
from keras_gan.metrics.feature_metric import FeatureMetric
from keras_gan.metrics.frechet_distance import frechet_distance
from keras_gan.metrics.frechet_inception_distance import (
    FrechetInceptionDistance,
)
from keras_gan.metrics.inception_score import InceptionScore
from keras_gan.metrics.kernel_inception_distance import (
    KernelInceptionDistance,
)
from keras_gan.metrics.mae import MAE
from keras_gan.metrics.manifold import manifold_metrics
from keras_gan.metrics.memorization import Memorization
from keras_gan.metrics.mode_coverage import ModeCoverage
from keras_gan.metrics.nearest import nearest_neighbors
from keras_gan.metrics.pair_metric import PairMetric
from keras_gan.metrics.polynomial_mmd import polynomial_mmd
from keras_gan.metrics.precision_recall import PrecisionRecall
from keras_gan.metrics.psnr import PSNR
from keras_gan.metrics.resemblance import memorization_metrics
from keras_gan.metrics.source_distance import source_distance_ratio
from keras_gan.metrics.ssim import SSIM
from keras_gan.metrics.statistics import FeatureStatistics
from keras_gan.metrics.tables import (
    NearestRecordDistance,
    TableQuality,
    TableUsefulness,
    column_shapes,
    nearest_record_distances,
    pair_trends,
    train_synthetic_test_real,
)
from keras_gan.metrics.texts import (
    TextQuality,
    bleu,
    is_molecule,
    is_smiles,
    new_share,
    ngram_distance,
    self_bleu,
    unique_share,
    valid_share,
)

__all__ = [
    "EXTRACTORS",
    "MAE",
    "NAMES",
    "PAIR_NAMES",
    "PSNR",
    "SSIM",
    "FeatureMetric",
    "FeatureStatistics",
    "FrechetInceptionDistance",
    "InceptionScore",
    "InceptionV3",
    "KernelInceptionDistance",
    "Memorization",
    "ModeCoverage",
    "NearestRecordDistance",
    "PairMetric",
    "PrecisionRecall",
    "TableQuality",
    "TableUsefulness",
    "TextQuality",
    "bleu",
    "column_shapes",
    "digits_classifier",
    "efficientnet_lite0",
    "frechet_distance",
    "get",
    "is_molecule",
    "is_smiles",
    "manifold_metrics",
    "memorization_metrics",
    "nearest_neighbors",
    "nearest_record_distances",
    "new_share",
    "ngram_distance",
    "pair_trends",
    "polynomial_mmd",
    "self_bleu",
    "source_distance_ratio",
    "stacked_classifier",
    "train_synthetic_test_real",
    "unique_share",
    "valid_share",
]

_BY_NAME: dict[str, type[FeatureMetric]] = {
    "fid": FrechetInceptionDistance,
    "kid": KernelInceptionDistance,
    "inception_score": InceptionScore,
    "is": InceptionScore,
    "prdc": PrecisionRecall,
    "precision_recall": PrecisionRecall,
    "modes": ModeCoverage,
    "memorization": Memorization,
}

_OF_PAIRS: dict[str, type[PairMetric]] = {
    "psnr": PSNR,
    "ssim": SSIM,
    "mae": MAE,
}

NAMES = tuple(_BY_NAME)
"""Names for `get` of metrics of features."""

PAIR_NAMES = tuple(_OF_PAIRS)
"""Names for `get` of metrics that compare images with their targets."""


def get(identifier: Any, **arguments: Any) -> Any:
    """Returns the metric that `identifier` refers to.

    Args:
        identifier: One of `NAMES` or `PAIR_NAMES`, or a `keras.metrics.Metric`
            or its config.
        **arguments: Arguments for a metric given by its name.

    Returns:
        A metric with `update_state(real_images, fake_images)`.

    Raises:
        ValueError: If `identifier` is none of these.

    Example:

    >>> get("kid", feature_extractor="digits").name
    'kid'
    """
    by_name: dict[str, Any] = {**_BY_NAME, **_OF_PAIRS}
    if isinstance(identifier, str) and identifier in by_name:
        return by_name[identifier](**arguments)
    if isinstance(identifier, dict) and "class_name" in identifier:
        identifier = keras.saving.deserialize_keras_object(identifier)
    if isinstance(identifier, keras.metrics.Metric):
        return identifier
    raise ValueError(
        "A metric must be the name of one, the config of one, or an object "
        "with `update_state(real_images, fake_images)`. Received: "
        f"{identifier!r}. The names are: {', '.join(by_name)}."
    )
