"""`keras-gan classify`: the classes of images, by a trained classifier."""

import argparse
import contextlib
import csv
import os
import pathlib
import warnings
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from keras_gan import datasets
from keras_gan.cli import arguments as kinds
from keras_gan.cli.apart import check_apart, check_apart_from_run
from keras_gan.cli.generate import model_path
from keras_gan.cli.images_to_classify import FittedArrays, FittedFiles
from keras_gan.cli.picture_files import in_batches
from keras_gan.cli.progress import ProgressBar
from keras_gan.cli.run_folder import RunConfig, RunFolder
from keras_gan.cli.sizes import check_drawing
from keras_gan.cli.tasks.semi_supervised import SemiSupervisedTask
from keras_gan.cli.words import command, size_in_words
from keras_gan.utils.files import replacing
from keras_gan.utils.locks import holding_file

SUMMARY = "find the classes of images with a trained classifier"
DESCRIPTION = (
    "Classifies images with the averaged classifier of a run of `keras-gan "
    "train --task semi-supervised`, and writes a table with a row for each: "
    "its class, the probability of that, and the probability of each class."
)

Images = FittedFiles | FittedArrays


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command to its parser."""
    parser.add_argument(
        "model",
        metavar="RUN",
        help="folder of a run, or the .keras file in it",
    )
    parser.add_argument(
        "images",
        metavar="IMAGES",
        help="a folder of images, a .zip of one, an image, an .npz, or a "
        "built-in name",
    )
    parser.add_argument(
        "--out",
        metavar="CSV",
        default="predictions.csv",
        help="the table, a file that does not exist yet (default: "
        "predictions.csv)",
    )
    kinds.add_split(parser, "an .npz or a built-in data set")
    kinds.add_batch_size(parser)
    parser.add_argument(
        "--quiet", action="store_true", help="print warnings and errors only"
    )


def run(options: argparse.Namespace) -> int:
    """Classifies and writes; returns the exit code."""
    path = model_path(options.model)
    config = RunFolder(path.parent).read_config()
    _check_task(config, path)
    out = pathlib.Path(options.out)
    if out.suffix.lower() != ".csv":
        raise ValueError(f"`--out` must end in .csv. Received: {out}.")
    with contextlib.ExitStack() as held:
        check_apart_from_run(path, options.out)
        check_apart(options.images, options.out)
        held.enter_context(holding_file(out))
        if os.path.lexists(out):
            raise ValueError(
                f"`{out}` exists already. Choose another --out, or remove it."
            )
        images = _opened(options, config)
        classifier = _classifier(path, config, options.batch_size)
        number = _write(images, classifier, config, out, options)
    if not options.quiet:
        print(f"{number} images: {out}")
    return 0


def _check_task(config: RunConfig, path: pathlib.Path) -> None:
    task = SemiSupervisedTask.name
    if config.settings.task != task:
        train = command("train", "DATA", "--task", task, "--labels-for", "FILE")
        raise ValueError(
            f"`{path.parent}` is a run of --task {config.settings.task}, which "
            f"has no classifier. Train one with `{train}`."
        )


def _opened(options: Any, config: RunConfig) -> Images:
    shape = config.settings.image_shape
    is_array = options.images.lower().endswith(".npz")
    if is_array or options.images in datasets.BUILTIN_NAMES:
        return FittedArrays(options.images, shape, options.split)
    if options.split is not None:
        raise ValueError(
            "`--split` is for an .npz or a built-in data set. Received: "
            f"--split {options.split} with {options.images}. Name the folder "
            "of the split."
        )
    return FittedFiles(options.images, shape)


def _classifier(
    path: pathlib.Path, config: RunConfig, batch_size: int
) -> keras.Model:
    """The classifier of a run, if it knows the classes of the run."""
    model = SemiSupervisedTask().load_model(path, compiled=False)
    found = model.image_shape, model.num_labels
    expected = config.settings.image_shape, len(_names(config))
    if found != expected:
        raise ValueError(
            f"`{path.parent / 'config.json'}` and `{path}` do not belong "
            f"together: one is of images {expected[0]} and {expected[1]} "
            f"classes, the other of {found[0]} and {found[1]}. Restore the one "
            "that was changed."
        )
    check_drawing(model.discriminator, batch_size, "Classifying")
    return model.classifier()


def _names(config: RunConfig) -> tuple[str, ...]:
    return config.dataset.class_names or ()


def _write(
    images: Images,
    classifier: keras.Model,
    config: RunConfig,
    out: pathlib.Path,
    options: argparse.Namespace,
) -> int:
    """Writes the whole table, or nothing; returns the number of images."""
    names, done = _names(config), 0
    total = len(images.names)
    with (
        replacing(out) as aside,
        open(
            aside, "w", newline="", encoding="utf-8", errors="surrogateescape"
        ) as file,
        ProgressBar(total, "images", shown=not options.quiet) as bar,
    ):
        rows = csv.writer(file)
        head = [images.kind, "label", "probability"]
        # Each column has another name, also of a class called "label".
        named = [f"class {n}" if n in head else n for n in names]
        rows.writerow([*head, *named])
        for numbers, batch in in_batches(images, options.batch_size):
            found = _probabilities(classifier, np.stack(batch))
            files = [images.names[number] for number in numbers]
            rows.writerows(_rows(files, found, names))
            done += len(numbers)
            bar.update(done - bar.n)
        images.warn_broken()
    _warn_resized(images, config)
    return done


def _probabilities(classifier: keras.Model, images: np.ndarray) -> np.ndarray:
    logits = classifier.predict_on_batch(images)
    return keras.ops.convert_to_numpy(keras.ops.softmax(logits))


def _rows(
    files: list[str], probabilities: np.ndarray, names: tuple[str, ...]
) -> Iterator[list[str]]:
    for file, row in zip(files, probabilities, strict=True):
        best = int(row.argmax())
        shown = [f"{value:.6g}" for value in row]
        yield [file, names[best], shown[best], *shown]


def _warn_resized(images: Images, config: RunConfig) -> None:
    """Warns of images of another size, if no training image was resized."""
    if images.num_resized and config.settings.resized_to is None:
        size = size_in_words(config.settings.image_shape[:2])
        warnings.warn(
            f"{images.num_resized} of the images were resized to {size} pixels "
            "(height x width), the size of the training images, which were "
            "not resized. Their classes are less certain than they seem.",
            stacklevel=2,
        )
