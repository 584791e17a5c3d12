"""`keras-gan generate`: images from a trained GAN."""

import argparse
import contextlib
import math
import pathlib
import random

import numpy as np

from keras_gan import images as image_tools
from keras_gan import models
from keras_gan.cli import arguments as kinds
from keras_gan.cli.apart import check_apart_from_run
from keras_gan.cli.loading import load_gan
from keras_gan.cli.output import Output, open_output
from keras_gan.cli.run_folder import RunFolder, data_of_run, newest_run
from keras_gan.cli.sizes import check_drawing
from keras_gan.cli.words import command
from keras_gan.datasets.balancing import class_number
from keras_gan.datasets.image_files import class_folders
from keras_gan.utils.memory import check_memory

SUMMARY = "draw images with a trained GAN"
DESCRIPTION = (
    "Draws images with the averaged generator of a run: a grid (.png), an "
    "array (.npz, with values in [-1, 1]) or a folder with one PNG per image."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command to its parser."""
    parser.add_argument(
        "model",
        nargs="?",
        metavar="RUN",
        help="folder of a run, or a .keras file (default: the newest run in "
        "runs/)",
    )
    parser.add_argument(
        "--num-images",
        type=kinds.positive_integer,
        metavar="N",
        default=64,
        help="number of images (default: 64)",
    )
    _add_choice_options(parser)
    parser.add_argument(
        "--out",
        metavar="PATH",
        help=".png, .npz, or a folder, which is created (default: the next "
        "unused generated-N.png beside the model)",
    )
    kinds.add_batch_size(parser)


def _add_choice_options(parser):
    parser.add_argument(
        "--labels",
        metavar="CLASS,...",
        help="classes of a conditional GAN to draw in turn, by their names in "
        "the data of the run or their numbers from 0 (default: all)",
    )
    kinds.add_truncation(parser)
    kinds.add_seed(parser, "the images", default=None)


def run(options: argparse.Namespace) -> int:
    """Draws and writes; returns the exit code."""
    source = model_path(options.model)
    with contextlib.ExitStack() as held:
        check_apart_from_run(source, options.out)
        out = open_output(options.out, source, held)
        gan = load_gan(source, compiled=False)
        return _draw(options, gan, out, _class_names(source, gan))


def _draw(
    options: argparse.Namespace,
    gan: models.GAN,
    out: Output,
    names: tuple[str, ...],
) -> int:
    if not out.is_array:
        image_tools.check_image_shape(gan.image_shape)
    check_memory(
        f"{options.num_images} images",
        # As floats, and as bytes in their place in the grid.
        5 * options.num_images * math.prod(gan.image_shape),
        "Ask for fewer --num-images.",
    )
    batch_size = min(options.batch_size, options.num_images)
    check_drawing(gan.generator, batch_size)
    labels = _labels(options, gan, names)
    seed = options.seed
    if seed is None:
        # The seed in the model file would give the same images every time.
        seed = random.SystemRandom().randrange(2**31)
    images = gan.generate(
        options.num_images,
        labels=labels,
        truncation=options.truncation,
        seed=seed,
        batch_size=batch_size,
    )
    out.write(images, labels, seed, class_folders(names))
    print(f"{len(images)} images, seed {seed}: {out.path}")
    return 0


def model_path(named: str | None) -> pathlib.Path:
    """The `.keras` file of a run, by default of the newest in `runs/`."""
    if named is None:
        return newest_run().model_path
    path = pathlib.Path(named)
    if path.suffix == ".keras":
        return path
    run = RunFolder(path)
    run.read_config()
    if not run.model_path.exists():
        raise FileNotFoundError(
            f"`{run}` has no checkpoint yet. Train it with "
            f"`{command('train', '--resume', run)}`."
        )
    return run.model_path


def _class_names(model: pathlib.Path, gan: models.GAN) -> tuple[str, ...]:
    """The names of the classes, where the run of the model knows them."""
    info = None
    with contextlib.suppress(ValueError):  # It may be another program's.
        info = data_of_run(model)
    if info is None or info.num_classes != gan.num_classes:
        return ()
    return info.class_names or ()


def _labels(options, gan: models.GAN, names) -> np.ndarray | None:
    """The label of each image; labels cycle through the classes."""
    if gan.num_classes is None and options.labels is None:
        return None
    if gan.num_classes is None:
        raise ValueError(
            "`--labels` needs a conditional GAN, and this one has no classes. "
            "Leave it out, or train with --conditional."
        )
    labels = list(range(gan.num_classes))
    if options.labels is not None:
        labels = _chosen(options.labels, names, gan.num_classes)
    return np.resize(np.array(labels, "int32"), options.num_images)


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
