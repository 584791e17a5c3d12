"""What `keras-gan edit` changes: random latents, those of a file or images."""

import argparse
import functools
import pathlib
from collections.abc import Callable

import numpy as np

from keras_gan import latents, models
from keras_gan.cli.classes import class_names, labels_in_turn, labels_of_images
from keras_gan.cli.latent_files import Latents, read_latents
from keras_gan.cli.steering import projected, read_images, refuse

NUM_IMAGES = 6
_OF_RANDOM = ("num_images",)
_OF_PROJECTIONS = ("resize", "steps", "starts", "feature_extractor")


def latents_to_edit(
    options: argparse.Namespace, gan: models.GAN, path: pathlib.Path
) -> Callable[[str], Latents]:
    """Reads and checks IMAGE, and puts off what takes long.

    Args:
        options: Of `keras-gan edit`.
        gan: The GAN.
        path: Its file.

    Returns:
        Function from the name of a space to the latents in it.

    Raises:
        OSError: If IMAGE cannot be read.
        ValueError: If it does not suit the GAN, or an option has no effect.
    """
    names = class_names(path, gan)
    if options.image is None:
        refuse(options, _OF_PROJECTIONS, "without IMAGE")
        count = options.num_images or NUM_IMAGES
        labels = labels_in_turn(options.labels, gan, names, count)
        return functools.partial(_random, gan, count, labels, options)
    refuse(options, _OF_RANDOM, "with IMAGE")
    if options.image.lower().endswith(".npz"):
        refuse(
            options,
            ("labels", "seed", *_OF_PROJECTIONS),
            "with latents (.npz)",
        )
        found = read_latents(options.image, gan)
        return functools.partial(_of_file, options.image, found)
    images = read_images(options.image, gan, options.resize)
    labels = labels_of_images(options.labels, gan, names, len(images))
    return functools.partial(_of_images, gan, images, labels, options)


def _random(
    gan: models.GAN,
    count: int,
    labels: np.ndarray | None,
    options: argparse.Namespace,
    space: str,
) -> Latents:
    points = latents.sample_latents(
        gan, count, space=space, labels=labels, seed=options.seed
    )
    return Latents(points, labels, [], space)


def _of_file(path: str, found: Latents, space: str) -> Latents:
    if found.space != space:
        raise ValueError(
            f"IMAGE must hold latents in {space}, like the directions. "
            f"Received: {path}, with latents in {found.space}. Choose another "
            "--space."
        )
    return found


def _of_images(
    gan: models.GAN,
    images: np.ndarray,
    labels: np.ndarray | None,
    options: argparse.Namespace,
    space: str,
) -> Latents:
    found = projected(gan, images, labels, space, options)
    return Latents(found.latents, found.labels, found.noise, space)
