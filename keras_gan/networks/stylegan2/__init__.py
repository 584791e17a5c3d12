"""Style-based networks, based on StyleGAN2."""

from keras_gan.networks.stylegan2.discriminator import stylegan2_discriminator
from keras_gan.networks.stylegan2.generator import stylegan2_generator
from keras_gan.networks.stylegan2.pair import stylegan2, stylegan2_recipe

__all__ = [
    "stylegan2",
    "stylegan2_discriminator",
    "stylegan2_generator",
    "stylegan2_recipe",
]
