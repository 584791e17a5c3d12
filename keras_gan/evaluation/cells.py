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
        return name_of(self.rare, self.seed)

    @property
    def draw(self) -> int:
        """Seed of all that is drawn, of no other cell."""
        return draw_of(self.rare, self.seed)


def name_of(rare: int | None, seed: int) -> str:
    """The name of a cell.

    Args:
        rare: Number of its rare class, or None.
        seed: Seed of the repetition.
    """
    return f"{'labels' if rare is None else rare}-{seed}"


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

    Raises:
        ValueError: If none is left of a class.

    Example:

    >>> train, labels = without(
    ...     (np.eye(3), np.array([0, 1, 1])), (np.eye(3)[1:2], np.ones(1)))
    >>> labels.tolist()
    [0, 1]
    """
    seen = {image.tobytes() for image in test[0]}
    kept = np.array([image.tobytes() not in seen for image in train[0]], bool)
    lost = np.setdiff1d(train[1], train[1][kept])
    if len(lost):
        raise ValueError(
            "Each class must have other images than the test. Received: only "
            f"copies of test images in the classes {', '.join(map(str, lost))}"
            ". Add images, or pass another `test`."
        )
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


def _path(folder: Any, name: str) -> Path:
    return Path(folder) / "cells" / f"{name}.json"


def read_result(folder: Any, name: str, settings: dict) -> dict | None:
    """The result of a cell that was measured before in the same way.

    Args:
        folder: The folder of the study, or None.
        name: Name of the cell.
        settings: What its result depends on.

    Raises:
        ValueError: If it was measured in another way, or cannot be read.
    """
    if folder is None or not _path(folder, name).exists():
        return None
    path = _path(folder, name)
    try:
        known = json.loads(path.read_text())
        then, recalls = known["settings"], known["recalls"]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"`{path}` must be the result of a cell. Received: a file that "
            "cannot be read. Remove it, to measure the cell again."
        ) from error
    others = [
        f"{key} {then.get(key)} (not {settings.get(key)})"
        for key in sorted({*then, *settings})
        if then.get(key) != settings.get(key)
    ]
    if others:
        raise ValueError(
            f"`{folder}` must be of the same study. Received: one with "
            f"{', '.join(others)}. Choose another folder, or remove this one."
        )
    return recalls


def write_result(folder: Any, name: str, settings: dict, result: dict) -> None:
    """Keeps the result of a cell.

    Args:
        folder: The folder of the study; None keeps nothing.
        name: Name of the cell.
        settings: What its result depends on.
        result: Dict from the names of arms to recalls.
    """
    if folder is None:
        return
    path = _path(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".part")
    aside.write_text(json.dumps({"settings": settings, "recalls": result}))
    os.replace(aside, path)
