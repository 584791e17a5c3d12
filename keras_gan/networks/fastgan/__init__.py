"""Networks for few images, based on FastGAN."""

from keras_gan.networks.fastgan.discriminator import fastgan_discriminator
from keras_gan.networks.fastgan.generator import fastgan_generator
from keras_gan.networks.fastgan.pair import fastgan, fastgan_recipe

__all__ = [
    "fastgan",
    "fastgan_discriminator",
    "fastgan_generator",
    "fastgan_recipe",
]
