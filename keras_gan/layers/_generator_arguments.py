"""Checks of the arguments of `GANDataGenerator`."""

from typing import Any

from keras_gan import sampling
from keras_gan.utils.arguments import integer, is_integer

_MODES = ("replace", "append")


class Config(dict):
    """The config of a GAN whose weights are not loaded yet."""


def source(
    gan: Any, num_classes: int | None, safe_mode: bool
) -> sampling.GeneratorSource:
    """Returns the source that draws the images of a batch.

    Args:
        gan: A `Config`, or as for `open_generator`.
        num_classes: As for `open_generator`.
        safe_mode: As for `open_generator`.
    """
    if isinstance(gan, Config):
        return sampling.GeneratorSource.from_config(gan)
    return sampling.open_generator(
        gan, num_classes=num_classes, safe_mode=safe_mode
    )


def seed(value: Any) -> int | None:
    """Returns a seed as an integer, or `None`."""
    fits = is_integer(value, at_least=0) and value < 2**31
    if value is not None and not fits:
        raise ValueError(
            "`seed` must be an integer from 0 to 2**31 - 1, or None. Received: "
            f"seed={value!r}."
        )
    return None if value is None else int(value)


def mode(value: Any) -> str:
    """Returns `"replace"` or `"append"`."""
    if value not in _MODES:
        raise ValueError(
            '`mode` must be "replace" (generated images in place of others) or '
            f'"append" (after them). Received: mode={value!r}.'
        )
    return str(value)


def pool_size(value: Any) -> int | None:
    """Returns a number of images, or `None`."""
    if value is None:
        return None
    return integer(
        "pool_size", value, at_least=1, hint="None draws new images each time."
    )
