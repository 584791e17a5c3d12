"""`NearestRecordDistance`: whether generated rows are copies, in training."""

import warnings
from typing import Any

import keras

from keras_gan.metrics.tables.nearest import nearest_record_distances
from keras_gan.metrics.tables.table_metric import TableMetric

NAMES = {
    "fake": "nearest_distance",
    "fake_copies": "copies",
    "held_out": "real_nearest_distance",
    "held_out_copies": "real_copies",
}
"""Names of the values of `nearest_record_distances` beside others."""


@keras.saving.register_keras_serializable(package="keras_gan")
class NearestRecordDistance(TableMetric):
    """`nearest_record_distances` of generated rows, in training.

    It takes rows of numbers, as `TableGAN.evaluate` and validation in `fit`
    hand them to metrics: generated rows, and real ones that were held out. If
    `nearest_distance` is below `real_nearest_distance`, or `copies` above
    `real_copies`, the model gives training rows away.

    The training rows are not saved with the metric, because a model that holds
    them would be no protection. A metric that was loaded returns NaN, with a
    warning.

    Args:
        preprocessor: `layers.TablePreprocessor` that has learned the table.
        train: The table that the model is trained on; None where the metric
            comes from a config.
        max_rows: Maximum number of held-out and of generated rows, at least 2;
            of more a random sample is kept.
        seed: Integer that fixes the sample.
        name: Name of the metric; the logs show the names of the values.

    Raises:
        ValueError: If `train` has other columns than the preprocessor knows.

    Example:

    >>> table = {"x": [0.0, 0.1, 0.9, 1.0] * 10, "y": ["a", "a", "b", "b"] * 10}
    >>> preprocessor = keras_gan.layers.TablePreprocessor()
    >>> preprocessor.adapt(table)
    >>> metric = keras_gan.metrics.NearestRecordDistance(preprocessor, table)
    >>> metric.update_state(preprocessor(table), preprocessor(table))
    >>> round(metric.result()["copies"], 1)
    1.0
    """

    def __init__(
        self,
        preprocessor: Any,
        train: Any,
        *,
        max_rows: int = 2_000,
        seed: int = 2020,
        name: str = "nearest_record_distance",
    ) -> None:
        super().__init__(preprocessor, max_rows=max_rows, seed=seed, name=name)
        self._train = None
        if train is not None:
            # As the rows that it is compared with: rounded and in bounds.
            self._train = preprocessor.inverse(preprocessor(train))

    def compute(self) -> dict[str, float]:
        if self._train is None:
            warnings.warn(
                f"The metric {self.name!r} has no training rows, which are not "
                "saved with a model, and returns NaN. Compile the model with a "
                "new one: `NearestRecordDistance(preprocessor, train)`.",
                stacklevel=2,
            )
            return dict.fromkeys(NAMES.values(), float("nan"))
        real, fake = self.tables()
        found = nearest_record_distances(self._train, fake, real)
        return {NAMES[name]: value for name, value in found.items()}

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "train": None}
