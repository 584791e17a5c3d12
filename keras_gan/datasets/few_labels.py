"""Images of which only some have labels: those of a table, or a few drawn."""

import csv
import dataclasses
import os
import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_gan.datasets import attribute_table
from keras_gan.datasets.layout import in_class_order
from keras_gan.datasets.opening import open_source
from keras_gan.datasets.pairing import without_common
from keras_gan.datasets.semi_supervised import UNLABELED
from keras_gan.datasets.sources import Source
from keras_gan.datasets.subsets import subset
from keras_gan.utils.arguments import integer
from keras_gan.utils.files import replacing

Labels = tuple[np.ndarray, tuple[str, ...]]

_OPTION = "`labels` (on the command line `--labels-for`)"
# One of the streams of random numbers that belong to a seed.
_STREAM = 18
_MOST_DIGITS = 9
_UNCLEAR = -1


class FewLabels(Source):
    """Images of which only some have labels, for `semi_supervised`.

    Either a table names the images that have labels, or a few labels of each
    class are kept of images that all have one. The latter is a simulation: it
    shows what few labels are worth where the others are known.

    Args:
        images: The images, as for `load`. With a table, the folders that they
            are in do not matter.
        labels: Path of a CSV file with the columns `file` and `label`, or
            `index` and `label` of images that are no files of their own, from
            0; further columns are not used, and an empty label is none. Or the
            number of labels of each class to keep.
        seed: Integer that determines which labels are kept.
        **opening: As for `open_source`.

    Attributes:
        labels: int32 array `(num_images,)`, -1 for an image without a label.
        source: The opened images, with all the labels that they have.

    Raises:
        FileNotFoundError: If there is no such file or folder.
        ValueError: If a row belongs to no image, an image has several, all
            labels are of one class, a class has too few or none, or all images
            have one.

    Example:

    >>> few = FewLabels("digits", 3, seed=0)
    >>> len(few), len(few.labeled)
    (1797, 30)
    >>> batches = keras_gan.datasets.semi_supervised(few.labeled, few)
    """

    def __init__(
        self,
        images: Any,
        labels: int | str | os.PathLike,
        *,
        seed: int = 0,
        **opening: Any,
    ) -> None:
        source = open_source(images, **opening)
        if isinstance(labels, (str, os.PathLike)):
            known, names = _of_table(source, labels)
        else:
            known, names = _drawn(source, labels, seed)
        if np.all(known != UNLABELED):
            raise ValueError(
                f"Some images of `{source.info.name}` must have no label. "
                f"Received: labels of all {len(source):,}. Train an ordinary "
                "classifier, or keep fewer labels."
            )
        info = dataclasses.replace(
            source.info, num_classes=len(names), class_names=names
        )
        super().__init__(info, source.stored_range, known)
        self.source = source
        self.sources = (source,)
        self.num_workers = source.num_workers

    @property
    def labeled(self) -> Source:
        """The images with labels."""
        return labeled_part(self)

    @property
    def dtype(self) -> np.dtype:
        return self.source.dtype

    def read(self, indices: np.ndarray) -> np.ndarray:
        try:
            return self.source.read(indices)
        finally:
            self.failure = self.source.failure

    def resident(self) -> np.ndarray | None:
        return self.source.resident()

    def save(self, path: str | os.PathLike) -> None:
        """Writes which images have labels, as a table for `labels`.

        Args:
            path: The CSV file.
        """
        assert self.labels is not None and self.info.class_names is not None
        files = self.source.files
        known = np.flatnonzero(self.labels != UNLABELED)
        rows = [
            (
                index if files is None else files.names[index],
                self.info.class_names[self.labels[index]],
            )
            for index in known.tolist()
        ]
        with (
            replacing(path) as aside,
            open(
                aside,
                "w",
                newline="",
                encoding="utf-8",
                errors="surrogateescape",
            ) as file,
        ):
            csv.writer(file).writerows([(_kind(self.source), "label"), *rows])


def labeled_part(source: Source) -> Source:
    """Returns the images of a source that have labels.

    Args:
        source: A `FewLabels`, or a subset of one.
    """
    assert source.labels is not None
    return subset(source, np.flatnonzero(source.labels != UNLABELED))


def _drawn(source: Source, number: int, seed: int) -> Labels:
    """A few labels of each class."""
    number = integer("labels", number, at_least=1)
    name, names = source.info.name, source.info.class_names
    labels = source.labels
    if labels is None or names is None:
        raise ValueError(
            f"{_OPTION} can be a number where the images have classes, of "
            f"which it keeps some. Received: {number}, and `{name}` has none. "
            "Name a .csv of the images that have labels, or put the images of "
            "each class in a subfolder of its own."
        )
    _check_classes(names, name)
    counts = np.bincount(labels, minlength=len(names))
    few = np.flatnonzero(counts < number)
    if few.size:
        received = ", ".join(f"{counts[c]} of {names[c]}" for c in few[:3])
        raise ValueError(
            f"{_OPTION} must be at most the number of images of each class. "
            f"Received: {number}, and `{name}` has {received}. Keep fewer, or "
            "add images."
        )
    random = np.random.default_rng([_STREAM, seed])
    kept = [
        random.choice(np.flatnonzero(labels == c), number, replace=False)
        for c in range(len(names))
    ]
    known = np.full(len(source), UNLABELED, "int32")
    known[np.concatenate(kept)] = np.repeat(range(len(names)), number)
    return known, names


def _of_table(source: Source, path: str | os.PathLike) -> Labels:
    """The labels that the rows of a table give."""
    rows = _rows(source, path)
    places = _places(source, [key for key, _ in rows])
    _check_places(source, path, [key for key, _ in rows], places)
    names = in_class_order({label for _, label in rows})
    _check_classes(names, path)
    there = set(source.info.class_names or ())
    if there > set(names):
        missing = sorted(there.difference(names))
        raise ValueError(
            f"Each class must have labeled images. Received: `{path}` with "
            f"none of {', '.join(missing[:3])}, and `{source.info.name}` has "
            f"{len(there)} classes. Label some images, or remove the class."
        )
    known = np.full(len(source), UNLABELED, "int32")
    known[places] = [names.index(label) for _, label in rows]
    return known, names


def _kind(source: Source) -> str:
    """The column that says which image a row is about."""
    return "index" if source.files is None else "file"


def _rows(source: Source, path: str | os.PathLike) -> list[tuple[str, str]]:
    """What names an image, and its label, of each row that has one."""
    header, rows = attribute_table.cells(path)
    columns = [name.casefold() for name in header]
    kind = _kind(source)
    if columns.count(kind) != 1 or columns.count("label") != 1:
        raise ValueError(
            f"The table `{path}` must have the columns `{kind}` and `label`, "
            f"because the images of `{source.info.name}` are "
            + ("in an array" if kind == "index" else "files")
            + f". Received: {', '.join(header)}. Correct its first line."
        )
    key, label = columns.index(kind), columns.index("label")
    found = [(row[key], row[label]) for row in rows if row[label]]
    if not found:
        raise ValueError(
            f"The table `{path}` must have labels. Received: {len(rows)} rows "
            "without one. Fill the column `label`."
        )
    return found


def _places(source: Source, keys: list[str]) -> list[int]:
    """The number of the image of each row; -1 where it is not clear."""
    if source.files is None:
        return [_number(key, len(source)) for key in keys]
    names = list(source.files.names)
    ways = (
        (names, keys),
        (without_common(names), without_common(keys)),
        # Rows with folders mean these folders.
        ([name.rpartition("/")[-1] for name in names], keys),
    )
    found = [_looked_up(*way) for way in ways]
    return min(found, key=lambda places: places.count(_UNCLEAR))


def _number(text: str, end: int) -> int:
    is_one = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return int(text) if is_one and int(text) < end else _UNCLEAR


def _looked_up(names: Sequence[str], keys: Sequence[str]) -> list[int]:
    places: dict[str, int] = {}
    for number, name in enumerate(map(_plain, names)):
        places[name] = _UNCLEAR if name in places else number
    return [places.get(_plain(key), _UNCLEAR) for key in keys]


def _plain(name: str) -> str:
    name = name.replace("\\", "/").removeprefix("./")
    # Some file systems write accents as characters of their own.
    return unicodedata.normalize("NFC", name)


def _check_places(source, path, keys: list[str], places: list[int]) -> None:
    """Raises an error unless each row is about an image of its own."""
    lost = [k for k, p in zip(keys, places, strict=True) if p == _UNCLEAR]
    if lost:
        raise ValueError(
            f"Each row of `{path}` must name one image of "
            f"`{source.info.name}`. Received: {len(lost)} of {len(keys)} that "
            f"name none, or several, such as {', '.join(lost[:3])}. Correct "
            "or remove them."
        )
    counts = np.bincount(places)
    twice = [k for k, p in zip(keys, places, strict=True) if counts[p] > 1]
    if twice:
        raise ValueError(
            f"`{path}` must have one row for an image. Received: several for "
            f"{twice[0]}. Keep the right one."
        )


def _check_classes(names: Sequence[str], where: Any) -> None:
    if len(names) < 2:
        raise ValueError(
            "The labels must be of at least two classes. Received: all images "
            f"of one class, {names[0]}, in `{where}`. Label images of another "
            "one."
        )
