"""`keras-gan translate`: a folder of images through a trained model."""

import argparse
import contextlib
import pathlib
from typing import Any

import numpy as np

from keras_gan import images as image_tools
from keras_gan.cli import arguments as kinds
from keras_gan.cli.apart import check_apart, check_apart_from_run
from keras_gan.cli.generate import model_path
from keras_gan.cli.generated_folder import GeneratedFolder
from keras_gan.cli.picture_files import PictureFiles, in_batches, written_names
from keras_gan.cli.progress import ProgressBar
from keras_gan.cli.run_folder import RunFolder
from keras_gan.cli.tasks import task_of
from keras_gan.utils.locks import holding_folder

SUMMARY = "translate images with a trained model"
DESCRIPTION = (
    "Translates images with the averaged generator of a run of `keras-gan "
    "train --task`, and writes a PNG for each, under the same name. Images may "
    "have any size."
)
_TILE = 512


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
        help="a folder of images, a .zip of one, or an image",
    )
    parser.add_argument(
        "--out",
        required=True,
        metavar="DIR",
        help="folder for the translations, which is created",
    )
    _add_task_options(parser.add_argument_group("of some tasks"))
    parser.add_argument(
        "--tile",
        type=kinds.units,
        default=_TILE,
        metavar="N",
        help="translate larger images in overlapping tiles of N x N pixels, "
        f"which bounds the memory (default: {_TILE})",
    )
    parser.add_argument(
        "--batch-size",
        type=kinds.positive_integer,
        metavar="N",
        default=8,
        help="images, or tiles, at once (default: 8)",
    )
    parser.add_argument(
        "--quiet", action="store_true", help="print warnings and errors only"
    )


def _add_task_options(group) -> None:
    group.add_argument(
        "--to",
        choices=("second", "first"),
        help="domains: where to translate to (default: second)",
    )
    group.add_argument(
        "--masks",
        metavar="DATA",
        help="inpainting: masks with the names of the images, or one for all, "
        "white where the hole is (default: where images are transparent)",
    )
    group.add_argument(
        "--attributes",
        metavar="NAME=VALUE,...",
        help="attributes: what to change, with values from 0 to 1",
    )


def run(options: argparse.Namespace) -> int:
    """Translates and writes; returns the exit code."""
    path = model_path(options.model)
    settings = RunFolder(path.parent).read_config().settings
    task = task_of(settings.task)
    with contextlib.ExitStack() as held:
        check_apart_from_run(path, options.out)
        check_apart(options.images, options.out)
        out = pathlib.Path(options.out)
        files = PictureFiles(options.images)
        held.enter_context(holding_folder(out))
        folder = GeneratedFolder(out, "translate")
        translate = task.translator(path, settings, options)
        number = _write(files, folder, translate, path, options)
    if not options.quiet:
        print(f"{number} images: {out}")
    return 0


def _write(
    files: PictureFiles,
    folder: GeneratedFolder,
    translate: Any,
    model: pathlib.Path,
    options: argparse.Namespace,
) -> int:
    names = written_names(files.names)
    done = 0
    with (
        folder.begun(model, None, names),
        ProgressBar(len(names), "images", shown=not options.quiet) as bar,
    ):
        size = options.batch_size
        # As many pixels as a batch of tiles has.
        room = size * options.tile**2
        for numbers, images in in_batches(files, size, room):
            given = [files.names[number] for number in numbers]
            for number, image in zip(
                numbers, translate(given, np.stack(images)), strict=True
            ):
                folder.write(names[number], image_tools.to_uint8(image))
            done += len(numbers)
            bar.update(done - bar.n)
        files.warn_broken()
    folder.note_replaced()
    return done
