"""Pretrained networks that turn images into features."""

from keras_gan.features.digits_classifier import digits_classifier
from keras_gan.features.efficientnet_lite0 import efficientnet_lite0
from keras_gan.features.extractors import (
    NAMES,
    FeatureExtractor,
    for_natural_images,
    get,
    name_of_size,
)
from keras_gan.features.inception_v3 import InceptionV3
from keras_gan.features.stacked_classifier import stacked_classifier

__all__ = [
    "NAMES",
    "FeatureExtractor",
    "InceptionV3",
    "digits_classifier",
    "efficientnet_lite0",
    "for_natural_images",
    "name_of_size",
    "get",
    "stacked_classifier",
]
