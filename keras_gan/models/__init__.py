"""Keras models with an adversarial training step."""

from keras_gan.models.acgan import ACGAN
from keras_gan.models.gan import GAN

__all__ = ["ACGAN", "GAN"]
