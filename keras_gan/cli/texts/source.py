"""Lines of text that a run learns."""

import argparse
import dataclasses
import functools
import os

import numpy as np

from keras_gan import datasets
from keras_gan.datasets import DatasetInfo, TextLines
from keras_gan.layers import TextPreprocessor
from keras_gan.utils.files import sha256

_MOST_HELD_OUT = 1_000
# Which lines are held back depends on their number only.
_SEED = 19


@dataclasses.dataclass(frozen=True)
class TextSource:
    """Lines of text, of which some are held back to measure with.

    Attributes:
        path: Their file.
        lines: All of them.
        training: Those to train on.
        held_out: The others.
        unit: What a token is.
        max_length: Tokens in a line at most; None: as `datasets.text`.
    """

    path: str
    lines: TextLines
    training: TextLines
    held_out: TextLines
    unit: str
    max_length: int | None = None
    failure = None

    def __len__(self) -> int:
        return len(self.training)

    @property
    def info(self) -> DatasetInfo:
        """Description of the lines: the shape is that of one."""
        names = self.lines.class_names
        return DatasetInfo(
            os.path.basename(self.path),
            len(self.lines),
            self.preprocessor.sequence_shape,
            None if names is None else len(names),
            names,
        )

    @functools.cached_property
    def preprocessor(self) -> TextPreprocessor:
        """What knows the vocabulary of all lines."""
        found = TextPreprocessor(unit=self.unit)
        found.adapt(self.lines)
        return found

    def sha256(self) -> str:
        """Hash of the file."""
        return sha256(self.path)


def open_text(given: argparse.Namespace) -> TextSource:
    """Opens the lines of a run.

    Args:
        given: As for `Task.open`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it has no lines of text.
    """
    unit = given.unit or "characters"
    # Labels that are not wanted are no part of the text.
    lines = datasets.text(
        given.data,
        labels=given.conditional or None,
        unit=unit,
        max_length=given.max_length,
    )
    number = getattr(given, "held_out", None)
    if number is None:
        number = min(_MOST_HELD_OUT, len(lines) // 10)
    order = np.random.default_rng(_SEED).permutation(len(lines))
    return TextSource(
        given.data,
        lines,
        lines.take(np.sort(order[number:])),
        lines.take(np.sort(order[:number])),
        unit,
        given.max_length,
    )
