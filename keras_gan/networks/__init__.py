"""Functions that build generators and discriminators as Keras models."""

from keras_gan.networks.classifier import with_classifier
from keras_gan.networks.coupled import coupled
from keras_gan.networks.dcgan import (
    dcgan,
    dcgan_discriminator,
    dcgan_generator,
)
from keras_gan.networks.mlp import mlp, mlp_discriminator, mlp_generator
from keras_gan.networks.r3gan import (
    r3gan,
    r3gan_discriminator,
    r3gan_generator,
)

__all__ = [
    "coupled",
    "dcgan",
    "dcgan_discriminator",
    "dcgan_generator",
    "mlp",
    "mlp_discriminator",
    "mlp_generator",
    "r3gan",
    "r3gan_discriminator",
    "r3gan_generator",
    "with_classifier",
]
