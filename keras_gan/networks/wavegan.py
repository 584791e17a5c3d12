"""Networks for sounds, based on WaveGAN."""

import math
from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.layers import PhaseShuffle
from keras_gan.networks.initialization import (
    DISCRIMINATOR_STREAM,
    GENERATOR_STREAM,
    Initializers,
)
from keras_gan.networks.inputs_and_heads import (
    image_inputs,
    latent_inputs,
    logits_of,
)
from keras_gan.networks.recipe import Recipe
from keras_gan.networks.spatial import doubling_widths
from keras_gan.networks.validation import (
    checked_integer,
    checked_num_classes,
    checked_sound_shape,
)

LATENT_DIM = 100
_STRIDE = 4
# A quarter is taken until a map has so many samples or fewer.
_COARSEST = 16
_LARGEST_FACTOR = 32
_DISCRIMINATOR_STEPS = 5


def wavegan_generator(
    shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    num_classes: int | None = None,
    width: int = 64,
    kernel_size: int = 25,
    seed: int | None = None,
) -> keras.Model:
    """Builds a generator of sounds of transposed convolutions.

    A linear layer makes a map of 5 to 16 samples. Transposed convolutions make
    it four times as long each, rounded so that any length comes out, while the
    channels halve down to `width`; each is followed by ReLU, the last one by
    tanh. For (16384, 1): 16x1024, 64x512, 256x256, 1024x128, 4096x64, 16384x1.
    Conditional: an embedding of the label stands beside the latents.

    Args:
        shape: `(length, channels)`, of any length and number of channels.
        latent_dim: Length of the latent vectors.
        num_classes: Number of classes of a conditional generator, at least 2.
            None: unconditional.
        width: Channels of the last hidden map; earlier maps have up to 32
            times as many.
        kernel_size: Length of the kernels in samples, at least 4.
        seed: Integer that determines the initial weights, or None.

    Returns:
        A `keras.Model`: latents `(batch, latent_dim)`, or `[latents, labels]`
        with integer labels `(batch,)`, to float32 sounds `(batch, *shape)` in
        [-1, 1].

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> wavegan_generator((8000, 1), width=2).output_shape
    (None, 8000, 1)

    Reference:
        [Donahue et al., 2019](https://arxiv.org/abs/1802.04208)
    """
    length, channels = checked_sound_shape(shape)
    latent_dim = checked_integer("latent_dim", latent_dim, minimum=1)
    num_classes = checked_num_classes(num_classes)
    width = checked_integer("width", width, minimum=1)
    kernel_size = checked_integer("kernel_size", kernel_size, minimum=_STRIDE)
    initializers = Initializers(seed, stream=GENERATOR_STREAM)
    plan = lengths(length)
    widths = _widths(width, len(plan) - 1)
    inputs, x = latent_inputs(latent_dim, num_classes, initializers)
    x = keras.layers.Dense(
        plan[0] * widths[0], kernel_initializer=initializers.glorot_uniform()
    )(x)
    x = keras.layers.Reshape((plan[0], widths[0]))(x)
    for size, filters in zip(plan[1:], [*widths[1:], channels], strict=True):
        x = keras.layers.ReLU()(x)
        x = _longer(
            x, size, filters, kernel_size, initializers.glorot_uniform()
        )
    sounds = keras.layers.Activation("tanh", dtype="float32", name="sounds")(x)
    return keras.Model(inputs, sounds, name="wavegan_generator")


def wavegan_discriminator(
    shape: Sequence[int],
    *,
    num_classes: int | None = None,
    width: int = 64,
    kernel_size: int = 25,
    phase_shuffle: int = 2,
    seed: int | None = None,
) -> keras.Model:
    """Builds a discriminator of sounds of strided convolutions.

    Convolutions of stride 4 with LeakyReLU (slope 0.2) shorten the sound to 5
    to 16 samples while the channels double from `width`; after each but the
    last a `PhaseShuffle` moves the map, and a linear layer scores the result.
    For (16384, 1): 4096x64, 1024x128, 256x256, 64x512, 16x1024. Conditional:
    logits = linear(h) + <embed(y), h>.

    Args:
        shape: `(length, channels)`, of any length and number of channels.
        num_classes: Number of classes of a conditional discriminator, at
            least 2. None: unconditional.
        width: Channels of the first map; later maps have up to 32 times as
            many.
        kernel_size: Length of the kernels in samples, at least 4.
        phase_shuffle: Largest shift, in samples of a map; 0 for none.
        seed: Integer that determines the initial weights and the shifts, or
            None.

    Returns:
        A `keras.Model`: sounds `(batch, *shape)`, or `[sounds, labels]`, to
        float32 logits `(batch, 1)`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> wavegan_discriminator((8000, 1), width=2).output_shape
    (None, 1)

    Reference:
        [Donahue et al., 2019](https://arxiv.org/abs/1802.04208)
    """
    shape = checked_sound_shape(shape)
    num_classes = checked_num_classes(num_classes)
    width = checked_integer("width", width, minimum=1)
    kernel_size = checked_integer("kernel_size", kernel_size, minimum=_STRIDE)
    phase_shuffle = checked_integer("phase_shuffle", phase_shuffle, minimum=0)
    initializers = Initializers(seed, stream=DISCRIMINATOR_STREAM)
    inputs, x, labels = image_inputs(shape, num_classes)
    widths = _widths(width, len(lengths(shape[0])) - 1)[::-1]
    for number, filters in enumerate(widths, start=1):
        x = keras.layers.Conv1D(
            filters,
            kernel_size,
            strides=_STRIDE,
            padding="same",
            kernel_initializer=initializers.glorot_uniform(),
        )(x)
        x = keras.layers.LeakyReLU(negative_slope=0.2)(x)
        if phase_shuffle and number < len(widths):
            x = PhaseShuffle(phase_shuffle, seed=initializers.next_seed())(x)
    x = keras.layers.Flatten()(x)
    logits = logits_of(
        x,
        labels,
        num_classes=num_classes,
        kernel_initializer=initializers.glorot_uniform(),
        embeddings_initializer=initializers.normal(x.shape[-1] ** -0.5),
    )
    return keras.Model(inputs, logits, name="wavegan_discriminator")


def wavegan(
    shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    num_classes: int | None = None,
    width: int = 64,
    kernel_size: int = 25,
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Builds a matching WaveGAN generator and discriminator.

    Train them with `networks.recipe("wavegan", shape)`. The cost of a step
    grows with the square of `width`: 64 is that of the paper, for GPUs.

    Args:
        shape: `(length, channels)`, of any length and number of channels.
        latent_dim: Length of the latent vectors.
        num_classes: Number of classes, at least 2, or None.
        width: As of `wavegan_generator` and `wavegan_discriminator`.
        kernel_size: Length of the kernels in samples, at least 4.
        seed: Integer that determines the initial weights, or None.

    Returns:
        `(generator, discriminator)`, for `GAN(*wavegan(...))`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> generator, discriminator = wavegan((4096, 2), width=2)
    >>> generator.output_shape == discriminator.input_shape
    True

    Reference:
        [Donahue et al., 2019](https://arxiv.org/abs/1802.04208)
    """
    shared: dict[str, Any] = {
        "num_classes": num_classes,
        "width": width,
        "kernel_size": kernel_size,
        "seed": seed,
    }
    return (
        wavegan_generator(shape, latent_dim=latent_dim, **shared),
        wavegan_discriminator(shape, **shared),
    )


def wavegan_recipe(shape: Sequence[int]) -> Recipe:
    """Returns the settings of the paper: WGAN-GP with five steps of D.

    Unlike there, sounds are drawn from an averaged generator, and latents are
    normally distributed, not uniformly.
    """
    return Recipe(
        loss="wasserstein",
        penalties="auto",
        generator_rate=1e-4,
        discriminator_rate=1e-4,
        beta_1=0.5,
        beta_2=0.9,
        discriminator_steps=_DISCRIMINATOR_STEPS,
        batch_size=64 * _DISCRIMINATOR_STEPS,
    )


def lengths(length: int) -> list[int]:
    """Returns the lengths of all maps, from the coarsest to the sound itself.

    Args:
        length: Samples of the sound.

    Example:

    >>> lengths(16384), lengths(8000)
    ([16, 64, 256, 1024, 4096, 16384], [8, 32, 125, 500, 2000, 8000])
    """
    plan = [length]
    while plan[0] > _COARSEST or len(plan) == 1:
        plan.insert(0, math.ceil(plan[0] / _STRIDE))
    return plan


def _widths(width: int, num_maps: int) -> list[int]:
    return doubling_widths(width, num_maps, largest_factor=_LARGEST_FACTOR)


def _longer(
    x: Any, length: int, filters: int, kernel_size: int, initializer: Any
) -> Any:
    """A map four times as long, less what exceeds a length."""
    x = keras.layers.Conv1DTranspose(
        filters,
        kernel_size,
        strides=_STRIDE,
        # With "same", older versions of Keras are a sample off on PyTorch.
        padding="valid",
        kernel_initializer=initializer,
    )(x)
    before = (kernel_size - _STRIDE) // 2
    after = x.shape[1] - before - length
    if before or after:
        x = keras.layers.Cropping1D((before, after))(x)
    return x
