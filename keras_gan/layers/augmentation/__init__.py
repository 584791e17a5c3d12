"""Differentiable augmentation of images."""

from keras_gan.layers.augmentation.adaptive_augment import AdaptiveAugment
from keras_gan.layers.augmentation.augmenters import augmenter
from keras_gan.layers.augmentation.diff_augment import DiffAugment
from keras_gan.layers.augmentation.image_augmentation import ImageAugmentation

__all__ = ["AdaptiveAugment", "DiffAugment", "ImageAugmentation", "augmenter"]
