"""`TextQuality`: how much generated texts resemble real ones, in training."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_gan.metrics.sampled_metric import SampledMetric
from keras_gan.metrics.texts.ngrams import ngram_distance
from keras_gan.metrics.texts.shares import unique_share, valid_share


@keras.saving.register_keras_serializable(package="keras_gan")
class TextQuality(SampledMetric):
    """Distance of n-grams, and shares of unique and of valid texts.

    It takes one-hot tokens, as `TextGAN.evaluate` and validation in `fit` hand
    them to metrics, and compares the texts that they stand for:
    `ngram_distance` of real and generated ones, `unique_share` and, with
    `is_valid`, `valid_share` of the generated ones.

    Args:
        preprocessor: `layers.TextPreprocessor` that has learned the texts.
        n: As in `ngram_distance`.
        is_valid: As in `valid_share`, registered with Keras if it is to be
            saved; or None.
        max_texts: Maximum number of real and of fake texts, at least 2; of
            more a random sample is kept.
        seed: Integer that fixes the sample.
        name: Name of the metric; the logs show the names of the values.

    Example:

    >>> preprocessor = keras_gan.layers.TextPreprocessor()
    >>> preprocessor.adapt(["ab", "ac"])
    >>> metric = keras_gan.metrics.TextQuality(preprocessor)
    >>> metric.update_state(preprocessor(["ab"]), preprocessor(["ab", "ab"]))
    >>> metric.result()
    {'ngram_distance': 0.0, 'unique': 0.5}
    """

    def __init__(
        self,
        preprocessor: Any,
        *,
        n: int = 2,
        is_valid: Callable[[str], bool] | None = None,
        max_texts: int = 10_000,
        seed: int = 2020,
        name: str = "text_quality",
    ) -> None:
        tokens = keras.Input(preprocessor.sequence_shape)
        # One-hot vectors would take as many times the memory as there are
        # tokens. Float32 holds these numbers exactly.
        codes = ops.cast(ops.argmax(tokens, axis=2), "float32")
        super().__init__(
            keras.Model(tokens, codes),
            None,
            max_images=max_texts,
            seed=seed,
            name=name,
        )
        self.preprocessor = preprocessor
        self.n = n
        self.is_valid = is_valid

    @property
    def least_images(self) -> int:
        return 1

    def compute(self) -> dict[str, float]:
        real, fake = (
            self.preprocessor.inverse(self.features(kind).astype("int32"))
            for kind in ("real", "fake")
        )
        unit = self.preprocessor.unit
        values = {
            "ngram_distance": ngram_distance(real, fake, n=self.n, unit=unit),
            "unique": unique_share(fake),
        }
        if self.is_valid is not None:
            values["valid"] = valid_share(fake, self.is_valid)
        return values

    def get_config(self) -> dict[str, Any]:
        serialize = keras.saving.serialize_keras_object
        return {
            "preprocessor": serialize(self.preprocessor),
            "n": self.n,
            "is_valid": serialize(self.is_valid),
            "max_texts": self.max_images,
            "seed": self.seed,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "TextQuality":
        """Creates the metric, with its preprocessor."""
        one = keras.saving.deserialize_keras_object
        return cls(
            **{
                **config,
                "preprocessor": one(config["preprocessor"]),
                "is_valid": one(config["is_valid"]),
            }
        )
