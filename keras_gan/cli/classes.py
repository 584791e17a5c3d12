"""The classes of a conditional GAN, by the names that its data have."""

import argparse
import contextlib
import pathlib

import numpy as np

from keras_gan import models
from keras_gan.cli.run_folder import data_of_run
from keras_gan.datasets.balancing import class_number


def add_labels(parser: argparse.ArgumentParser) -> None:
    """Adds `--labels`."""
    parser.add_argument(
        "--labels",
        metavar="CLASS,...",
        help="classes of a conditional GAN to draw in turn, by their names in "
        "the data of the run or their numbers from 0 (default: all)",
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
    if gan.num_classes is None and text is None:
        return None
    if gan.num_classes is None:
        raise ValueError(
            "`--labels` needs a conditional GAN, and this one has no classes. "
            "Leave it out, or train with --conditional."
        )
    labels = list(range(gan.num_classes))
    if text is not None:
        labels = _chosen(text, names, gan.num_classes)
    return np.resize(np.array(labels, "int32"), count)


def _chosen(text: str, names: tuple[str, ...], num_classes: int) -> list[int]:
    """Classes by their names or numbers, with commas between them."""
    numbers = {str(number): number for number in range(num_classes)}

    def number(key: str) -> int:
        plain = key.strip()
        plain = plain.lstrip("0") or plain[:1]
        known = key if key in names else numbers.get(plain, key)
        return class_number("--labels", known, names, num_classes)

    # A name may have commas.
    return list(map(number, [text] if text in names else text.split(",")))
