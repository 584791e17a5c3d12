"""Keras layers: augmentation, building blocks of networks, constraints."""

from keras_gan.layers.augmentation import (
    AdaptiveAugment,
    DiffAugment,
    ImageAugmentation,
    augmenter,
)
from keras_gan.layers.conditional_batch_normalization import (
    ConditionalBatchNormalization,
)
from keras_gan.layers.gan_data_generator import GANDataGenerator
from keras_gan.layers.learned_basis import LearnedBasis
from keras_gan.layers.learned_pooling import LearnedPooling
from keras_gan.layers.low_pass_resampling import LowPassResampling2D
from keras_gan.layers.minibatch_std_dev import MinibatchStdDev
from keras_gan.layers.spectral_normalization import SpectralNormalization
from keras_gan.layers.weight_clip import WeightClip

__all__ = [
    "AdaptiveAugment",
    "ConditionalBatchNormalization",
    "DiffAugment",
    "GANDataGenerator",
    "ImageAugmentation",
    "LearnedBasis",
    "LearnedPooling",
    "LowPassResampling2D",
    "MinibatchStdDev",
    "SpectralNormalization",
    "WeightClip",
    "augmenter",
]
