"""Whether a GAN helps: honest comparisons on the user's own data."""

from keras_gan.evaluation.augmentation_study import augmentation_study
from keras_gan.evaluation.study import Study

__all__ = ["Study", "augmentation_study"]
