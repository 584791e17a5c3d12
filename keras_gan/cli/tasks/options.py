"""The options of `keras-gan train` for translation of images."""

import argparse
import os
import re

from keras_gan.cli import arguments as kinds
from keras_gan.cli.settings import MASKS, TASKS


def add_task_options(parser) -> None:
    """Adds `--task` and the options that only some tasks have.

    Args:
        parser: The parser of the command.
    """
    group = parser.add_argument_group("tasks")
    group.add_argument(
        "--task",
        choices=TASKS,
        metavar="TASK",
        help="gan draws images; semi-supervised trains a classifier from few "
        "labels; dagan learns to make more images of a class from one; table "
        "makes rows of a .csv or .parquet; text makes lines like those of a "
        ".txt or .smi; sound makes sounds like those of WAV files; the others "
        "translate: pairs "
        "(pix2pix), domains (CycleGAN, no pairs), super-resolution, inpainting "
        "and colorization (all three from DATA alone), attributes (StarGAN) "
        "(default: by DATA: table, text, sound or gan)",
    )
    group.add_argument(
        "--second",
        metavar="DATA",
        help="pairs: the targets, matched by name (default: DATA shows source "
        "and target side by side, or has two sub-folders); domains: the other "
        "domain",
    )
    group.add_argument(
        "--direction",
        choices=("a-to-b", "b-to-a"),
        help="pairs: what becomes what; A is DATA, or the left half (default: "
        "a-to-b)",
    )
    _add_of_repairs(group)
    _add_of_tables(group)
    _add_of_sounds(group)
    _add_of_text(group)
    _add_preparation(group)


def _add_of_repairs(group) -> None:
    group.add_argument(
        "--scale",
        type=int,
        choices=(2, 3, 4),
        help="super-resolution: the factor (default: 2)",
    )
    group.add_argument(
        "--degradation",
        choices=("bicubic", "real"),
        help="super-resolution: how the low resolution is made; real is a "
        "chain of random blur, noise and compression (default: bicubic)",
    )
    group.add_argument(
        "--sharpen",
        action="store_true",
        default=None,
        help="super-resolution: sharpen the images first, by unsharp masking, "
        "as Real-ESRGAN was trained (default: as they are)",
    )
    group.add_argument(
        "--masks",
        type=_masks,
        metavar="NAME|DATA",
        help=f"inpainting: {', '.join(MASKS)}, or a folder of masks, white "
        f"where the hole is (default: {MASKS[0]})",
    )


def _add_of_tables(group) -> None:
    group.add_argument(
        "--table",
        metavar="CSV",
        help="attributes: names of files and their attributes (default: none, "
        "but the task needs one)",
    )
    group.add_argument(
        "--columns",
        type=kinds.names,
        metavar="NAME,...",
        help="attributes, table: columns of the table to learn (default: all)",
    )
    group.add_argument(
        "--label",
        metavar="COLUMN",
        help="table: a column of categories, which `augment` balances "
        "(default: none)",
    )
    group.add_argument(
        "--categories",
        type=kinds.names,
        metavar="NAME,...",
        help="table: columns of numbers whose values are categories (default: "
        "those of at most 10 whole numbers)",
    )
    group.add_argument(
        "--labels-for",
        type=_labels_for,
        metavar="FILE|N",
        help="semi-supervised: a .csv of file and label (index and label for "
        "arrays) of the images that have labels; or keep N labels of each "
        "class, drawn by --seed (default: none, but the task needs it)",
    )


def _add_of_sounds(group) -> None:
    group.add_argument(
        "--rate",
        type=kinds.positive_integer,
        metavar="HZ",
        help="sound: samples in a second, to which others are resampled "
        "(default: that of most files)",
    )
    group.add_argument(
        "--length",
        type=kinds.units,
        metavar="N",
        help="sound: samples of each sound; shorter ones end in silence "
        "(default: that of the longest, at most 16384)",
    )
    group.add_argument(
        "--pieces",
        action="store_true",
        default=None,
        help="sound: make several of a sound that is longer (default: its end "
        "is left out)",
    )
    group.add_argument(
        "--normalize",
        action="store_true",
        default=None,
        help="sound: make each as loud as can be (default: as they are)",
    )


def _add_of_text(group) -> None:
    group.add_argument(
        "--unit",
        choices=("characters", "words"),
        help="text: what a token is (default: characters)",
    )
    group.add_argument(
        "--max-length",
        type=kinds.positive_integer,
        metavar="N",
        help="text: leave out lines of more tokens (default: 100 characters or "
        "30 words)",
    )


def _labels_for(text: str) -> int | str:
    """A number of labels, or the whole path of a table."""
    is_number = re.fullmatch(r"[-+]?\d[.\d]*", text)
    return kinds.positive_integer(text) if is_number else os.path.abspath(text)


def _masks(text: str) -> str:
    """Masks to draw, with the hyphens of the command line, or a path."""
    name = text.replace("_", "-")
    return name if name in MASKS else text


def _add_preparation(group) -> None:
    group.add_argument(
        "--crop",
        type=kinds.image_size,
        metavar="N|HxW",
        help="train on random parts of this size, after --image-size (default: "
        "whole images; super-resolution: up to 32 times the scale)",
    )
    group.add_argument(
        "--flip",
        action=argparse.BooleanOptionalAction,
        help="mirror half of the images (default: only for super-resolution)",
    )
    group.add_argument(
        "--from",
        "--start",
        dest="start",
        metavar="RUN",
        help="begin with what another run of this task has learned: gan, "
        "sound and text take the weights of all layers that fit, for new data; "
        "the others the generator, such as super-resolution with an "
        "adversarial --loss after --loss none; table goes on with other rows; "
        "not for domains, attributes, semi-supervised and dagan (default: "
        "from nothing)",
    )
    group.add_argument(
        "--strict",
        action="store_true",
        default=None,
        help="pairs, attributes: an image without its partner is an error "
        "(default: it is left out, with a warning)",
    )
