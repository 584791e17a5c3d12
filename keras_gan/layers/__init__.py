"""Keras layers: building blocks of networks, and weight constraints."""

from keras_gan.layers.learned_basis import LearnedBasis
from keras_gan.layers.learned_pooling import LearnedPooling
from keras_gan.layers.low_pass_resampling import LowPassResampling2D
from keras_gan.layers.minibatch_std_dev import MinibatchStdDev
from keras_gan.layers.weight_clip import WeightClip

__all__ = [
    "LearnedBasis",
    "LearnedPooling",
    "LowPassResampling2D",
    "MinibatchStdDev",
    "WeightClip",
]
