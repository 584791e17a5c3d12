"""Datasets of images from names, folders, zip and npz files and arrays.

`synthetic` makes one from a GAN.
"""

from keras_gan.datasets.builtin import BUILTIN_NAMES
from keras_gan.datasets.domains import domains
from keras_gan.datasets.loading import load
from keras_gan.datasets.opening import describe, open_source
from keras_gan.datasets.sources import DatasetInfo, Source
from keras_gan.datasets.synthetic import SyntheticImages, synthetic

__all__ = [
    "BUILTIN_NAMES",
    "DatasetInfo",
    "Source",
    "SyntheticImages",
    "describe",
    "domains",
    "load",
    "open_source",
    "synthetic",
]
