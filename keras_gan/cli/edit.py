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
from keras_gan.cli.apart import check_apart, check_apart_from_run
from keras_gan.cli.classes import add_labels
from keras_gan.cli.generate import model_path
from keras_gan.cli.latents_to_edit import NUM_IMAGES, latents_to_edit
from keras_gan.cli.loading import load_gan_of_images
from keras_gan.cli.own_files import check_replaceable, mark
from keras_gan.cli.project import picture_path, write_picture
from keras_gan.cli.steering import (
    add_projection,
    add_space,
    chosen_seed,
    refuse,
)
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
        "--layer",
        metavar="NAME",
        help="layer of the generator whose activations pca:K explains in z "
        "(default: the first that takes the latents)",
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
        check_apart_from_run(path, out)
        if options.image is not None:
            check_apart(options.image, out, of="IMAGE")
        saved = _saved_path(options.save_directions)
        for one in filter(None, (out, saved)):
            held.enter_context(holding_file(one))
            check_replaceable(one, _COMMAND)
        gan = load_gan_of_images(path)
        image_tools.check_image_shape(gan.image_shape)
        latents_in = latents_to_edit(options, gan, path)
        options.seed = chosen_seed(options.seed)
        files = _read(gan, options)
        directions = latents.Directions.joined(
            [
                files[one] if one in files else _found(gan, one, options)
                for one in options.direction
            ]
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


def _read(
    gan: models.GAN, options: argparse.Namespace
) -> dict[str, latents.Directions]:
    """Checks all words of `--direction`, and reads those that are files."""
    files = {}
    for text in options.direction:
        kind, _, numbers = text.partition(":")
        if kind in _FINDERS and numbers:
            _limits(text)
        elif text.lower().endswith(".npz"):
            files[text] = latents.Directions.load(text)
            files[text].space_in(gan)
        elif text not in MEASURES:
            raise ValueError(
                "`--direction` must be factorize:K, pca:K with a number from "
                f"1, one of {', '.join(MEASURES)}, or a file .npz. Received: "
                f"{text}"
            )
    if files and len(files) == len(set(options.direction)):
        refuse(options, ("space",), "where all directions are files")
    if not any(text.startswith("pca:") for text in options.direction):
        refuse(options, ("layer",), "without --direction pca:K")
    return files


def _found(
    gan: models.GAN, text: str, options: argparse.Namespace
) -> latents.Directions:
    """The directions that one word of `--direction` stands for."""
    if text in MEASURES:
        return latents.attribute_direction(
            gan, text, space=options.space, seed=0
        )
    kind, low, high = _limits(text)
    own: dict[str, Any] = {"space": options.space}
    if kind == "pca":
        own |= {"seed": 0, "layer": options.layer}
    found = _FINDERS[kind](gan, high, **own)
    if len(found) < high:
        raise ValueError(
            f"`--direction` must be one of the {len(found)} that this GAN "
            f"has. Received: {text}"
        )
    return found[low - 1 : high]


def _limits(text: str) -> tuple[str, int, int]:
    """Method, first and last number of a word such as `pca:1-4`."""
    kind, _, numbers = text.partition(":")
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
    return kind, low, high


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
