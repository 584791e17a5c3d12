"""`keras-gan generate`: images from a trained GAN."""

import argparse
import pathlib
import random

import numpy as np

from keras_gan import images as image_tools
from keras_gan import models
from keras_gan.cli import arguments as kinds
from keras_gan.cli.loading import load_gan
from keras_gan.cli.run_folder import RunFolder, newest_run
from keras_gan.utils.files import replacing

SUMMARY = "draw images with a trained GAN"
DESCRIPTION = (
    "Draws images with the averaged generator of a run: a grid (.png), an "
    "array (.npz, with values in [-1, 1]) or a folder with one PNG per image."
)
_MOST_COLUMNS = 20


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
        type=kinds.labels,
        metavar="N,N,...",
        help="classes of a conditional GAN to draw in turn (default: all)",
    )
    kinds.add_truncation(parser)
    kinds.add_seed(parser, "the images", default=None)


def run(options: argparse.Namespace) -> int:
    """Draws and writes; returns the exit code."""
    source = model_path(options.model)
    path = pathlib.Path(options.out) if options.out else _next_free(source)
    write = _writer(path)
    gan = load_gan(source, compiled=False)
    labels = _labels(options, gan)
    seed = options.seed
    if seed is None:
        # The seed in the model file would give the same images every time.
        seed = random.SystemRandom().randrange(2**31)
    images = gan.generate(
        options.num_images,
        labels=labels,
        truncation=options.truncation,
        seed=seed,
        batch_size=options.batch_size,
    )
    if write is not _write_arrays:
        image_tools.check_image_shape(images.shape[1:])
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, images, labels)
    print(f"{len(images)} images, seed {seed}: {path}")
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
            f"`{run}` has no checkpoint yet. Train it with `keras-gan train "
            f"--resume {run}`."
        )
    return run.model_path


def _next_free(model_path: pathlib.Path) -> pathlib.Path:
    number = 1
    while True:
        path = model_path.with_name(f"generated-{number}.png")
        if not path.exists():
            return path
        number += 1


def _labels(options, gan: models.GAN) -> np.ndarray | None:
    """The label of each image; labels cycle through the classes."""
    if options.labels is None:
        if gan.num_classes is None:
            return None
        options.labels = range(gan.num_classes)
    elif gan.num_classes is None:
        raise ValueError(
            "`--labels` needs a conditional GAN, and this one has no classes. "
            "Leave it out, or train with --conditional."
        )
    return np.resize(np.array(options.labels, "int32"), options.num_images)


def _writer(path: pathlib.Path):
    """The function that writes files of this kind."""
    kind = "" if path.is_dir() else path.suffix.lower()
    if kind not in _WRITERS:
        raise ValueError(
            "`--out` must end in .png (a grid) or .npz (an array), or be a "
            f"folder. Received: {path}"
        )
    return _WRITERS[kind]


def _write_grid(path, images, labels) -> None:
    columns = None
    if labels is not None:
        num_labels = len(set(labels.tolist()))
        columns = num_labels if 1 < num_labels <= _MOST_COLUMNS else None
    image_tools.write_image(path, image_tools.image_grid(images, columns))


def _write_arrays(path, images, labels) -> None:
    arrays = {"images": images}
    if labels is not None:
        arrays["labels"] = labels
    # As an open file, because NumPy would append its suffix to a path.
    with replacing(path) as aside, open(aside, "wb") as file:
        np.savez_compressed(file, **arrays)


def _write_folder(path, images, labels) -> None:
    """One file per image, in one sub-folder per class, as `train` reads."""
    digits = len(str(len(images) - 1))
    for number, image in enumerate(image_tools.to_uint8(images)):
        folder = path
        if labels is not None:
            width = len(str(labels.max()))
            folder = path / f"{labels[number]:0{width}d}"
        folder.mkdir(parents=True, exist_ok=True)
        image_tools.write_image(folder / f"{number:0{digits}d}.png", image)


_WRITERS = {
    "": _write_folder,
    ".npz": _write_arrays,
    ".png": _write_grid,
}
