"""`TableQuality`: how much generated rows resemble real ones, in training."""

from typing import Any

import keras
import numpy as np

from keras_gan.metrics.tables.shapes import column_shapes
from keras_gan.metrics.tables.table_metric import TableMetric
from keras_gan.metrics.tables.trends import pair_trends


@keras.saving.register_keras_serializable(package="keras_gan")
class TableQuality(TableMetric):
    """Means of `column_shapes` and of `pair_trends` of generated rows.

    It takes rows of numbers, as `TableGAN.evaluate` and validation in `fit`
    hand them to metrics, and compares the tables that they stand for. Both
    values are in [0, 1]; 1 is best.

    Args:
        preprocessor: `layers.TablePreprocessor` that has learned the table.
        max_rows: Maximum number of real and of fake rows, at least 2; of more
            a random sample is kept.
        seed: Integer that fixes the sample.
        name: Name of the metric; the logs show the names of the values.

    Example:

    >>> preprocessor = keras_gan.layers.TablePreprocessor()
    >>> preprocessor.adapt({"sex": ["F", "F", "M", "M"], "old": [1, 0, 0, 1]})
    >>> metric = keras_gan.metrics.TableQuality(preprocessor)
    >>> real = preprocessor({"sex": ["F", "F", "M", "M"], "old": [1, 0, 0, 1]})
    >>> metric.update_state(real, real[:1])
    >>> metric.result()
    {'column_shapes': 0.5, 'pair_trends': 0.25}
    """

    def __init__(
        self,
        preprocessor: Any,
        *,
        max_rows: int = 10_000,
        seed: int = 2020,
        name: str = "table_quality",
    ) -> None:
        super().__init__(preprocessor, max_rows=max_rows, seed=seed, name=name)

    def compute(self) -> dict[str, float]:
        real, fake = self.tables()
        # A table of one column has no pairs, which are then as they should be.
        trends = list(pair_trends(real, fake).values()) or [1.0]
        shapes = list(column_shapes(real, fake).values())
        return {
            "column_shapes": float(np.mean(shapes)),
            "pair_trends": float(np.mean(trends)),
        }
