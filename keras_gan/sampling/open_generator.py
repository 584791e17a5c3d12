"""`open_generator`: from a GAN, file or generator to a source of images."""

import os
import pathlib
from collections.abc import Mapping
from typing import Any

import keras

from keras_gan.sampling.generator_source import (
    GeneratorSource,
    source_of_classes,
    source_of_gan,
    source_of_generator,
)
from keras_gan.utils.arguments import is_integer
from keras_gan.utils.models import load_model

_OF_A_GAN = ("discriminator", "image_shape", "latent_dim", "sampler")


def open_generator(
    gan: Any, *, num_classes: int | None = None, safe_mode: bool = True
) -> GeneratorSource:
    """Opens a trained GAN to draw images from it.

    Args:
        gan: A `GAN`; the path of its `.keras` file or of a run folder of
            `keras-gan train`; a generator (`keras.Model`) or a file of one; or
            a dict from class numbers to any of these, each without classes. A
            `GeneratorSource` is returned unchanged.
        num_classes: Number of classes of a generator of `[latents, labels]`
            that is not part of a GAN.
        safe_mode: Whether to refuse a file that contains Python code, like
            `keras.saving.load_model`.

    Returns:
        A `GeneratorSource`, which draws from the averaged generator.

    Raises:
        FileNotFoundError: If there is no such file.
        TypeError, ValueError: If it is not a GAN or a generator.

    Example:

    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp((8, 8, 1)))
    >>> open_generator(gan).image_shape
    (8, 8, 1)
    """
    if isinstance(gan, GeneratorSource):
        return gan
    if isinstance(gan, Mapping):
        return source_of_classes(
            {
                _class_number(number): open_generator(one, safe_mode=safe_mode)
                for number, one in gan.items()
            }
        )
    if isinstance(gan, str | os.PathLike):
        gan = load_saved(pathlib.Path(gan), safe_mode)
    if not isinstance(gan, keras.Model):
        raise TypeError(
            "`gan` must be a GAN, a generator (a `keras.Model`), the path of a "
            ".keras file, or a dict of these by class. Received: "
            f"{type(gan).__name__}."
        )
    if hasattr(gan, "class_source"):
        raise ValueError(
            "`gan` must draw images of classes from latents and labels alone. "
            f"Received: a {type(gan).__name__}. Pass what its method "
            "`class_source` returns."
        )
    if not all(hasattr(gan, name) for name in _OF_A_GAN):
        return source_of_generator(gan, num_classes)
    if num_classes not in (None, gan.num_classes):
        raise ValueError(
            "`num_classes` must be left out for a GAN, which has its own. "
            f"Received: num_classes={num_classes} and a GAN with "
            f"{gan.num_classes}."
        )
    return source_of_gan(gan)


def _class_number(number: Any) -> int:
    if not is_integer(number):
        raise ValueError(
            "`gan` must name the classes by integers 0, 1, 2, ... if it is a "
            f"dict. Received: the key {number!r}."
        )
    return int(number)


def load_saved(path: pathlib.Path, safe_mode: bool) -> Any:
    """Loads the model of a file, or of the folder of a run.

    Args:
        path: The `.keras` file, or the folder.
        safe_mode: As for `open_generator`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged, or holds Python code.
    """
    if path.is_dir():
        path = path / "model.keras"
    return load_model(
        path,
        expected="the model of a GAN",
        missing="There is no model `{path}`. Name the .keras file of a GAN, or "
        "the folder of a run.",
        unsafe_hint="pass `safe_mode=False` (on the command line --unsafe)",
        safe_mode=safe_mode,
    )
