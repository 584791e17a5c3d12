"""Fully connected networks, for vectors and small images."""

import math
from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.networks.initialization import (
    DISCRIMINATOR_STREAM,
    GENERATOR_STREAM,
    Initializers,
)
from keras_gan.networks.inputs_and_heads import (
    LATENT_DIM,
    image_inputs,
    latent_inputs,
    logits_of,
    normalized,
)
from keras_gan.networks.validation import (
    checked_image_shape,
    checked_integer,
    checked_num_classes,
    checked_widths,
)


def mlp_generator(
    image_shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    num_classes: int | None = None,
    hidden: Sequence[int] = (256, 256, 256, 256),
    seed: int | None = None,
) -> keras.Model:
    """Builds a fully connected generator.

    Hidden layers with LeakyReLU (slope 0.2), then one linear layer that is
    reshaped to the image. Images end in tanh; vectors, which have no range,
    end linear. Without normalization, so it trains with every loss, penalty
    and batch size.

    Args:
        image_shape: `(height, width, channels)`, or `(features,)` for
            vectors.
        latent_dim: Length of the latent vectors.
        num_classes: Number of classes of a conditional generator, at least 2.
            None: unconditional.
        hidden: Width of each hidden layer.
        seed: Integer that determines the initial weights, or None.

    Returns:
        A `keras.Model`: latents `(batch, latent_dim)`, or `[latents, labels]`
        with integer labels `(batch,)`, to float32 images
        `(batch, *image_shape)`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> generator = mlp_generator((2,), latent_dim=2, hidden=(16,))
    >>> generator.output_shape
    (None, 2)

    Reference:
        Goodfellow et al., "Generative Adversarial Nets", arXiv 1406.2661.
    """
    image_shape = checked_image_shape(image_shape, ranks=(1, 3))
    latent_dim = checked_integer("latent_dim", latent_dim, minimum=1)
    num_classes = checked_num_classes(num_classes)
    initializers = Initializers(seed, stream=GENERATOR_STREAM)
    inputs, x = latent_inputs(latent_dim, num_classes, initializers)
    for units in checked_widths("hidden", hidden):
        x = keras.layers.Dense(
            units, kernel_initializer=initializers.he_normal()
        )(x)
        x = keras.layers.LeakyReLU(negative_slope=0.2)(x)
    is_vector = len(image_shape) == 1
    x = keras.layers.Dense(
        math.prod(image_shape),
        activation=None if is_vector else "tanh",
        kernel_initializer=initializers.glorot_uniform(),
        dtype="float32",
    )(x)
    x = keras.layers.Reshape(image_shape, dtype="float32", name="images")(x)
    return keras.Model(inputs, x, name="mlp_generator")


def mlp_discriminator(
    image_shape: Sequence[int],
    *,
    num_classes: int | None = None,
    hidden: Sequence[int] = (256, 256, 256),
    spectral_normalization: bool = False,
    kernel_constraint: Any = None,
    seed: int | None = None,
) -> keras.Model:
    """Builds a fully connected discriminator.

    Hidden layers with LeakyReLU (slope 0.2), then one linear layer.
    Conditional: logits = linear(h) + <embed(y), h>.

    Args:
        image_shape: `(height, width, channels)`, or `(features,)` for
            vectors.
        num_classes: Number of classes of a conditional discriminator, at
            least 2. None: unconditional.
        hidden: Width of each hidden layer.
        spectral_normalization: Whether to divide each kernel by its largest
            singular value (SNGAN).
        kernel_constraint: Keras constraint on the kernels and the embedding,
            for example `keras_gan.layers.WeightClip(0.01)`.
        seed: Integer that determines the initial weights, or None.

    Returns:
        A `keras.Model`: images `(batch, *image_shape)`, or
        `[images, labels]`, to float32 logits `(batch, 1)`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> discriminator = mlp_discriminator((2,), hidden=(16,))
    >>> discriminator.output_shape
    (None, 1)

    Reference:
        Goodfellow et al., "Generative Adversarial Nets", arXiv 1406.2661.
    """
    image_shape = checked_image_shape(image_shape, ranks=(1, 3))
    num_classes = checked_num_classes(num_classes)
    initializers = Initializers(seed, stream=DISCRIMINATOR_STREAM)
    inputs, images, labels = image_inputs(image_shape, num_classes)
    x = keras.layers.Flatten()(images)
    for units in checked_widths("hidden", hidden):
        dense = keras.layers.Dense(
            units,
            kernel_initializer=initializers.he_normal(),
            kernel_constraint=kernel_constraint,
        )
        x = normalized(dense, spectral_normalization)(x)
        x = keras.layers.LeakyReLU(negative_slope=0.2)(x)
    logits = logits_of(
        x,
        labels,
        num_classes=num_classes,
        kernel_initializer=initializers.glorot_uniform(),
        embeddings_initializer=initializers.normal(x.shape[-1] ** -0.5),
        kernel_constraint=kernel_constraint,
        spectral_normalization=spectral_normalization,
    )
    return keras.Model(inputs, logits, name="mlp_discriminator")


def mlp(
    image_shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    num_classes: int | None = None,
    hidden: Sequence[int] = (256, 256, 256),
    spectral_normalization: bool = False,
    kernel_constraint: Any = None,
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Builds a matching fully connected generator and discriminator.

    Arguments are those of `mlp_generator` and `mlp_discriminator`; `hidden`
    and `seed` serve both.

    Args:
        image_shape: `(height, width, channels)` or `(features,)`.
        latent_dim: Length of the latent vectors.
        num_classes: Number of classes, at least 2, or None.
        hidden: Width of each hidden layer, in both networks.
        spectral_normalization: Of the discriminator's kernels.
        kernel_constraint: On the discriminator's kernels.
        seed: Integer that determines the initial weights, or None.

    Returns:
        `(generator, discriminator)`, for `GAN(*mlp(...))`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> generator, discriminator = mlp((2,), latent_dim=2, hidden=(16,))
    >>> generator.output_shape == discriminator.input_shape
    True

    Reference:
        Goodfellow et al., "Generative Adversarial Nets", arXiv 1406.2661.
    """
    generator = mlp_generator(
        image_shape,
        latent_dim=latent_dim,
        num_classes=num_classes,
        hidden=hidden,
        seed=seed,
    )
    discriminator = mlp_discriminator(
        image_shape,
        num_classes=num_classes,
        hidden=hidden,
        spectral_normalization=spectral_normalization,
        kernel_constraint=kernel_constraint,
        seed=seed,
    )
    return generator, discriminator
