"""The mapping networks of StyleGAN2, from latents and classes to vectors."""

from typing import Any

import keras
from keras import ops

from keras_gan.layers import (
    EqualizedDense,
    PixelNormalization,
    scaled_leaky_relu,
)
from keras_gan.networks.initialization import Initializers
from keras_gan.utils.style_space import MAPPING

# Mapping networks learn slower than all others.
_RATE = 0.01


def mapping_network(
    latent_dim: int,
    style_dim: int,
    num_classes: int | None,
    depth: int,
    initializers: Initializers,
) -> keras.Model:
    """Latents `(batch, latent_dim)`, and labels, to styles."""
    latents = keras.Input((latent_dim,), name="latents")
    x = PixelNormalization(name="normalized_latents")(latents)
    inputs: Any = latents
    if num_classes is not None:
        labels = keras.Input((), dtype="int32", name="labels")
        inputs = [latents, labels]
        embedded = embedded_labels(labels, num_classes, style_dim, initializers)
        x = keras.layers.Concatenate(name="conditioned_latents")([x, embedded])
    styles = mapped(x, style_dim, depth, initializers)
    return keras.Model(inputs, styles, name=MAPPING)


def embedded_labels(
    labels: Any, num_classes: int, size: int, initializers: Initializers
) -> Any:
    """Normalized vectors `(batch, size)` of integer labels."""
    embed = EqualizedDense(
        size, seed=initializers.next_seed(), name="label_embedding"
    )
    vectors = embed(ops.one_hot(labels, num_classes))
    return PixelNormalization(name="normalized_labels")(vectors)


def mapped(x: Any, size: int, depth: int, initializers: Initializers) -> Any:
    """The output of `depth` layers of `size` units that learn slowly."""
    for number in range(depth):
        x = EqualizedDense(
            size,
            learning_rate_multiplier=_RATE,
            activation=scaled_leaky_relu,
            seed=initializers.next_seed(),
            name=f"mapping_{number}",
        )(x)
    return x
