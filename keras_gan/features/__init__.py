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
from keras_gan.features.feature_maps import (
    MAP_NAMES,
    FeatureMaps,
    default_layers,
    for_style,
)
from keras_gan.features.inception_v3 import InceptionV3
from keras_gan.features.stacked_classifier import stacked_classifier
from keras_gan.features.vgg19 import vgg19

__all__ = [
    "MAP_NAMES",
    "NAMES",
    "FeatureExtractor",
    "FeatureMaps",
    "InceptionV3",
    "default_layers",
    "digits_classifier",
    "efficientnet_lite0",
    "for_natural_images",
    "for_style",
    "name_of_size",
    "get",
    "stacked_classifier",
    "vgg19",
]
