"""Two sets that `keras-gan evaluate` compares, and what it sees them with."""

import argparse
from typing import Any

from keras_gan.cli import arguments as kinds
from keras_gan.cli.evaluation_inputs import (
    EvaluationInput,
    SavedStatistics,
    open_input,
)
from keras_gan.cli.metric_options import default_extractor, extractor_in_words
from keras_gan.cli.words import size_in_words


class Comparison:
    """Real and generated images.

    Args:
        options: Arguments of the command line.

    Attributes:
        inputs: Both inputs by the keys `"real"` and `"fake"`.
        extractor: What metrics see them with: a name or a `keras.Model`.
        unit: What there are many of.
        metrics: Names of those that they can be compared by.
        otherwise: What else can be asked for, in words.
    """

    unit = "images"
    metrics: tuple[str, ...] = kinds.METRICS
    otherwise = ", or ask for `--memorization`"

    def __init__(self, options: argparse.Namespace) -> None:
        self.inputs: dict[str, EvaluationInput] = {
            "real": open_input(options.real, options, options.split),
            "fake": open_input(options.fake, options),
        }
        _note_sizes(self.inputs)
        self.extractor: Any = options.feature_extractor or default_extractor(
            options.real, _num_features(self.inputs)
        )

    def prepare(self) -> None:
        """Does the work that the extractor needs, after all checks."""

    def in_words(self) -> str:
        """Says whose features the metrics are of, and what that means."""
        return extractor_in_words(self.extractor)

    def described(self) -> dict[str, Any]:
        """Returns what `--json` says of the features."""
        return {"feature_extractor": self.extractor}


def _note_sizes(inputs: dict[str, EvaluationInput]) -> None:
    sizes = [
        size_in_words(source.image_shape)
        for source in inputs.values()
        if not isinstance(source, SavedStatistics)
    ]
    if len(set(sizes)) > 1:
        kinds.print_error(
            f"REAL has images of {sizes[0]}, FAKE of {sizes[1]}, which alone "
            "makes a distance. --image-size and --channels convert stored "
            "images.",
            "note",
        )


def _num_features(inputs: dict[str, EvaluationInput]) -> int | None:
    """Size of the features whose statistics are given, if any are."""
    sizes = [
        source.statistics.num_features
        for source in inputs.values()
        if isinstance(source, SavedStatistics)
    ]
    return sizes[0] if sizes else None
