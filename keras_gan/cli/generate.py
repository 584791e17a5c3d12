"""`keras-gan generate`: images, rows, sounds or lines from a trained GAN."""

import argparse
import contextlib
import math
import pathlib
import random

from keras_gan import images as image_tools
from keras_gan import models
from keras_gan.cli import arguments as kinds
from keras_gan.cli.apart import check_apart_from_run
from keras_gan.cli.classes import add_labels, class_names, labels_in_turn
from keras_gan.cli.loading import is_gan_of, load_gan
from keras_gan.cli.output import Output, open_output
from keras_gan.cli.run_folder import RunFolder, newest_run
from keras_gan.cli.sizes import check_drawing
from keras_gan.cli.sound_output import open_sound_output, rate_of
from keras_gan.cli.tables import rows
from keras_gan.cli.texts import lines
from keras_gan.cli.words import command
from keras_gan.datasets.image_files import class_folders
from keras_gan.utils.memory import check_memory

SUMMARY = "draw images, rows of a table, sounds or lines of text"
DESCRIPTION = (
    "Draws images with the averaged generator of a run: a grid (.png), an "
    "array (.npz, with values in [-1, 1]) or a folder with one PNG per image. "
    "With a run of a table it makes rows, a .csv or .parquet; with one of "
    "sounds a .wav, or a folder with one WAV file per sound; with one of text "
    "lines, a .txt."
)
_NUM_IMAGES, _BATCH_SIZE = 64, 64


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
        help=f"number of images (default: {_NUM_IMAGES})",
    )
    parser.add_argument(
        "--num-sounds",
        dest="num_images",
        type=kinds.positive_integer,
        metavar="N",
        help=f"number of sounds (default: {_NUM_IMAGES})",
    )
    _add_choice_options(parser)
    parser.add_argument(
        "--out",
        metavar="PATH",
        help=".png, .npz, or a folder, which is created; of a table .csv or "
        ".parquet, of text .txt, which does not exist yet; of sounds also .wav "
        "(default: the next unused generated-N.png, .csv, .txt or .wav beside "
        "the model)",
    )
    kinds.add_batch_size(parser)
    parser.set_defaults(batch_size=None)  # A table does not have it.
    rows.add_arguments(parser.add_argument_group("tables"))
    lines.add_arguments(parser.add_argument_group("text"))


def _add_choice_options(parser):
    add_labels(parser)
    kinds.add_truncation(parser)
    kinds.add_seed(parser, "the images", default=None)


def run(options: argparse.Namespace) -> int:
    """Draws and writes; returns the exit code."""
    source = model_path(options.model)
    if is_gan_of("texts", source):
        return lines.run(options, source)
    lines.check_none(options)
    if is_gan_of("tables", source):
        return rows.run(options, source)
    rows.check_none(options)
    with contextlib.ExitStack() as held:
        check_apart_from_run(source, options.out)
        makes_sounds = rate_of(source) is not None
        opened = open_sound_output if makes_sounds else open_output
        out = opened(options.out, source, held)
        gan = load_gan(source, compiled=False)
        return _draw(options, gan, out, class_names(source, gan))


def _draw(
    options: argparse.Namespace,
    gan: models.GAN,
    out: Output,
    names: tuple[str, ...],
) -> int:
    if not out.is_array:
        _check_rate(gan)
        image_tools.check_image_shape(gan.image_shape)
    num_images = options.num_images or _NUM_IMAGES
    check_memory(
        f"{num_images} {out.unit}",
        # As floats, and as bytes in their place in the grid.
        5 * num_images * math.prod(gan.image_shape),
        "Ask for fewer --num-images.",
    )
    batch_size = min(options.batch_size or _BATCH_SIZE, num_images)
    check_drawing(gan.generator, batch_size)
    labels = labels_in_turn(options.labels, gan, names, num_images)
    seed = options.seed
    if seed is None:
        # The seed in the model file would give the same images every time.
        seed = random.SystemRandom().randrange(2**31)
    images = gan.generate(
        num_images,
        labels=labels,
        truncation=options.truncation,
        seed=seed,
        batch_size=batch_size,
    )
    out.write(images, labels, seed, class_folders(names))
    print(f"{len(images)} {out.unit}, seed {seed}: {out.path}")
    return 0


def _check_rate(gan: models.GAN) -> None:
    """Refuses sounds whose rate nobody knows."""
    if len(gan.image_shape) == 2:
        raise ValueError(
            f"A model of sounds {gan.image_shape} must be in the folder of its "
            "run, which knows their rate. Received: one without. Name that "
            "folder, or write an array: --out sounds.npz."
        )


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
