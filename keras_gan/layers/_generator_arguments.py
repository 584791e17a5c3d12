"""The arguments of `GANDataGenerator`, checked."""

import numbers
from typing import Any

from keras_gan import sampling

_MODES = ("replace", "append")


class Config(dict):
    """A GAN whose weights are still to be loaded."""


def source(
    gan: Any, num_classes: int | None, safe_mode: bool
) -> sampling.GeneratorSource:
    """What draws the images of a batch.

    Args:
        gan: A `Config`, or as `open_generator` takes it.
        num_classes: As `open_generator` takes it.
        safe_mode: As `open_generator` takes it.

    Raises:
        ValueError: If it does not draw images.
    """
    if isinstance(gan, Config):
        return sampling.GeneratorSource.from_config(gan)
    found = sampling.open_generator(
        gan, num_classes=num_classes, safe_mode=safe_mode
    )
    if len(found.image_shape) != 3:
        raise ValueError(
            "`gan` must draw images (height, width, channels) to mix them with "
            f"others. Received: a GAN of shape {found.image_shape}. "
            "`keras_gan.datasets.synthetic` draws data of any shape."
        )
    return found


def share(name: str, value: Any) -> float:
    """Returns a number in [0, 1] as a float.

    Args:
        name: Name of the argument.
        value: What was given.
    """
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    # NaN is not in any range.
    if not is_number or not 0 <= float(value) <= 1:
        raise ValueError(
            f"`{name}` must be a number in [0, 1]. Received: {name}={value!r}."
        )
    return float(value)


def seed(value: Any) -> int | None:
    """Returns a seed as an integer, or `None`."""
    if value is not None and not (_is_whole(value) and 0 <= value < 2**31):
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
    if not _is_whole(value) or value < 1:
        raise ValueError(
            "`pool_size` must be a whole number of images, at least 1, or None "
            f"for new ones each time. Received: pool_size={value!r}."
        )
    return int(value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)
