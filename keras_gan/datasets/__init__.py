"""Images from a name, a folder, a zip, an npz or an array, as tf.data.

Or from a GAN: `synthetic`.
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
