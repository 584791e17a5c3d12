"""Tables of mixed columns as rows of numbers, and back."""

from keras_gan.layers.tables.activation import TableActivation
from keras_gan.layers.tables.layout import Layout
from keras_gan.layers.tables.preprocessor import TablePreprocessor

__all__ = ["Layout", "TableActivation", "TablePreprocessor"]
