"""`TableUsefulness`: what classifiers learn from generated rows."""

from typing import Any

import keras

from keras_gan.metrics.tables.table_metric import TableMetric
from keras_gan.metrics.tables.usefulness import (
    check_number,
    train_synthetic_test_real,
)


@keras.saving.register_keras_serializable(package="keras_gan")
class TableUsefulness(TableMetric):
    """`train_synthetic_test_real` of generated rows, in training.

    It takes rows of numbers, as `TableGAN.evaluate` and validation in `fit`
    hand them to metrics: classifiers learn from the generated rows, and are
    tested on the real ones. That takes seconds, so keep `max_rows` small.

    Args:
        preprocessor: `layers.TablePreprocessor` that has learned the table.
        label: Name of the column of categories that is predicted.
        max_rows: Maximum number of real and of fake rows, at least 2; of more
            a random sample is kept.
        seed: Integer seed of the sample and of the classifiers.
        name: Name of the metric; the logs show the names of the values, those
            of `train_synthetic_test_real`.

    Raises:
        ValueError: If there is no such column of categories, or it has more
            than 100.

    Example:

    >>> table = {"x": [0.0, 0.1, 0.9, 1.0] * 10, "y": ["a", "a", "b", "b"] * 10}
    >>> preprocessor = keras_gan.layers.TablePreprocessor()
    >>> preprocessor.adapt(table)
    >>> metric = keras_gan.metrics.TableUsefulness(preprocessor, "y")
    >>> metric.update_state(preprocessor(table), preprocessor(table))
    >>> metric.result()["logistic_regression_accuracy"]
    1.0
    """

    def __init__(
        self,
        preprocessor: Any,
        label: str,
        *,
        max_rows: int = 2_000,
        seed: int = 2020,
        name: str = "table_usefulness",
    ) -> None:
        number = preprocessor.number_of(label)
        check_number(label, preprocessor.layout.category_sizes[number])
        super().__init__(preprocessor, max_rows=max_rows, seed=seed, name=name)
        self.label = label

    def compute(self) -> dict[str, float]:
        real, fake = self.tables()
        return train_synthetic_test_real(fake, real, self.label, seed=self.seed)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "label": self.label}
