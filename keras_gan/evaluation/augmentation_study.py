"""`augmentation_study`: does a GAN make a classifier better, on these data?"""

import json
import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan import layers
from keras_gan.datasets import load, open_source
from keras_gan.evaluation import arms, cells, training
from keras_gan.evaluation.cells import Arrays, Cell
from keras_gan.evaluation.study import Study
from keras_gan.utils.arguments import integer, number_in
from keras_gan.utils.stack import level_outside

_ENOUGH_CELLS = 10


def augmentation_study(
    data: Any,
    *,
    rare: Mapping[int | str, int] | None = None,
    labels: int | None = None,
    test: Any = 0.3,
    seeds: Sequence[int] | int = 5,
    steps: int = 1000,
    gan_steps: int = 2000,
    batch_size: int = 64,
    augment: str = "randaugment",
    classifier: training.Classifier = training.small_classifier,
    folder: str | os.PathLike | None = None,
    image_size: Any = None,
    channels: int | None = None,
    progress: Any = None,
) -> Study:
    """Trains the same classifier with and without a GAN, in many cells.

    In each cell one class is cut to a few images (`rare`), or all classes keep
    only a few labels (`labels`). The classifier is then trained for the same
    number of steps on the data as they are, with class weights, with the rare
    images repeated, with classical augmentation, with both, and with images of
    a conditional GAN that was trained on the same cut data; with few labels, by
    a `SemiSupervisedGAN` that also sees the images without labels. All are
    judged on test images that nothing was trained with, by the mean recall of
    all classes. The reference is what is best without a GAN: repeating and
    augmenting.

    Args:
        data: Images with labels, anything that `datasets.load` takes.
        rare: Dict from a class (its name or number) to the number of its
            training images that remain. Each class gives a cell per seed.
        labels: Number of labels that each class keeps, instead of `rare`.
        test: Share of each class that is kept for the test, in (0, 1); or test
            images with labels, anything that `datasets.load` takes.
        seeds: Integers, or how many; each gives a cell per rare class.
        steps: Training steps of each classifier.
        gan_steps: Training steps of each GAN.
        batch_size: Images in a batch.
        augment: Name of the classical augmentation, as in `layers.augmenter`.
        classifier: Function of the shape of an image and the number of classes
            that returns a `keras.Model`, images in [-1, 1] -> class logits.
        folder: Where the results of cells are kept; those that are there
            already, with the same settings, are not measured again.
        image_size: As for `datasets.load`.
        channels: As for `datasets.load`.
        progress: Function that is called with a line of text after each cell.

    Returns:
        A `Study`, with `table()`, `verdict()` and `plot(path)`.

    Raises:
        ValueError: If there are no such classes or images, or fewer than two
            cells, of which there would be no standard error.

    Warns:
        UserWarning: If there are fewer than 10 cells.

    Example:

    >>> study = augmentation_study(
    ...     "digits", rare={8: 5}, seeds=2, steps=2, gan_steps=2
    ... )
    >>> study.arms[-1]
    'ensemble of both'
    """
    seeds = list(range(seeds)) if isinstance(seeds, int) else list(seeds)
    for name, value in (("steps", steps), ("gan_steps", gan_steps)):
        integer(name, value, at_least=1)
    layers.augmenter(augment)  # An error before anything is trained.
    opening = {"image_size": image_size, "channels": channels}
    source = open_source(data, **opening)
    known = _arrays(source)
    given_test = None
    if not isinstance(test, int | float):
        given_test = _arrays(open_source(test, **opening))
    else:
        number_in("test", test, "(0, 1)")
    chosen = _rare_classes(source, rare, labels)
    _check_number(len(chosen) * len(seeds))
    settings = {
        "rare": {str(k): v for k, v in chosen.items()},
        "steps": steps,
        "gan_steps": gan_steps,
        "batch_size": batch_size,
        "augment": augment,
        "classifier": getattr(classifier, "__name__", str(classifier)),
        "data": source.info.name,
        "num_images": source.info.num_images,
        "image_shape": list(source.info.image_shape),
        "test": test if given_test is None else len(given_test[1]),
    }
    found: dict[str, Any] = {}
    of_cell: dict[str, int | None] = {}
    for seed in seeds:
        for number, kept in chosen.items():
            cell = _cell(known, given_test, test, number, kept, seed)
            result = _read(folder, cell, settings)
            if result is None:
                result = _measure(
                    cell, classifier, augment, steps, gan_steps, batch_size
                )
                _write(folder, cell, settings, result)
            found[cell.name], of_cell[cell.name] = result, number
            if progress is not None:
                progress(_line(cell, result))
    names = source.info.class_names or tuple(
        map(str, range(source.info.num_classes or 0))
    )
    return Study(found, of_cell, tuple(names))


def _arrays(source: Any) -> Arrays:
    """All images, as bytes, and labels of a source."""
    if source.labels is None:
        raise ValueError(
            f"A study needs labels. Received: {source.info.name}, which has "
            "none. Put the images of each class in a subfolder of its own, or "
            "pass a pair `(images, labels)`."
        )
    batches = load(
        source, batch_size=500, value_range=(0, 255), labels=True, shuffle=False
    )
    images, labels = zip(*batches.as_numpy_iterator(), strict=True)
    return np.round(np.concatenate(images)).astype("uint8"), np.concatenate(
        labels
    )


def _rare_classes(source: Any, rare, labels) -> dict[int | None, int]:
    """What is cut in the cells: a class, or None for all, and what remains."""
    if (rare is None) == (labels is None):
        raise ValueError(
            "A study needs either `rare` or `labels`. Received: "
            f"rare={rare}, labels={labels}. Pass one of them, such as "
            "rare={0: 20} for 20 images of class 0."
        )
    names = list(source.info.class_names or [])
    counts = np.bincount(source.labels)
    if np.count_nonzero(counts) < 2:
        raise ValueError(
            "A study needs at least two classes. Received: all images of one "
            f"class in {source.info.name}."
        )
    if labels is not None:
        return {None: integer("labels", labels, at_least=1)}
    chosen: dict[int | None, int] = {}
    for name, kept in rare.items():
        number = names.index(name) if name in names else name
        if not isinstance(number, int) or not 0 <= number < len(counts):
            listed = ", ".join(names or map(str, range(len(counts))))
            raise ValueError(
                "`rare` must name classes of the data. Received: "
                f"{name!r}. The classes are {listed}."
            )
        kept = integer(f"rare[{name!r}]", kept, at_least=1)
        if kept >= counts[number]:
            raise ValueError(
                "A class must have more images than remain of it. Received: "
                f"{kept} of class {name!r}, which has {counts[number]}. Choose "
                "fewer."
            )
        chosen[number] = kept
    return chosen


def _check_number(number: int) -> None:
    if number < 2:
        raise ValueError(
            "A study needs at least 2 cells, because a single one has no "
            f"standard error. Received: {number}. Pass more `seeds` or classes."
        )
    if number < _ENOUGH_CELLS:
        warnings.warn(
            f"{number} cells give a rough standard error. Pass more `seeds` or "
            f"classes, for {_ENOUGH_CELLS} cells or more.",
            stacklevel=level_outside(),
        )


def _cell(
    known: Arrays,
    given_test: Arrays | None,
    share: Any,
    rare: int | None,
    kept: int,
    seed: int,
) -> Cell:
    """The data of a cell."""
    train, test = known, given_test
    if test is None:
        train, test = cells.split(known, share, seed)
    if rare is not None:
        few = cells.with_rare_class(train, rare, kept, seed)
        return Cell(rare, seed, few, test)
    few = cells.with_few_labels(train, kept, seed)
    return Cell(None, seed, few, test, unlabeled=train[0])


def _measure(
    cell: Cell,
    classifier: training.Classifier,
    augment: str,
    steps: int,
    gan_steps: int,
    batch_size: int,
) -> dict[str, list[float]]:
    """Trains all arms of a cell; returns their recalls."""
    found: dict[str, np.ndarray] = {}
    drawn = None
    kinds = arms.FEW_LABELS if cell.rare is None else arms.RARE_CLASS
    classes = int(cell.train[1].max()) + 1
    if any(arm.generates for arm in kinds):
        gan = training.train_gan(cell, classes, gan_steps)
        drawn = training.generated(gan, classes, cell.seed)
    for arm in kinds:
        found[arm.name] = training.probabilities(
            arm, cell, drawn, classifier, augment, steps, batch_size
        )
    if cell.unlabeled is not None:
        found[arms.SEMI_SUPERVISED] = training.semi_supervised(
            cell, augment, gan_steps, batch_size
        )
    best_gan = list(found)[-1]
    found[arms.ENSEMBLE] = (found[arms.REFERENCE] + found[best_gan]) / 2
    return {name: _recalls(one, cell.test[1]) for name, one in found.items()}


def _recalls(probabilities: np.ndarray, labels: np.ndarray) -> list[float]:
    guesses = probabilities.argmax(-1)
    return [
        float(np.mean(guesses[labels == one] == one))
        for one in np.unique(labels)
    ]


def _line(cell: Cell, result: Mapping[str, list[float]]) -> str:
    accuracies = ", ".join(
        f"{name} {100 * np.mean(recalls):.1f}"
        for name, recalls in result.items()
    )
    return f"{cell.name}: {accuracies}"


def _path(folder: Any, cell: Cell) -> Path:
    return Path(folder) / "cells" / f"{cell.name}.json"


def _read(folder: Any, cell: Cell, settings: dict) -> dict | None:
    """The result of a cell that was measured before in the same way."""
    if folder is None or not _path(folder, cell).exists():
        return None
    known = json.loads(_path(folder, cell).read_text())
    return known["recalls"] if known["settings"] == settings else None


def _write(folder: Any, cell: Cell, settings: dict, result: dict) -> None:
    if folder is None:
        return
    path = _path(folder, cell)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".part")
    aside.write_text(json.dumps({"settings": settings, "recalls": result}))
    os.replace(aside, path)
