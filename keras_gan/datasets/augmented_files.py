"""The files of a data set with generated images added."""

import collections
from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_gan.datasets.image_files import ImageFiles
from keras_gan.datasets.manifest import Row
from keras_gan.datasets.synthetic import SyntheticImages
from keras_gan.images import encode_png, to_uint8

File = tuple[Row, bytes]
"""A file to write: its row in the manifest, and its content."""


class AugmentedFiles:
    """The images of a data set and then the generated ones, in order.

    Args:
        originals: The images of the data set.
        generated: The images to add; `None` if there are none.
        batch_size: Number of files in a batch.
        model: Path of the GAN, for the manifest.
        seed: Seed of the generated images, for the manifest.

    Attributes:
        added_counts: `{class name: number of generated images}`.
        rows: Row of each file in the manifest without the score, which is
            known only after the image is drawn.

    Raises:
        ValueError: If an original has the path of a generated image.
    """

    def __init__(
        self,
        originals: ImageFiles,
        generated: SyntheticImages | None,
        *,
        batch_size: int,
        model: str,
        seed: int,
    ) -> None:
        self.originals = originals
        self.generated = generated
        self._batch_size = batch_size
        labels: Any = () if generated is None else generated.labels
        drawn = [
            f"{originals.folders[label]}/generated-{index:06d}.png"
            for index, label in enumerate(labels)
        ]
        taken = set(originals.paths).intersection(drawn)
        if taken:
            raise ValueError(
                f"The data set has an image `{min(taken)}`, which is the name "
                "of a generated one. Augment the originals alone, or rename it."
            )
        there = [originals.class_names[label] for label in originals.labels]
        added = [originals.class_names[label] for label in labels]
        self.added_counts = collections.Counter(added)
        self.rows = [
            *_rows(originals.paths, there, "original", "", ""),
            *_rows(drawn, added, "generated", model, str(seed)),
        ]

    def __len__(self) -> int:
        return len(self.rows)

    def start_after(self, done: int) -> int:
        """Where to resume after `done` files: batches are drawn as a whole."""
        drawn = done - len(self.originals.paths)
        if drawn <= 0 or done == len(self):
            return done
        return done - drawn % self._batch_size

    def batches(self, start: int) -> Iterator[list[File]]:
        """Yields the files from `start` on, read or drawn batch by batch."""
        end, size = len(self.originals.paths), self._batch_size
        for first in range(start, end, size):
            numbers = range(first, min(first + size, end))
            yield [self._file(n, self.originals.read(n)) for n in numbers]
        if self.generated is None:
            return
        for first in range(max(start, end), len(self), size):
            drawn = self.generated.draw((first - end) // size)
            images = zip(to_uint8(drawn.images), drawn.scores, strict=True)
            yield [
                self._file(number, encode_png(image), score)
                for number, (image, score) in enumerate(images, first)
            ]

    def _file(self, number: int, content: bytes, score: float = np.nan) -> File:
        # Few digits, because the last bits differ between machines.
        text = "" if np.isnan(score) else f"{score:.5g}"
        return (*self.rows[number], text), content


def _rows(paths: list[str], names: list[str], *origin: str) -> Iterator[Row]:
    for index, (path, name) in enumerate(zip(paths, names, strict=True)):
        yield path, name, *origin, str(index)
