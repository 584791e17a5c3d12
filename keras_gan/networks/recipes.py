"""`recipe`: the settings of training of a family, by its name."""

from collections.abc import Callable, Sequence
from typing import Any

from keras_gan.networks.biggan import biggan_recipe
from keras_gan.networks.fastgan import fastgan_recipe
from keras_gan.networks.ladagan import ladagan_recipe
from keras_gan.networks.progressive import progressive_recipe
from keras_gan.networks.recipe import Recipe
from keras_gan.networks.sagan import sagan_recipe
from keras_gan.networks.semi_supervised import semi_supervised_recipe
from keras_gan.networks.sngan import sngan_recipe
from keras_gan.networks.stylegan2 import stylegan2_recipe
from keras_gan.networks.table import table_recipe
from keras_gan.networks.text import checked_sequence_shape, text_recipe
from keras_gan.networks.validation import (
    checked_image_shape,
    checked_sound_shape,
)
from keras_gan.networks.wavegan import wavegan_recipe
from keras_gan.utils.arguments import choice

# Of each family a function of the image's shape.
_RECIPES: dict[str, Callable[[tuple[int, ...]], Recipe]] = {
    "mlp": lambda shape: _default(),
    "dcgan": lambda shape: _default(),
    "compact": lambda shape: _default(),
    "r3gan": lambda shape: _default(),
    "dagan": lambda shape: Recipe(generator_rate=5e-4, discriminator_rate=5e-4),
    "stylegan2": stylegan2_recipe,
    "ladagan": ladagan_recipe,
    "fastgan": fastgan_recipe,
    "progressive": progressive_recipe,
    "sngan": sngan_recipe,
    "sagan": sagan_recipe,
    "biggan": biggan_recipe,
    "semi_supervised": semi_supervised_recipe,
    "table": table_recipe,
    "wavegan": wavegan_recipe,
    "text": text_recipe,
}

# Checks of other shapes than those of images and vectors.
_CHECKS: dict[str, Callable[[Any], tuple[int, ...]]] = {
    "wavegan": checked_sound_shape,
    "text": checked_sequence_shape,
}


def recipe(family: str, image_shape: Sequence[int]) -> Recipe:
    """Returns what a family of networks is trained with.

    The settings are those of the family's paper or of its reference code,
    except where docs/benchmarks.md shows better ones.

    Args:
        family: Name of the function in `keras_gan.networks`, such as "dcgan".
        image_shape: `(height, width, channels)`, `(length, channels)` of
            sounds, or `(length, vocabulary)` of text.

    Returns:
        A new `Recipe`.

    Raises:
        ValueError, TypeError: If there is no such family or shape.

    Example:

    >>> recipe = keras_gan.networks.recipe("dcgan", (28, 28, 1))
    >>> pair = keras_gan.networks.dcgan((28, 28, 1))
    >>> gan = keras_gan.GAN(*pair, ema_momentum=recipe.ema_momentum)
    >>> gan.compile(**recipe.compile_arguments())
    """
    choice("family", family, tuple(_RECIPES))
    check = _CHECKS.get(family, _image_or_vector)
    return _RECIPES[family](check(image_shape))


def _image_or_vector(shape: Any) -> tuple[int, ...]:
    return checked_image_shape(shape, ranks=(1, 3))


def _default() -> Recipe:
    """What `GAN.compile` and `DAGAN.compile` train with by themselves."""
    return Recipe(generator_rate=1e-3, discriminator_rate=1e-3)
