"""`keras-gan interpolate`: a film from latent to latent."""

import argparse
import contextlib
import math

import numpy as np

from keras_gan import images as image_tools
from keras_gan import models
from keras_gan.cli import arguments as kinds
from keras_gan.cli.apart import check_apart_from_run
from keras_gan.cli.classes import (
    add_labels,
    chosen_classes,
    class_names,
    labels_in_turn,
)
from keras_gan.cli.film import open_film
from keras_gan.cli.generate import model_path
from keras_gan.cli.loading import load_gan_of_images
from keras_gan.cli.progress import ProgressBar
from keras_gan.cli.steering import add_space, chosen_seed, refuse
from keras_gan.latents.interpolation import WAYS, images_on_way
from keras_gan.latents.spaces import open_space
from keras_gan.utils.memory import check_memory

SUMMARY = "film the way from image to image"
DESCRIPTION = (
    "Draws a film of what the averaged generator of a run makes on the way "
    "through random latents and back to the first. Of a conditional GAN, the "
    "film shows all classes side by side."
)
_SIDE = 256
_FPS = 24.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command to its parser."""
    parser.add_argument(
        "model", metavar="RUN", help="folder of a run, or a .keras file"
    )
    parser.add_argument(
        "--out",
        required=True,
        metavar="PATH",
        help="ends in .gif or .mp4 (which needs ffmpeg), or is a folder of "
        "images, which is created",
    )
    parser.add_argument(
        "--points",
        type=kinds.two_or_more,
        metavar="N",
        default=5,
        help="random latents to pass through (default: 5)",
    )
    parser.add_argument(
        "--steps",
        type=kinds.positive_integer,
        metavar="N",
        default=24,
        help="frames from one latent to the next (default: 24)",
    )
    parser.add_argument(
        "--num-images",
        type=kinds.positive_integer,
        metavar="N",
        help="films side by side (default: 1, or one for each class, or for "
        "each of --labels)",
    )
    add_labels(parser)
    add_space(parser)
    _add_way(parser)
    kinds.add_seed(parser, "the latents", default=None)
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def _add_way(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--method",
        choices=tuple(WAYS),
        help="straight lines or great circles (default: great circles in z, "
        "lines in w)",
    )
    parser.add_argument(
        "--open",
        action="store_true",
        help="end at the last latent: the film does not go round",
    )
    parser.add_argument(
        "--fps",
        type=kinds.frames_per_second,
        metavar="N",
        help="frames per second, from 1 to 50, of a film (default: 24)",
    )


def run(options: argparse.Namespace) -> int:
    """Draws and writes; returns the exit code."""
    path = model_path(options.model)
    with contextlib.ExitStack() as held:
        check_apart_from_run(path, options.out)
        film = open_film(options.out, path, held)
        if not film.is_film:
            refuse(options, ("fps",), "with a folder of images")
        gan = load_gan_of_images(path)
        image_tools.check_image_shape(gan.image_shape)
        names = class_names(path, gan)
        number, labels = _films(options, gan, names)
        seed = chosen_seed(options.seed)
        frames = _frames(gan, labels, number, seed, options)
        film.write(frames, options.fps or _FPS, seed, loops=not options.open)
    print(f"{len(frames)} frames, seed {seed}: {film.path}")
    return 0


def _films(
    options: argparse.Namespace, gan: models.GAN, names: tuple[str, ...]
) -> tuple[int, np.ndarray | None]:
    """Number of films side by side, and the class of each."""
    number = options.num_images or gan.num_classes or 1
    if options.labels is not None and options.num_images is None:
        number = len(chosen_classes(options.labels, gan, names))
    return number, labels_in_turn(options.labels, gan, names, number)


def _frames(
    gan: models.GAN,
    labels: np.ndarray | None,
    number: int,
    seed: int,
    options: argparse.Namespace,
) -> list[np.ndarray]:
    """Grids of all films, frame by frame."""
    side = max(gan.image_shape[:2]) * math.ceil(math.sqrt(number))
    scale = max(1, _SIDE // side)
    check_memory(
        f"{options.points * options.steps} frames",
        # As floats, and as enlarged bytes in their place in the grid.
        (4.0 + scale**2)
        * number
        * options.points
        * options.steps
        * math.prod(gan.image_shape),
        "Choose fewer --points, --steps or --num-images.",
    )
    space = open_space(gan, options.space)
    films = []
    shown = not options.quiet
    with ProgressBar(number, "films", shown=shown and number > 1) as bar:
        for index in range(number):
            images = images_on_way(
                space,
                options.points,
                options.steps,
                options.method,
                closed=not options.open,
                labels=None if labels is None else int(labels[index]),
                seed=seed + index,
            )
            films.append(image_tools.to_uint8(images))
            bar.update(1)
    return [
        image_tools.image_grid(np.stack(frame), scale=scale)
        for frame in zip(*films, strict=True)
    ]
