"""Augmenters by name, for the command line."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import keras

from keras_gan.layers.augmentation.adaptive_augment import AdaptiveAugment
from keras_gan.layers.augmentation.diff_augment import CHANGES, DiffAugment
from keras_gan.layers.augmentation.random_layers import RandomLayers

_MOST_SPEED = 500.0
# Share of a run in which ADA's probability can go from 0 to 1.
_RISE = 0.1
# Share of the maximum strength of RandAugment's layers.
_MAGNITUDE = 0.3


def augmenter(
    name: str,
    *,
    value_range: Sequence[float] = (-1, 1),
    seed: int | None = None,
    num_images: int | None = None,
) -> keras.layers.Layer | None:
    """Makes an augmenter by its name.

    - `"ada"`: `AdaptiveAugment()`; with other operations, such as
      `"ada:bgcfnc"`.
    - `"diffaugment"`: `DiffAugment()`; for some of its changes use their names,
      such as `"color,translation"` or `"cutout"`.
    - `"randaugment"`: two random layers per image, of Keras' `RandomShear`,
      `RandomTranslation`, `RandomRotation`, `RandomBrightness`,
      `RandomColorDegeneration`, `RandomContrast`, `RandomSharpness` and
      `Solarization`. Unlike `keras.layers.RandAugment` it omits posterization
      and equalization, which have no gradient, and auto contrast, which has
      none on a blank image. For images with 1 or 3 channels. It is always on
      and strong, so it may leak into the generated images.
    - `"flip"`: mirrors half of the images left to right.
    - `"none"`: None.

    Args:
        name: One of these.
        value_range: `(low, high)` of the images.
        seed: Integer that fixes the draws. None: random.
        num_images: Number of images that the discriminator sees in a run.
            ADA's probability can rise from 0 to 1 in a tenth of them. None:
            in 500,000 images, as in the paper.

    Returns:
        A Keras layer, or None for `"none"`.

    Raises:
        ValueError: If there is no such name.

    Example:

    >>> augmenter("color,translation").policy
    'color,translation'
    >>> augmenter("ada", num_images=200_000).speed
    20.0

    Reference:
        - [Karras et al., 2020](https://arxiv.org/abs/2006.06676) (ADA)
        - [Zhao et al., 2020](https://arxiv.org/abs/2006.10738) (DiffAugment)
        - [Cubuk et al., 2020](https://arxiv.org/abs/1909.13719) (RandAugment)
    """
    kind, colon, operations = str(name).partition(":")
    options: dict[str, Any] = {"value_range": tuple(value_range), "seed": seed}
    if kind == "ada" and bool(colon) == bool(operations):
        chosen = (operations,) if operations else ()
        return AdaptiveAugment(*chosen, speed=_speed(num_images), **options)
    if {one.strip() for one in str(name).split(",")} <= set(CHANGES):
        return DiffAugment(name, **options)
    if name not in _BY_NAME:
        raise ValueError(
            f"An augmenter must be one of {', '.join(_names())}. Received: "
            f"{name!r}."
        )
    return _BY_NAME[name](**options)


def _flip(*, value_range, seed):
    del value_range  # Not needed for mirroring.
    return keras.layers.RandomFlip("horizontal", seed=seed)


def _rand_augment(*, value_range, seed):
    seeds = (None if seed is None else seed + n for n in itertools.count(1))

    def make(kind, *factors, **options):
        # TensorFlow cannot warp images in bfloat16.
        return kind(*factors, seed=next(seeds), dtype="float32", **options)

    strengths = (_MAGNITUDE, _MAGNITUDE)
    # As ranges: with a single number, `RandomShear` makes a config that it does
    # not accept (Keras 3.15). It negates half of its draws.
    shears = ((0.0, _MAGNITUDE), (0.0, _MAGNITUDE))
    moves = [
        make(keras.layers.RandomShear, *shears),
        make(keras.layers.RandomTranslation, *strengths),
        # In full turns.
        make(keras.layers.RandomRotation, _MAGNITUDE / 4),
    ]
    colors = [
        make(kind, _MAGNITUDE, value_range=value_range)
        for kind in (
            keras.layers.RandomBrightness,
            keras.layers.RandomColorDegeneration,
            keras.layers.RandomContrast,
            keras.layers.RandomSharpness,
        )
    ]
    solarization = make(
        keras.layers.Solarization, *strengths, value_range=value_range
    )
    return RandomLayers(
        [*moves, *colors, solarization],
        seed=seed,
        dtype="float32",
        name="rand_augment",
    )


_BY_NAME: dict[str, Callable[..., Any]] = {
    "diffaugment": lambda **options: DiffAugment(**options),
    "randaugment": _rand_augment,
    "flip": _flip,
    "none": lambda **options: None,
}


def _names() -> list[str]:
    listed = f"a list of {', '.join(CHANGES)} (such as color,translation)"
    return ["ada", "ada:bgcfnc", *_BY_NAME, listed]


def _speed(num_images: int | None) -> float:
    if num_images is None:
        return _MOST_SPEED
    return min(_MOST_SPEED, _RISE * num_images / 1000.0)
