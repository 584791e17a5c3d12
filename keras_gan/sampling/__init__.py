"""Labeled images from a trained generator, and filters for good ones."""

from keras_gan.sampling.classifier_agreement import ClassifierAgreement
from keras_gan.sampling.discriminator_filter import DiscriminatorFilter
from keras_gan.sampling.discriminator_rejection_sampling import (
    DiscriminatorRejectionSampling,
)
from keras_gan.sampling.discriminator_threshold import DiscriminatorThreshold
from keras_gan.sampling.drawing import Drawer, Drawn
from keras_gan.sampling.filters import get
from keras_gan.sampling.generator_source import GeneratorSource
from keras_gan.sampling.open_generator import open_generator
from keras_gan.sampling.sample_filter import SampleFilter
from keras_gan.sampling.shares import class_shares

__all__ = [
    "ClassifierAgreement",
    "DiscriminatorFilter",
    "DiscriminatorRejectionSampling",
    "DiscriminatorThreshold",
    "Drawer",
    "Drawn",
    "GeneratorSource",
    "SampleFilter",
    "class_shares",
    "get",
    "open_generator",
]
