"""Networks that grow while they are trained, level by level."""

from keras_gan.networks.progressive.discriminator import (
    progressive_discriminator,
)
from keras_gan.networks.progressive.generator import progressive_generator
from keras_gan.networks.progressive.pair import progressive
from keras_gan.networks.progressive.plan import progressive_recipe

__all__ = [
    "progressive",
    "progressive_discriminator",
    "progressive_generator",
    "progressive_recipe",
]
