"""Metrics of generated texts."""

from keras_gan.metrics.texts.bleu import bleu, self_bleu
from keras_gan.metrics.texts.ngrams import ngram_distance
from keras_gan.metrics.texts.shares import new_share, unique_share, valid_share
from keras_gan.metrics.texts.smiles import is_molecule, is_smiles
from keras_gan.metrics.texts.text_quality import TextQuality

__all__ = [
    "TextQuality",
    "bleu",
    "is_molecule",
    "is_smiles",
    "new_share",
    "ngram_distance",
    "self_bleu",
    "unique_share",
    "valid_share",
]
