"""The classes of a conditional GAN, by the names that its data have."""

import argparse
import contextlib
import pathlib

import numpy as np

from keras_gan import models
from keras_gan.cli.run_folder import data_of_run
from keras_gan.cli.words import listed
from keras_gan.datasets import DatasetInfo
from keras_gan.datasets.balancing import class_number


def add_labels(
    parser: argparse.ArgumentParser,
    what: str = "classes of a conditional GAN to draw in turn",
    default: str = "all",
) -> None:
    """Adds `--labels`.

    Args:
        parser: The parser of the command.
        what: Of which images they are, for the help.
        default: What they are where they are not given, for the help.
    """
    parser.add_argument(
        "--labels",
        metavar="CLASS,...",
        help=f"{what}, by their names in the data of the run or their numbers "
        f"from 0 (default: {default})",
    )


def class_names(model: pathlib.Path, gan: models.GAN) -> tuple[str, ...]:
    """The names of the classes, where the run of the model knows them."""
    info = None
    with contextlib.suppress(ValueError):  # It may be another program's.
        info = data_of_run(model)
    if info is None or info.num_classes != gan.num_classes:
        return ()
    return info.class_names or ()


def labels_in_turn(
    text: str | None, gan: models.GAN, names: tuple[str, ...], count: int
) -> np.ndarray | None:
    """The label of each image; labels cycle through the classes.

    Args:
        text: `--labels`, or `None` for all classes.
        gan: The GAN.
        names: Names of its classes, where they are known.
        count: Number of images.

    Raises:
        ValueError: If there is no such class.
    """
    if text is not None:
        labels = chosen_classes(text, gan, names)
    elif gan.num_classes is not None:
        labels = list(range(gan.num_classes))
    else:
        return None
    return np.resize(np.array(labels, "int32"), count)


def labels_of_images(
    text: str | None, gan: models.GAN, names: tuple[str, ...], count: int
) -> np.ndarray | None:
    """The label of each of some images that there are already.

    Args:
        text: `--labels`, or `None`.
        gan: The GAN.
        names: Names of its classes, where they are known.
        count: Number of images.

    Returns:
        Int32 array `(count,)`, or `None` where `text` is.

    Raises:
        ValueError: If there is no such class, or some images have none.
    """
    if text is None:
        return None
    labels = chosen_classes(text, gan, names)
    if len(labels) not in (1, count):
        raise ValueError(
            "`--labels` must name one class for all images, or one for each. "
            f"Received: {len(labels)} classes and {count} images."
        )
    return np.resize(np.array(labels, "int32"), count)


def check_same_classes(
    before: DatasetInfo, info: DatasetInfo, run: object
) -> None:
    """Refuses a run whose classes have other names, or another order, now.

    Each label would mean another class.

    Args:
        before: The data when the run was started.
        info: The data now.
        run: The folder of the run.

    Raises:
        ValueError: If classes have changed.
    """
    then, now = before.class_names, info.class_names
    if then not in (None, now):
        raise ValueError(
            f"The classes of `{run}` have changed since it was started: it had "
            f"{listed(then or ())}. Received: {listed(now or ())}. Give them "
            "their old names and order, or start a new run."
        )


def chosen_classes(
    text: str, gan: models.GAN, names: tuple[str, ...]
) -> list[int]:
    """Returns classes by their names or numbers, with commas between them.

    Args:
        text: `--labels`.
        gan: The GAN.
        names: Names of its classes, where they are known.

    Raises:
        ValueError: If there is no such class.
    """
    num_classes = gan.num_classes
    if num_classes is None:
        raise ValueError(
            "`--labels` needs a conditional GAN, and this one has no classes. "
            "Leave it out, or train with --conditional."
        )
    numbers = {str(number): number for number in range(num_classes)}

    def number(key: str) -> int:
        plain = key.strip()
        plain = plain.lstrip("0") or plain[:1]
        known = key if key in names else numbers.get(plain, key)
        return class_number("--labels", known, names, num_classes)

    # A name may have commas.
    return list(map(number, [text] if text in names else text.split(",")))
