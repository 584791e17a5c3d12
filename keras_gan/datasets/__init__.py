"""Images from a name, a folder, a zip, an npz or an array, as tf.data."""

from keras_gan.datasets.builtin import BUILTIN_NAMES
from keras_gan.datasets.loading import load
from keras_gan.datasets.opening import describe, open_source
from keras_gan.datasets.source import DatasetInfo, Source

__all__ = [
    "BUILTIN_NAMES",
    "DatasetInfo",
    "Source",
    "describe",
    "load",
    "open_source",
]
