"""Generative adversarial networks for Keras 3."""

from keras_gan import backend as backend  # First, as it imports the framework.
from keras_gan import (
    callbacks,
    datasets,
    evaluation,
    features,
    images,
    latents,
    layers,
    losses,
    metrics,
    models,
    networks,
    optimizers,
    penalties,
    sampling,
    tasks,
)
from keras_gan.models import (
    ACGAN,
    DAGAN,
    GAN,
    AdversarialModel,
    CoupledGAN,
    CycleGAN,
    Pix2Pix,
    Player,
    SemiSupervisedGAN,
    StarGAN,
    StyleTransfer,
    TableGAN,
)
from keras_gan.optimizers import AdversarialOptimizer

__version__ = "0.1.0"

__all__ = [
    "ACGAN",
    "DAGAN",
    "GAN",
    "AdversarialModel",
    "AdversarialOptimizer",
    "CoupledGAN",
    "CycleGAN",
    "Pix2Pix",
    "Player",
    "SemiSupervisedGAN",
    "StarGAN",
    "StyleTransfer",
    "TableGAN",
    "callbacks",
    "datasets",
    "evaluation",
    "features",
    "images",
    "latents",
    "layers",
    "losses",
    "metrics",
    "models",
    "networks",
    "optimizers",
    "penalties",
    "sampling",
    "tasks",
]
