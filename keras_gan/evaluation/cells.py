"""Cells of a study: a split of the data of which one class has become rare."""

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

import numpy as np

Arrays = tuple[np.ndarray, np.ndarray]
# More than there are repetitions.
_APART = 100_003


@dataclasses.dataclass(frozen=True)
class Cell:
    """The data of one repetition of a study.

    Attributes:
        rare: Number of the class that is cut, or None if all labels are few.
        seed: Integer of the repetition.
        train: Images and labels that classifiers are trained with.
        test: Those that they are judged on.
        unlabeled: Images whose labels were taken away, or None.
    """

    rare: int | None
    seed: int
    train: Arrays
    test: Arrays
    unlabeled: np.ndarray | None = None

    @property
    def name(self) -> str:
        """What tells the cell from the others."""
        return f"{'labels' if self.rare is None else self.rare}-{self.seed}"

    @property
    def draw(self) -> int:
        """Seed of all that is drawn, of no other cell."""
        return draw_of(self.rare, self.seed)


def draw_of(rare: int | None, seed: int) -> int:
    """The seed of a cell: cells of one seed share no split and no weights.

    Args:
        rare: Number of its rare class, or None.
        seed: Seed of the repetition.
    """
    return seed if rare is None else seed + _APART * (rare + 1)


def split(data: Arrays, share: float, seed: int) -> tuple[Arrays, Arrays]:
    """Splits images of each class into those to train with and for the test.

    Args:
        data: Images and labels.
        share: Share of each class for the test, in (0, 1).
        seed: Integer.
    """
    images, labels = data
    rng = np.random.default_rng([seed, 0])
    of_test = np.zeros(len(labels), bool)
    counts = np.bincount(labels)
    for number, size in enumerate(sizes_of_test(counts, share)):
        members = rng.permutation(np.flatnonzero(labels == number))
        of_test[members[:size]] = True
    train, test = (
        (images[chosen], labels[chosen]) for chosen in (~of_test, of_test)
    )
    return train, test


def without(train: Arrays, test: Arrays) -> Arrays:
    """Returns images and labels but for copies of test images.

    Args:
        train: Images and labels.
        test: Images and labels.

    Example:

    >>> train, labels = without(
    ...     (np.eye(3), np.arange(3)), (np.eye(3)[1:2], np.ones(1)))
    >>> labels.tolist()
    [0, 2]
    """
    seen = {image.tobytes() for image in test[0]}
    kept = np.array([image.tobytes() not in seen for image in train[0]], bool)
    return train[0][kept], train[1][kept]


def sizes_of_test(counts: np.ndarray, share: float) -> np.ndarray:
    """Number of images of each class that are kept for the test.

    Args:
        counts: Number of all images of each class.
        share: Share of them in (0, 1), of which one at least; 0 keeps none.

    Example:

    >>> sizes_of_test(np.array([10, 2]), 0.3).tolist()
    [3, 1]
    """
    if not share:
        return np.zeros(len(counts), int)
    return np.maximum(1, np.round(share * counts)).astype(int)


def with_rare_class(train: Arrays, rare: int, kept: int, seed: int) -> Arrays:
    """Returns the images with only some of one class.

    Args:
        train: Images and labels.
        rare: The class.
        kept: Number of its images that remain.
        seed: Integer that determines which.
    """
    images, labels = train
    rng = np.random.default_rng([seed, 1])
    members = rng.permutation(np.flatnonzero(labels == rare))[:kept]
    chosen = np.sort(np.concatenate([np.flatnonzero(labels != rare), members]))
    return images[chosen], labels[chosen]


def with_few_labels(train: Arrays, kept: int, seed: int) -> Arrays:
    """Returns the images of each class that keep their labels.

    Args:
        train: Images and labels.
        kept: Number of labels of each class.
        seed: Integer that determines which.
    """
    images, labels = train
    rng = np.random.default_rng([seed, 2])
    chosen = [
        rng.permutation(np.flatnonzero(labels == number))[:kept]
        for number in np.unique(labels)
    ]
    places = np.sort(np.concatenate(chosen))
    return images[places], labels[places]


# Results, kept in a folder, so that a study can go on.


def _path(folder: Any, cell: Cell) -> Path:
    return Path(folder) / "cells" / f"{cell.name}.json"


def read_result(folder: Any, cell: Cell, settings: dict) -> dict | None:
    """The result of a cell that was measured before in the same way.

    Args:
        folder: The folder of the study, or None.
        cell: The cell.
        settings: What its result depends on.
    """
    if folder is None or not _path(folder, cell).exists():
        return None
    known = json.loads(_path(folder, cell).read_text())
    return known["recalls"] if known["settings"] == settings else None


def write_result(folder: Any, cell: Cell, settings: dict, result: dict) -> None:
    """Keeps the result of a cell.

    Args:
        folder: The folder of the study; None keeps nothing.
        cell: The cell.
        settings: What its result depends on.
        result: Dict from the names of arms to recalls.
    """
    if folder is None:
        return
    path = _path(folder, cell)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".part")
    aside.write_text(json.dumps({"settings": settings, "recalls": result}))
    os.replace(aside, path)
