"""Checks of the arguments that all network builders share."""

import operator
from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.utils.arguments import is_integer

RESIZE = "resize the images with `image_size=` or `--image-size`"
"""What helps where a family does not have images of a size."""


def checked_image_shape(
    image_shape: Sequence[int | None],
    *,
    ranks: tuple[int, ...] = (3,),
    name: str = "image_shape",
    unknown_sides: bool = False,
) -> tuple[Any, ...]:
    """Returns `image_shape` as a tuple of integers, if it is valid.

    With `unknown_sides`, height and width may be None.
    """
    if not isinstance(image_shape, (tuple, list)):
        raise TypeError(
            f"`{name}` must be a tuple of integers, (height, width, "
            f"channels) without the batch. Received: {image_shape!r}. "
            "Pass for example `(28, 28, 1)`."
        )
    shape = tuple(
        None
        if unknown_sides and side is None and axis < 2
        else checked_integer(name, side, minimum=1, whole=image_shape)
        for axis, side in enumerate(image_shape)
    )
    if keras.config.image_data_format() != "channels_last" and ranks == (3,):
        raise ValueError(
            "Networks of convolutions need images with the channels last. "
            "Received: keras.config.image_data_format()='channels_first'. Call "
            "`keras.config.set_image_data_format('channels_last')`."
        )
    if len(shape) not in ranks:
        cure = _SHAPE_CURES.get(len(shape), _shape_cure)(shape)
        raise ValueError(
            f"`{name}` must be (height, width, channels)"
            + (" or (features,)" if 1 in ranks else "")
            + f". Received: {name}={shape}. {cure}"
        )
    return shape


def checked_sound_shape(shape: Sequence[int]) -> tuple[int, int]:
    """Returns `(length, channels)`, if it is the shape of a sound."""
    if not isinstance(shape, (tuple, list)):
        raise TypeError(
            "`shape` must be a tuple of integers, (length, channels) without "
            f"the batch. Received: {shape!r}. Pass for example `(16384, 1)`."
        )
    if keras.config.image_data_format() != "channels_last":
        raise ValueError(
            "Networks of sounds need the channels last. Received: "
            "keras.config.image_data_format()='channels_first'. Call "
            "`keras.config.set_image_data_format('channels_last')`."
        )
    if len(shape) != 2:
        raise ValueError(
            f"`shape` must be (length, channels). Received: {tuple(shape)}. "
            "Leave the batch axis out, and give mono a last axis of 1, for "
            "example (16384, 1)."
        )
    length, channels = (
        checked_integer("shape", side, minimum=1, whole=tuple(shape))
        for side in shape
    )
    return length, channels


def checked_integer(
    name: str, value: Any, *, minimum: int, whole: Any = None
) -> int:
    """Returns `value` as an int, if it is at least `minimum`."""
    received = f"{name}={value if whole is None else whole!r}"
    if not is_integer(value):
        kind = "an integer" if whole is None else "made of integers"
        raise TypeError(
            f"`{name}` must be {kind}. Received: {received}. "
            f"Pass an integer of at least {minimum}."
        )
    if value < minimum:
        raise ValueError(
            f"`{name}` must be at least {minimum}. Received: {received}. "
            f"{_MINIMUM_CURES.get(name, f'Pass {minimum} or more.')}"
        )
    return operator.index(value)


def checked_widths(
    name: str, widths: Sequence[int], *, length: int | None = None
) -> tuple[int, ...]:
    """Returns a tuple of positive layer widths, `length` of them if given."""
    if not isinstance(widths, (tuple, list)):
        raise TypeError(
            f"`{name}` must be a tuple of integers, one per layer. "
            f"Received: {name}={widths!r}. Pass for example `(256, 256)`."
        )
    if length is not None and len(widths) != length:
        raise ValueError(
            f"`{name}` must have one entry for each of the {length} stages "
            f"of this image shape. Received: {name}={tuple(widths)}. "
            "Pass one integer to have the others derived from it."
        )
    return tuple(
        checked_integer(name, width, minimum=1, whole=tuple(widths))
        for width in widths
    )


def checked_num_classes(num_classes: int | None) -> int | None:
    """Returns `num_classes` as an int of at least 2, or None."""
    if num_classes is None:
        return None
    return checked_integer("num_classes", num_classes, minimum=2)


def _shape_cure(shape: tuple[int, ...]) -> str:
    return "Leave the batch axis out, for example (28, 28, 1)."


_SHAPE_CURES = {
    1: lambda shape: "Vectors have their own networks: `mlp`.",
    2: lambda shape: f"Add a channel axis: {(*shape, 1)}.",
}

_MINIMUM_CURES = {
    "num_classes": "Leave it out (None) for an unconditional network.",
}
