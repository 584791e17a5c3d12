"""What the commands that steer a generator share."""

import argparse
import os
import random

import numpy as np

from keras_gan import features, latents, models
from keras_gan import images as image_tools
from keras_gan.cli import arguments as kinds
from keras_gan.cli.picture_files import PictureFiles
from keras_gan.cli.progress import ProgressBar
from keras_gan.cli.words import size_in_words

_STEPS = 500


def add_space(parser: argparse.ArgumentParser) -> None:
    """Adds `--space`."""
    parser.add_argument(
        "--space",
        choices=("z", "w"),
        help="latents z, or styles w (default: w where the generator has "
        "styles)",
    )


def add_projection(parser) -> None:
    """Adds the options of a projection."""
    parser.add_argument(
        "--resize",
        action="store_true",
        help="fit images of other sizes or channels to those of the GAN",
    )
    parser.add_argument(
        "--steps",
        type=kinds.steps,
        metavar="N",
        help=f"steps of the optimization (default: {_STEPS})",
    )
    parser.add_argument(
        "--starts",
        type=kinds.positive_integer,
        metavar="N",
        help="starts, of which the best end counts (default: 4 in z, 1 in w)",
    )
    parser.add_argument(
        "--feature-extractor",
        choices=features.MAP_NAMES,
        metavar="NAME",
        help="compare features of this network beside the pixels: "
        f"{' or '.join(features.MAP_NAMES)} (default: pixels alone)",
    )


def chosen_seed(seed: int | None) -> int:
    """The seed of the command line, or a random one, which can be told."""
    return random.SystemRandom().randrange(2**31) if seed is None else seed


def refuse(
    options: argparse.Namespace, names: tuple[str, ...], where: str
) -> None:
    """Refuses options that would be ignored.

    Args:
        options: Of a command.
        names: Of its options, those without effect.
        where: In which case.

    Raises:
        ValueError: If one was given.
    """
    for name in names:
        value = getattr(options, name)
        if value is not None and value is not False:
            option = f"--{name.replace('_', '-')}"
            raise ValueError(
                f"`{option}` has no effect {where}. Received: {option}"
                + f" {value}" * (value is not True)
                + ". Leave it out."
            )


def read_images(named: str, gan: models.GAN, resize: bool) -> np.ndarray:
    """Reads images that the GAN could have drawn, in [-1, 1].

    Args:
        named: A file, a folder or a zip.
        gan: The GAN.
        resize: Whether to fit images of another size or number of channels.

    Raises:
        OSError: If they cannot be read.
        ValueError: If there are none, or they do not fit.
    """
    files = PictureFiles(named, "IMAGE")
    found = []
    for name in files.names:
        image = files.read(name)
        if image is not None:
            found.append(_fitting(name, image, gan.image_shape, resize))
    files.warn_broken()
    return image_tools.from_uint8(np.stack(found))


def projected(
    gan: models.GAN,
    images: np.ndarray,
    labels: np.ndarray | None,
    space: str | None,
    options: argparse.Namespace,
) -> latents.Projection:
    """Projects images, with progress.

    Args:
        gan: The GAN.
        images: As `read_images` returns them.
        labels: Their classes, or `None` without classes, or to find them.
        space: `"z"`, `"w"` or `"w+"`.
        options: What `add_projection`, `--seed` and `--quiet` gave.
    """
    steps = options.steps or _STEPS
    with ProgressBar(steps, "steps", shown=not options.quiet) as bar:
        return latents.project(
            gan,
            images,
            space=space,
            labels=labels,
            feature_extractor=options.feature_extractor,
            steps=steps,
            starts=options.starts,
            seed=options.seed or 0,
            report=lambda step, _: bar.update(step - bar.n),
            verbose=False,
        )


def _fitting(
    name: str, image: np.ndarray, shape: tuple[int, ...], resize: bool
) -> np.ndarray:
    if image.shape == tuple(shape):
        return image
    if not resize:
        raise ValueError(
            f"IMAGE must be {size_in_words(shape)} like the images of the "
            f"GAN. Received: {os.path.basename(name)}, "
            f"{size_in_words(image.shape)}. Add --resize to fit it."
        )
    image = image_tools.convert_channels(image, shape[-1])
    height, width = shape[:2]
    return image_tools.resize(image, (height, width))
