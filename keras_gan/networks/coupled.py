"""Networks of two domains that share layers, after CoGAN."""

import math
from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.networks.dcgan import downsampling_strides, upsampled
from keras_gan.networks.initialization import (
    DISCRIMINATOR_STREAM,
    GENERATOR_STREAM,
    Initializers,
)
from keras_gan.networks.inputs_and_heads import LATENT_DIM
from keras_gan.networks.spatial import doubling_widths, spatial_plan
from keras_gan.networks.validation import checked_image_shape, checked_integer
