"""Lines of text as sequences of one-hot vectors, and what draws them."""

from keras_gan.layers.texts.gumbel_softmax import GumbelSoftmax
from keras_gan.layers.texts.preprocessor import TextPreprocessor
from keras_gan.layers.texts.token_sampler import TokenSampler

__all__ = ["GumbelSoftmax", "TextPreprocessor", "TokenSampler"]
