"""`keras-gan edit`: what directions in latent space do to images."""

import argparse
import contextlib
import pathlib
import zipfile
from collections.abc import Callable
from typing import Any

from keras_gan import images as image_tools
from keras_gan import latents, models
from keras_gan.cli import arguments as kinds
from keras_gan.cli.apart import check_apart_from_run
from keras_gan.cli.classes import add_labels
from keras_gan.cli.generate import model_path
from keras_gan.cli.latents_to_edit import NUM_IMAGES, latents_to_edit
from keras_gan.cli.loading import load_gan_of_images
from keras_gan.cli.own_files import check_replaceable, mark
from keras_gan.cli.project import picture_path, write_picture
from keras_gan.cli.steering import add_projection, add_space, chosen_seed
from keras_gan.latents.measures import MEASURES
from keras_gan.latents.steering import STRENGTHS
from keras_gan.utils.files import replacing
from keras_gan.utils.locks import holding_file

SUMMARY = "change images along directions in latent space"
DESCRIPTION = (
    "Writes a picture with a row for each image and direction, and a column "
    "for each strength. The images are random ones of the averaged generator "
    "of a run, or IMAGE."
)
_COMMAND = "edit"
_FINDERS: dict[str, Callable] = {
    "factorize": latents.factorize,
    "pca": latents.principal_directions,
}
_MOST = 2**12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command to its parser."""
    parser.add_argument(
        "model", metavar="RUN", help="folder of a run, or a .keras file"
    )
    parser.add_argument(
        "image",
        nargs="?",
        metavar="IMAGE",
        help="an image, a folder or .zip of images, or an .npz of `keras-gan "
        "project` (default: random images of the GAN)",
    )
    _add_directions(parser)
    parser.add_argument(
        "--out",
        metavar="FILE",
        default="edited.png",
        help="ends in .png (default: edited.png here)",
    )
    parser.add_argument(
        "--num-images",
        type=kinds.positive_integer,
        metavar="N",
        help=f"random images (default: {NUM_IMAGES})",
    )
    add_labels(
        parser,
        "classes of a conditional GAN: of random images, in turn; of IMAGE, "
        "one for all or one for each",
        "all; of IMAGE, those of the nearest random images",
    )
    add_space(parser)
    add_projection(parser.add_argument_group("of IMAGE"))
    kinds.add_seed(parser, "random images", default=None)
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def _add_directions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--direction",
        required=True,
        nargs="+",
        metavar="NAME",
        help="factorize:K or pca:K for number K from 1, factorize:1-4 for "
        f"several; {', '.join(MEASURES)}; or a file of directions, .npz",
    )
    parser.add_argument(
        "--strengths",
        type=kinds.numbers,
        metavar="N,...",
        default=list(STRENGTHS),
        help="how far to go, in standard deviations of the latents; with a "
        "minus first, write --strengths=-2,0,2 (default: "
        f"{','.join(f'{one:g}' for one in STRENGTHS)})",
    )
    parser.add_argument(
        "--save-directions",
        metavar="FILE",
        help="write the directions as a small .npz, for --direction",
    )


def run(options: argparse.Namespace) -> int:
    """Finds directions, draws and writes; returns the exit code."""
    path = model_path(options.model)
    out = picture_path(options.out)
    with contextlib.ExitStack() as held:
        check_apart_from_run(path, options.out)
        saved = _saved_path(options.save_directions)
        for one in filter(None, (out, saved)):
            held.enter_context(holding_file(one))
            check_replaceable(one, _COMMAND)
        gan = load_gan_of_images(path)
        image_tools.check_image_shape(gan.image_shape)
        options.seed = chosen_seed(options.seed)
        latents_in = latents_to_edit(options, gan, path)
        directions = latents.Directions.joined(
            [_found(gan, one, options.space) for one in options.direction]
        )
        chosen = latents_in(directions.space)
        picture = latents.grid(
            gan,
            chosen.points,
            directions,
            options.strengths,
            labels=chosen.labels,
            noise=chosen.noise or None,
        )
        if saved is not None:
            _save(saved, directions)
        write_picture(out, picture, _COMMAND)
    print(
        f"{len(directions)} directions, {len(chosen.points)} images, "
        f"{len(options.strengths)} strengths, seed {options.seed}: {out}"
    )
    return 0


def _found(gan: models.GAN, text: str, space: str | None) -> latents.Directions:
    """The directions that one word of `--direction` stands for."""
    kind, _, numbers = text.partition(":")
    if kind in _FINDERS and numbers:
        return _numbered(gan, text, kind, numbers, space)
    if text in MEASURES:
        return latents.attribute_direction(gan, text, space=space, seed=0)
    if text.lower().endswith(".npz"):
        return latents.Directions.load(text)
    raise ValueError(
        "`--direction` must be factorize:K, pca:K with a number from 1, one of "
        f"{', '.join(MEASURES)}, or a file .npz. Received: {text}"
    )


def _numbered(
    gan: models.GAN, text: str, kind: str, numbers: str, space: str | None
) -> latents.Directions:
    """Directions number K, or K to L, of those that a method finds."""
    first, _, last = numbers.partition("-")
    low, high = (
        int(one) if one.isascii() and one.isdigit() and len(one) < 9 else 0
        for one in (first, last or first)
    )
    if not 1 <= low <= high <= _MOST:
        raise ValueError(
            f"`--direction` must be {kind}:K or {kind}:K-L with numbers from "
            f"1. Received: {text}"
        )
    options: dict[str, Any] = {"seed": 0} if kind == "pca" else {}
    found = _FINDERS[kind](gan, high, space=space, **options)
    if len(found) < high:
        raise ValueError(
            f"`--direction` must be one of the {len(found)} that this GAN "
            f"has. Received: {text}"
        )
    return found[low - 1 : high]


def _saved_path(named: str | None) -> pathlib.Path | None:
    if named is None:
        return None
    path = pathlib.Path(named)
    if path.suffix.lower() != ".npz" or path.is_dir():
        raise ValueError(
            f"`--save-directions` must be a file .npz. Received: {path}"
        )
    return path


def _save(path: pathlib.Path, directions: latents.Directions) -> None:
    with replacing(path) as aside:
        directions.save(aside)
        with zipfile.ZipFile(aside, "a") as archive:
            archive.comment = mark(_COMMAND).encode()
