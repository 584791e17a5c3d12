"""The data of a study: read, checked, and cut into cells."""

import hashlib
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_gan.datasets import load, open_source
from keras_gan.evaluation import cells
from keras_gan.evaluation.cells import Arrays, Cell
from keras_gan.utils.arguments import integer, is_integer, number_in
from keras_gan.utils.stack import level_outside

_ENOUGH_CELLS = 10


def arrays_of(source: Any) -> Arrays:
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


def trainable(known: Arrays, given: Arrays | None) -> Arrays:
    """The data without images that are in a given test; warns if there are any.

    Args:
        known: Images and labels.
        given: Those of the test, or None.

    Raises:
        ValueError: If none is left of a class.
    """
    if given is None:
        return known
    kept = cells.without(known, given)
    if len(kept[1]) < len(known[1]):
        warnings.warn(
            f"{len(known[1]) - len(kept[1])} images of the data are in the "
            "test too. They are not trained with.",
            stacklevel=level_outside(),
        )
    return kept


def cuts_of(
    all_labels: np.ndarray,
    class_names: Sequence[str] | None,
    rare: Mapping[int | str, int] | int | None,
    labels: int | None,
    share: float | None = None,
) -> dict[int | None, int]:
    """What is cut in the cells: a class, or None for all, and what remains.

    Args:
        all_labels: The labels of the data.
        class_names: Their names, or None.
        rare: As in `augmentation_study`.
        labels: The same.
        share: The share of each class that is kept for the test, or None.

    Raises:
        ValueError: If there are not as many.
    """
    if (rare is None) == (labels is None):
        raise ValueError(
            "A study needs either `rare` or `labels`. Received: "
            f"rare={rare}, labels={labels}. Pass one of them, such as "
            "rare={0: 20} for 20 images of class 0."
        )
    counts = _counts(all_labels)
    counts = counts - cells.sizes_of_test(counts, share or 0.0)
    known = [*(class_names or map(str, range(len(counts))))]
    if not counts.all():
        raise ValueError(
            "Each class of a study needs an image to train with and one for "
            "the test. Received: none to train with of the classes "
            f"{', '.join(known[one] for one in np.flatnonzero(counts == 0))}. "
            "Add images, or leave these classes out."
        )
    if labels is not None:
        labels = integer("labels", labels, at_least=1)
        least = counts.min()
        if labels >= least:
            raise ValueError(
                "`labels` must be fewer labels than the smallest class has "
                f"images to train with. Received: labels={labels}, and a class "
                f"of {least}. Choose fewer."
            )
        return {None: labels}
    names = list(class_names or [])
    if not isinstance(rare, Mapping):
        rare = dict.fromkeys(range(len(counts)), rare or 0)
    chosen: dict[int | None, int] = {}
    for name, kept in rare.items():
        number = _number(name, names, len(counts))
        if number in chosen:
            raise ValueError(
                f"`rare` must name a class once. Received: {rare}, twice class "
                f"{number}. Choose one of the numbers."
            )
        chosen[number] = _remaining(name, kept, counts[number])
    return chosen


def _counts(labels: np.ndarray) -> np.ndarray:
    """Number of images of each class; an error if a study has no use."""
    counts = np.bincount(labels)
    if np.count_nonzero(counts) < 2:
        raise ValueError(
            "A study needs at least two classes. Received: all images of one "
            "class. Add another."
        )
    if not counts.all():
        raise ValueError(
            "The labels of a study must be 0, 1, 2 and so on, with images of "
            "each. Received: none of "
            f"{', '.join(map(str, np.flatnonzero(counts == 0)))}. Number them "
            "anew, such as by `np.unique(labels, return_inverse=True)[1]`."
        )
    return counts


def _number(name: Any, names: list[str], count: int) -> int:
    """The number of a class that is named, or numbered."""
    number = names.index(name) if name in names else name
    if isinstance(number, str) and number.isdecimal():
        number = int(number)
    if is_integer(number) and 0 <= number < count:
        return int(number)
    listed = ", ".join(names or map(str, range(count)))
    raise ValueError(
        "`rare` must name classes of the data. Received: "
        f"{name!r}. The classes are {listed}."
    )


def _remaining(name: Any, kept: int, count: int) -> int:
    kept = integer(f"rare[{name!r}]", kept, at_least=1)
    if kept > count:
        raise ValueError(
            "No more images can remain of a class than it has. Received: "
            f"{kept} of class {name!r}, which has {count} to train with. "
            "Choose as many or fewer."
        )
    return kept


def test_of(
    source: Any, test: Any, opening: dict[str, Any]
) -> tuple[Arrays | None, float | None]:
    """Images of a test that is given, or the share of the data that is one.

    Args:
        source: The images to train with.
        test: As in `augmentation_study`.
        opening: Options of `open_source`.
    """
    if isinstance(test, int | float):
        hint = "0.3 keeps 30 % of each class for the test."
        return None, number_in("test", test, "(0, 1)", hint=hint)
    given = open_source(test, **opening)
    check_test(source, given)
    return arrays_of(given), None


def check_test(source: Any, test: Any) -> None:
    """Raises an error unless test images have the same classes and shape.

    Args:
        source: The images to train with.
        test: Those of the test.
    """
    shapes = [one.info.image_shape for one in (source, test)]
    if shapes[0] != shapes[1]:
        raise ValueError(
            "`test` must have images of the same shape as the data. Received: "
            f"{shapes[0]} and {shapes[1]}. Pass `image_size` and `channels`."
        )
    names = [one.info.class_names for one in (source, test)]
    if None not in names and names[0] != names[1]:
        raise ValueError(
            "`test` must have the classes of the data. Received: "
            f"{', '.join(names[0])}, and in the test {', '.join(names[1])}. "
            "Rename them, or pass a share of the data."
        )
    then, now = (set(one.labels.tolist()) for one in (source, test))
    if then != now:
        wrong = ", ".join(map(str, sorted(then ^ now)))
        raise ValueError(
            "`test` must have images of the same classes as the data. "
            f"Received: none of {wrong} in one of both. Add some, or pass a "
            "share of the data."
        )


def checked_seeds(seeds: Any) -> list[int]:
    """Returns seeds, of which each makes other cells.

    Args:
        seeds: Integers, or how many.
    """
    if not np.ndim(seeds):
        return list(range(integer("seeds", seeds, at_least=1)))
    seeds = [integer("seeds", one, at_least=0) for one in seeds]
    if len(set(seeds)) < len(seeds):
        raise ValueError(
            "`seeds` must be different, because the same ones give the same "
            f"cells. Received: {seeds}. Pass each once."
        )
    return seeds


def fingerprint(*parts: Arrays | None) -> str:
    """A hash of images and labels.

    Args:
        *parts: Images and labels, or None.
    """
    digest = hashlib.sha256()
    for part in parts:
        for array in part or ():
            digest.update(f"{array.shape}".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def check_number(number: int) -> None:
    """Raises an error, or warns, if there are too few cells."""
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


def cell_of(
    known: Arrays,
    given_test: Arrays | None,
    share: Any,
    rare: int | None,
    kept: int,
    seed: int,
) -> Cell:
    """The data of a cell."""
    train, test = known, given_test
    draw = cells.draw_of(rare, seed)
    if test is None:
        train, test = cells.split(known, share, draw)
        train = cells.without(train, test)
    if rare is not None:
        few = cells.with_rare_class(train, rare, kept, draw)
        return Cell(rare, seed, few, test)
    few = cells.with_few_labels(train, kept, draw)
    return Cell(None, seed, few, test, unlabeled=train[0])
