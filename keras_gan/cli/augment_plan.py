"""All that `keras-gan augment` will write, in its order."""

import csv
import dataclasses
import io
from collections.abc import Iterator

import numpy as np

from keras_gan import images as image_tools
from keras_gan.cli.augment_originals import Originals, numbered
from keras_gan.datasets import SyntheticImages

COLUMNS = ("file", "label", "source", "model", "seed", "index", "score")


@dataclasses.dataclass(frozen=True)
class Entry:
    """A file and its row of the manifest.

    Attributes:
        path: Where the file goes, `/` between folders.
        row: The row's bytes.
        data: The file's bytes.
    """

    path: str
    row: bytes
    data: bytes


@dataclasses.dataclass(frozen=True)
class Plan:
    """Originals and then generated images, numbered through.

    Attributes:
        originals: The files of DATA.
        images: The generated images; `None` if there are none to add.
        model: What the manifest calls the GAN.
        seed: Seed of the generated images.
        batch_size: Files that are written at once.
    """

    originals: Originals
    images: SyntheticImages | None
    model: str
    seed: int
    batch_size: int

    def __len__(self) -> int:
        return len(self.originals) + self.num_generated

    @property
    def num_generated(self) -> int:
        """Number of images to draw."""
        return 0 if self.images is None else self.images.num_images

    @property
    def generated_counts(self) -> np.ndarray:
        """Number of images to draw of each class."""
        labels = None if self.images is None else self.images.labels
        if labels is None:
            labels = np.zeros(0, "int32")
        return np.bincount(labels, minlength=len(self.originals.class_names))

    def path(self, number: int) -> str:
        """Where a file goes."""
        if number < len(self.originals):
            return self.originals.paths[number]
        index = number - len(self.originals)
        folder = self.originals.folders[self._label(number)]
        return f"{folder}/{numbered('generated', index)}"

    def row_but_score(self, number: int) -> bytes:
        """The row of a file up to its last column, which is its score."""
        original = number < len(self.originals)
        index = number - len(self.originals) * (not original)
        name = self.originals.class_names[self._label(number)]
        origin = ("original", "", "") if original else (
            "generated", self.model, self.seed
        )  # fmt: skip
        return as_row(self.path(number), name, *origin, index)[:-1] + b","

    def may_start_at(self, number: int) -> bool:
        """Whether a run may go on there: generated batches are drawn whole."""
        index = number - len(self.originals)
        return index <= 0 or index % self.batch_size == 0 or (
            number == len(self)
        )  # fmt: skip

    def batches(self, start: int) -> Iterator[list[Entry]]:
        """The files from a number on, read or drawn batch by batch.

        Args:
            start: A number where the run may go on.
        """
        end = len(self.originals)
        for first in range(start, end, self.batch_size):
            yield [
                self._entry(number, self.originals.read(number), "")
                for number in range(first, min(first + self.batch_size, end))
            ]
        if self.images is None:
            return
        done = -(-max(start - end, 0) // self.batch_size)
        for batch in range(done, len(self.images)):
            drawn = self.images.draw(batch)
            first = end + batch * self.batch_size
            pixels = image_tools.to_uint8(drawn.images)
            yield [
                self._entry(
                    first + place,
                    image_tools.encode_png(image),
                    _score_in_words(drawn.scores[place]),
                )
                for place, image in enumerate(pixels)
            ]

    def _label(self, number: int) -> int:
        index = number - len(self.originals)
        if index < 0:
            return int(self.originals.labels[number])
        assert self.images is not None and self.images.labels is not None
        return int(self.images.labels[index])

    def _entry(self, number: int, data: bytes, score: str) -> Entry:
        row = self.row_but_score(number) + score.encode() + b"\n"
        return Entry(self.path(number), row, data)


def as_row(*values) -> bytes:
    """Values as a line of a table."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    # Names of files need not be text.
    return text.getvalue().encode(errors="surrogateescape")


def _score_in_words(score: np.float32) -> str:
    # So short that the last bits, which differ between machines, do not show.
    return "" if np.isnan(score) else f"{score:.5g}"
