"""All files that `keras-gan augment` writes, in order."""

import csv
import dataclasses
import io
from collections.abc import Iterator

import numpy as np

from keras_gan.datasets import SyntheticImages
from keras_gan.datasets.image_files import ImageFiles
from keras_gan.images import encode_png, to_uint8

COLUMNS = ("file", "label", "source", "model", "seed", "index", "score")

File = tuple[str, bytes, bytes]
"""Path, row of the manifest, content."""


@dataclasses.dataclass(frozen=True)
class Plan:
    """The images of DATA and then the generated ones, numbered from 0.

    Attributes:
        originals: The images of DATA.
        generated: The images to add; `None` if there are none.
        image_shape: Shape of a generated image.
        model: Path of the GAN, for the manifest.
        seed: Seed of the generated images.
        batch_size: Number of files that are written at a time.
    """

    originals: ImageFiles
    generated: SyntheticImages | None
    image_shape: tuple[int, ...]
    model: str
    seed: int
    batch_size: int

    def __len__(self) -> int:
        return len(self.originals.paths) + len(self.generated_labels)

    @property
    def generated_labels(self) -> np.ndarray:
        """The class of each image to draw."""
        labels = None if self.generated is None else self.generated.labels
        return np.zeros(0, "int32") if labels is None else labels

    def path(self, number: int) -> str:
        """Where a file goes."""
        index = number - len(self.originals.paths)
        if index < 0:
            return self.originals.paths[number]
        folder = self.originals.folders[self.generated_labels[index]]
        return f"{folder}/generated-{index:06d}.png"

    def row(self, number: int, score: str = "") -> bytes:
        """The row of a file in the manifest."""
        index = number - len(self.originals.paths)
        if index < 0:
            label = self.originals.labels[number]
            origin: tuple = ("original", "", "", number)
        else:
            label = self.generated_labels[index]
            origin = ("generated", self.model, self.seed, index)
        name = self.originals.class_names[label]
        return as_row(self.path(number), name, *origin, score)

    def can_start_at(self, number: int) -> bool:
        """Whether a run can resume here: batches are drawn as a whole."""
        index = number - len(self.originals.paths)
        at_batch = index <= 0 or index % self.batch_size == 0
        return at_batch or number == len(self)

    def batches(self, start: int) -> Iterator[list[File]]:
        """Yields the files from `start` on, read or drawn batch by batch."""
        end, size = len(self.originals.paths), self.batch_size
        for first in range(start, end, size):
            numbers = range(first, min(first + size, end))
            read = self.originals.read
            yield [(self.path(n), self.row(n), read(n)) for n in numbers]
        if self.generated is None:
            return
        done = -(-max(start - end, 0) // size)
        for batch in range(done, len(self.generated)):
            drawn = self.generated.draw(batch)
            images = zip(to_uint8(drawn.images), drawn.scores, strict=True)
            yield [
                (self.path(n), self.row(n, _score(score)), encode_png(image))
                for n, (image, score) in enumerate(images, end + batch * size)
            ]


def as_row(*values) -> bytes:
    """A line of a CSV file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    # Names of files need not be valid text.
    return text.getvalue().encode(errors="surrogateescape")


def _score(score: np.float32) -> str:
    # Few digits, because the last bits differ between machines.
    return "" if np.isnan(score) else f"{score:.5g}"
