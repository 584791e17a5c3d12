"""All files that `keras-gan augment` writes, in order."""

import csv
import dataclasses
import io
import pathlib
import re
from collections.abc import Iterator

import numpy as np

from keras_gan import datasets
from keras_gan.images import encode_png, to_uint8

COLUMNS = ("file", "label", "source", "model", "seed", "index", "score")

File = tuple[str, bytes, bytes]
"""Path, row of the manifest, content."""


@dataclasses.dataclass(frozen=True)
class Plan:
    """The images of DATA and then the generated ones, numbered from 0.

    Files of DATA are copied byte for byte. Arrays become 8-bit PNG, which is
    lossless for bytes.

    Attributes:
        source: The opened images of DATA, with classes.
        paths: Where each of them goes, with `/` between folders.
        folders: The folder of each class.
        generated: The generated images; `None` if there are none to add.
        generated_shape: Shape of a generated image.
        model: Path of the GAN, for the manifest.
        seed: Seed of the generated images.
        batch_size: Number of files that are written at a time.
    """

    source: datasets.Source
    paths: list[str]
    folders: tuple[str, ...]
    generated: datasets.SyntheticImages | None
    generated_shape: tuple[int, ...]
    model: str
    seed: int
    batch_size: int

    def __len__(self) -> int:
        return len(self.paths) + len(self.generated_labels)

    @property
    def generated_labels(self) -> np.ndarray:
        """The class of each image to draw."""
        labels = None if self.generated is None else self.generated.labels
        return np.zeros(0, "int32") if labels is None else labels

    def path(self, number: int) -> str:
        """Where a file goes."""
        index = number - len(self.paths)
        if index < 0:
            return self.paths[number]
        folder = self.folders[self.generated_labels[index]]
        return f"{folder}/generated-{index:06d}.png"

    def row(self, number: int, score: str = "") -> bytes:
        """The row of a file in the manifest."""
        index = number - len(self.paths)
        if index < 0:
            label = labels_of(self.source)[number]
            origin: tuple = ("original", "", "", number)
        else:
            label = self.generated_labels[index]
            origin = ("generated", self.model, self.seed, index)
        name = class_names_of(self.source)[label]
        return as_row(self.path(number), name, *origin, score)

    def can_start_at(self, number: int) -> bool:
        """Whether a run can resume here: batches are drawn as a whole."""
        index = number - len(self.paths)
        at_batch = index <= 0 or index % self.batch_size == 0
        return at_batch or number == len(self)

    def batches(self, start: int) -> Iterator[list[File]]:
        """Yields the files from `start` on, read or drawn batch by batch."""
        end, size = len(self.paths), self.batch_size
        for first in range(start, end, size):
            yield [
                (self.path(n), self.row(n), read(self.source, n))
                for n in range(first, min(first + size, end))
            ]
        if self.generated is None:
            return
        for batch in range(
            -(-max(start - end, 0) // size), len(self.generated)
        ):
            drawn = self.generated.draw(batch)
            images = zip(to_uint8(drawn.images), drawn.scores, strict=True)
            yield [
                (self.path(n), self.row(n, _score(score)), encode_png(image))
                for n, (image, score) in enumerate(images, end + batch * size)
            ]


def class_names_of(source: datasets.Source) -> tuple[str, ...]:
    """The names of the classes, or an error if there are none."""
    if source.info.class_names is None:
        raise ValueError(
            f"`{source.info.name}` has no classes, so there is nothing to "
            "balance. Put the images of each class in a sub-folder of its own, "
            "or add `labels` to the .npz."
        )
    return source.info.class_names


def labels_of(source: datasets.Source) -> np.ndarray:
    """The label of each image of a data set with classes."""
    assert source.labels is not None
    return source.labels


def read(source: datasets.Source, number: int) -> bytes:
    """The bytes of an image's file."""
    if source.files is not None:
        return source.files.read_bytes(source.files.names[number])
    image = source.read(np.array([number]))[0]
    return encode_png(to_uint8(image, source.stored_range))


def paths_and_folders(
    source: datasets.Source,
) -> tuple[list[str], tuple[str, ...]]:
    """Where each image goes, and the folder of each class.

    Files keep their path below the folders that all images have in common.

    Args:
        source: The opened images.

    Raises:
        ValueError: If there are no classes, or a path leads out of the folder.
    """
    class_names = class_names_of(source)
    if source.files is None:
        folders, labels = _folders(class_names), labels_of(source)
        return [
            f"{folders[label]}/original-{number:06d}.png"
            for number, label in enumerate(labels)
        ], folders
    names = source.files.names
    paths = [pathlib.PurePosixPath(name).parts for name in names]
    while len({parts[0] for parts in paths}) == 1:
        paths = [parts[1:] for parts in paths]
    for name, parts in zip(names, paths, strict=True):
        if any(p == ".." or p.startswith("/") or "\\" in p for p in parts):
            raise ValueError(
                f"`{source.info.name}` holds a file whose name leads out of "
                f"its folder: {name!r}. Rename it."
            )
    return ["/".join(parts) for parts in paths], class_names


def _folders(class_names: tuple[str, ...]) -> tuple[str, ...]:
    """Folders whose alphabetical order is that of the labels.

    Example:

    >>> _folders(("T-shirt/top", "Bag"))
    ('0-T-shirt-top', '1-Bag')
    """
    safe = tuple(re.sub(r"[^\w.+-]+", "-", name) for name in class_names)
    if safe == class_names and list(safe) == sorted(set(safe)):
        return safe
    width = len(str(len(safe) - 1))
    return tuple(
        f"{number:0{width}d}" + f"-{name}" * (name != str(number))
        for number, name in enumerate(safe)
    )


def as_row(*values) -> bytes:
    """A line of a CSV file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    # Names of files need not be valid text.
    return text.getvalue().encode(errors="surrogateescape")


def _score(score: np.float32) -> str:
    # Few digits, because the last bits differ between machines.
    return "" if np.isnan(score) else f"{score:.5g}"
