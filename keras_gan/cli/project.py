"""`keras-gan project`: from images back to latents."""

import argparse
import contextlib
import pathlib
import zipfile

import numpy as np

from keras_gan import images as image_tools
from keras_gan import latents, models
from keras_gan.cli import arguments as kinds
from keras_gan.cli.apart import check_apart, check_apart_from_run
from keras_gan.cli.classes import add_labels, class_names, labels_of_images
from keras_gan.cli.generate import model_path
from keras_gan.cli.latent_files import write_latents
from keras_gan.cli.loading import load_gan_of_images
from keras_gan.cli.own_files import check_replaceable, mark
from keras_gan.cli.steering import add_projection, projected, read_images
from keras_gan.utils.files import replacing
from keras_gan.utils.locks import holding_file

SUMMARY = "find the latents of images"
DESCRIPTION = (
    "Finds latents for which the averaged generator of a run draws what is "
    "nearest to IMAGE. Writes a picture, the images on the left and what was "
    "found on the right, and beside it the latents (.npz), which `keras-gan "
    "edit` reads."
)
_COMMAND = "project"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command to its parser."""
    parser.add_argument(
        "model", metavar="RUN", help="folder of a run, or a .keras file"
    )
    parser.add_argument(
        "image",
        metavar="IMAGE",
        help="an image, a folder of images or a .zip of one",
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        help="ends in .png (default: IMAGE-projected.png here)",
    )
    parser.add_argument(
        "--space",
        choices=("z", "w", "w+"),
        help="latents z, styles w, or a style for each layer, which comes "
        "nearer and is worse to edit (default: w where the generator has "
        "styles, else z)",
    )
    add_labels(
        parser,
        "class of all images, or one for each, of a conditional GAN",
        "those of the nearest random images",
    )
    add_projection(parser)
    kinds.add_seed(parser, "the result", default=0)
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def run(options: argparse.Namespace) -> int:
    """Projects and writes; returns the exit code."""
    path = model_path(options.model)
    stem = pathlib.Path(options.image).resolve().stem
    out = picture_path(options.out or f"{stem}-projected.png")
    arrays = out.with_suffix(".npz")
    with contextlib.ExitStack() as held:
        check_apart_from_run(path, out)
        check_apart(options.image, out, of="IMAGE")
        for one in (out, arrays):
            held.enter_context(holding_file(one))
            check_replaceable(one, _COMMAND)
        gan = load_gan_of_images(path)
        image_tools.check_image_shape(gan.image_shape)
        images = read_images(options.image, gan, options.resize)
        names = class_names(path, gan)
        labels = labels_of_images(options.labels, gan, names, len(images))
        found = projected(gan, images, labels, options.space, options)
        _write(out, arrays, gan, images, found)
    decibels = ", ".join(f"{one:.1f}" for one in found.psnr[:10])
    print(f"{len(images)} images, PSNR {decibels} dB: {out} and {arrays}")
    return 0


def picture_path(named: str) -> pathlib.Path:
    """The path of a picture, which must be a .png.

    Raises:
        ValueError: If it is not.
    """
    path = pathlib.Path(named)
    if path.suffix.lower() != ".png" or path.is_dir():
        raise ValueError(f"`--out` must be a file .png. Received: {path}")
    return path


def write_picture(path: pathlib.Path, picture: np.ndarray, of: str) -> None:
    """Writes a picture with the mark of a command.

    Args:
        path: The file.
        picture: uint8 array.
        of: Name of the command.
    """
    with replacing(path) as aside:
        aside.write_bytes(image_tools.encode_png(picture, software=mark(of)))


def _write(
    out: pathlib.Path,
    arrays: pathlib.Path,
    gan: models.GAN,
    images: np.ndarray,
    found: latents.Projection,
) -> None:
    with replacing(arrays) as aside:
        write_latents(aside, gan, found)
        with zipfile.ZipFile(aside, "a") as archive:
            archive.comment = mark(_COMMAND).encode()
    pairs = np.stack([images, found.images], axis=1)
    picture = image_tools.image_grid(
        pairs.reshape(-1, *images.shape[1:]), columns=2
    )
    write_picture(out, picture, _COMMAND)
