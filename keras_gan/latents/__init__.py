"""Steering a trained generator: interpolate, project, find directions, edit."""

from keras_gan.latents.attribute import attribute_direction
from keras_gan.latents.directions import Directions
from keras_gan.latents.factorization import factorize
from keras_gan.latents.interpolation import interpolate, latent_path
from keras_gan.latents.path_length import perceptual_path_length
from keras_gan.latents.principal import principal_directions
from keras_gan.latents.projection import Projection, project
from keras_gan.latents.samples import sample_latents
from keras_gan.latents.steering import edit, grid

__all__ = [
    "Directions",
    "Projection",
    "attribute_direction",
    "edit",
    "factorize",
    "grid",
    "interpolate",
    "latent_path",
    "perceptual_path_length",
    "principal_directions",
    "project",
    "sample_latents",
]
