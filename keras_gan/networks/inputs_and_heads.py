"""Inputs and output layers that all networks share."""

from typing import Any

import keras

from keras_gan.layers import SpectralNormalization
from keras_gan.networks.initialization import Initializers

LATENT_DIM = 64


def latent_inputs(
    latent_dim: int, num_classes: int | None, initializers: Initializers
) -> tuple[Any, Any]:
    """Inputs of a generator, and the vector for its first layer.

    Conditional: an embedding of the label, with the length and variance of the
    latents, is concatenated to them.

    Returns:
        `(inputs, vector)`: one Keras input or `[latents, labels]`, and a
        tensor of shape `(batch, latent_dim)` or `(batch, 2 * latent_dim)`.
    """
    latents = keras.Input((latent_dim,), name="latents")
    if num_classes is None:
        return latents, latents
    labels = keras.Input((), dtype="int32", name="labels")
    embedding = keras.layers.Embedding(
        num_classes,
        latent_dim,
        embeddings_initializer=initializers.normal(1.0),
        name="label_embedding",
    )(labels)
    vector = keras.layers.Concatenate(name="conditioned_latents")(
        [latents, embedding]
    )
    return [latents, labels], vector


def image_inputs(
    image_shape: tuple[int, ...], num_classes: int | None
) -> tuple[Any, Any, Any]:
    """Inputs of a discriminator: `(inputs, images, labels or None)`."""
    images = keras.Input(image_shape, name="images")
    if num_classes is None:
        return images, images, None
    labels = keras.Input((), dtype="int32", name="labels")
    return [images, labels], images, labels


def logits_of(
    features: Any,
    labels: Any,
    *,
    num_classes: int | None,
    kernel_initializer: Any,
    embeddings_initializer: Any,
    kernel_constraint: Any = None,
    spectral_normalization: bool = False,
    use_bias: bool = True,
) -> Any:
    """Float32 logits `(batch, 1)` from features `(batch, channels)`.

    Conditional discriminators project the features onto an embedding of the
    label: logits = linear(h) + <embed(y), h> (Miyato and Koyama, "cGANs with
    Projection Discriminator", arXiv 1802.05637). Spectral normalization is of
    both the linear layer and the embedding.
    """
    linear = keras.layers.Dense(
        1,
        use_bias=use_bias,
        kernel_initializer=kernel_initializer,
        kernel_constraint=kernel_constraint,
        dtype="float32",
        name="logits" if labels is None else "unconditional_logits",
    )
    logits = normalized(linear, spectral_normalization)(features)
    if labels is None:
        return logits
    embedding = keras.layers.Embedding(
        num_classes,
        features.shape[-1],
        embeddings_initializer=embeddings_initializer,
        embeddings_constraint=kernel_constraint,
        dtype="float32",
        name="label_embedding",
    )
    vectors = normalized(embedding, spectral_normalization)(labels)
    projection = keras.layers.Dot(
        axes=1, dtype="float32", name="label_projection"
    )([vectors, features])
    return keras.layers.Add(dtype="float32", name="logits")(
        [logits, projection]
    )


def normalized(layer: Any, spectral_normalization: bool) -> Any:
    """Returns `layer`, with spectral normalization if requested."""
    if not spectral_normalization:
        return layer
    # A seed of its own would be another draw from the global generator and
    # change the weights of later layers.
    embeds = isinstance(layer, keras.layers.Embedding)
    name = "embeddings_initializer" if embeds else "kernel_initializer"
    seed = getattr(getattr(layer, name), "seed", None)
    return SpectralNormalization(layer, seed=seed)
