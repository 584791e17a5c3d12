"""Keras models with an adversarial training step."""

from keras_gan.models.gan import GAN

__all__ = ["GAN"]
