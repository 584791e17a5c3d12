"""`TableMetric`: the base of metrics of the rows that a model makes."""

from typing import Any

import keras

from keras_gan.metrics.sampled_metric import SampledMetric


class TableMetric(SampledMetric):
    """Base class of Keras metrics that compare two tables.

    It takes rows of numbers, as `TableGAN.evaluate` and validation in `fit`
    hand them to metrics. A subclass compares the `tables` that they stand for.

    Args:
        preprocessor: `layers.TablePreprocessor` that has learned the table.
        max_rows: Maximum number of real and of fake rows, at least 2; of more
            a random sample is kept.
        seed: Integer that fixes the sample.
        name: Name of the metric; the logs show the names of the values.
    """

    def __init__(
        self,
        preprocessor: Any,
        *,
        max_rows: int = 10_000,
        seed: int = 2020,
        name: str,
    ) -> None:
        rows = keras.Input((preprocessor.adapted().width,))
        # In half precision the numbers would be others.
        same = keras.layers.Identity(dtype="float32")
        super().__init__(
            keras.Sequential([rows, same]),
            None,
            max_images=max_rows,
            seed=seed,
            name=name,
        )
        self.preprocessor = preprocessor

    @property
    def least_images(self) -> int:
        return 1

    def tables(self) -> tuple[Any, Any]:
        """Returns the tables of the real and of the fake rows."""
        real, fake = (
            self.preprocessor.inverse(self.features(kind))
            for kind in ("real", "fake")
        )
        return real, fake

    def get_config(self) -> dict[str, Any]:
        return {
            "preprocessor": keras.saving.serialize_keras_object(
                self.preprocessor
            ),
            "max_rows": self.max_images,
            "seed": self.seed,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "TableMetric":
        """Creates the metric, with its preprocessor."""
        preprocessor = keras.saving.deserialize_keras_object(
            config["preprocessor"]
        )
        return cls(**{**config, "preprocessor": preprocessor})
