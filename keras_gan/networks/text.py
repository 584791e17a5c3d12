"""Networks for lines of text, as sequences of one-hot tokens."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.layers import GumbelSoftmax, TokenSampler
from keras_gan.networks.initialization import (
    DISCRIMINATOR_STREAM,
    GENERATOR_STREAM,
    Initializers,
)
from keras_gan.networks.inputs_and_heads import (
    LATENT_DIM,
    latent_inputs,
    logits_of,
)
from keras_gan.networks.recipe import Recipe
from keras_gan.networks.validation import checked_integer, checked_num_classes

_KERNEL = 5
# Blocks begin close to the identity.
_RESIDUAL = 0.3


def text_generator(
    sequence_shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    num_classes: int | None = None,
    width: int = 256,
    depth: int = 1,
    seed: int | None = None,
) -> keras.Model:
    """Builds a recurrent generator of texts.

    It draws one token after another (`layers.TokenSampler`), so it can be
    trained as a language model, too, with which `TextGAN` begins. The latents
    and the label are a vector that the recurrent network sees at each place.

    Args:
        sequence_shape: `(length, vocabulary)`, such as
            `layers.TextPreprocessor.sequence_shape`.
        latent_dim: Length of the latent vectors.
        num_classes: Number of classes of a conditional generator, at least 2.
            None: unconditional.
        width: Units of the recurrent network.
        depth: Number of its layers.
        seed: Integer that determines the initial weights and the draws, or
            None.

    Returns:
        A `keras.Model`: latents `(batch, latent_dim)`, or `[latents, labels]`,
        to one-hot tokens `(batch, length, vocabulary)`, float32.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> text_generator((10, 27), width=8).output_shape
    (None, 10, 27)

    Reference:
        [Yu et al., 2016](https://arxiv.org/abs/1609.05473) (a recurrent
        generator after a language model).
    """
    shape = checked_sequence_shape(sequence_shape)
    width = checked_integer("width", width, minimum=1)
    initializers = Initializers(seed, stream=GENERATOR_STREAM)
    inputs, vector = _vector(latent_dim, num_classes, initializers)
    context = keras.layers.Dense(
        width,
        kernel_initializer=initializers.glorot_uniform(),
        dtype="float32",
        name="context",
    )(vector)
    tokens = TokenSampler(
        shape,
        units=width,
        depth=checked_integer("depth", depth, minimum=1),
        seed=initializers.next_seed(),
        name="tokens",
    )(context)
    return keras.Model(inputs, tokens, name="text_generator")


def text_conv_generator(
    sequence_shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    num_classes: int | None = None,
    width: int = 128,
    blocks: int = 3,
    seed: int | None = None,
) -> keras.Model:
    """Builds a convolutional generator of texts.

    A dense layer makes a sequence of the latents, residual blocks of two
    convolutions of kernel 5 refine it, and a token is drawn at each place
    (`layers.GumbelSoftmax`), all at once: fast, but no language model.

    Args:
        sequence_shape: `(length, vocabulary)`.
        latent_dim: Length of the latent vectors.
        num_classes: Number of classes of a conditional generator, at least 2.
            None: unconditional.
        width: Channels of the convolutions.
        blocks: Number of residual blocks.
        seed: Integer that determines the initial weights and the draws, or
            None.

    Returns:
        A `keras.Model`, as `text_generator`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> text_conv_generator((10, 27), width=8, blocks=1).output_shape
    (None, 10, 27)

    Reference:
        [Gulrajani et al., 2017](https://arxiv.org/abs/1704.00028) (of
        characters, without draws).
    """
    length, vocabulary = checked_sequence_shape(sequence_shape)
    width = checked_integer("width", width, minimum=1)
    initializers = Initializers(seed, stream=GENERATOR_STREAM)
    inputs, vector = _vector(latent_dim, num_classes, initializers)
    x = keras.layers.Dense(
        length * width, kernel_initializer=initializers.glorot_uniform()
    )(vector)
    x = keras.layers.Reshape((length, width))(x)
    for _ in range(checked_integer("blocks", blocks, minimum=0)):
        x = _block(x, initializers)
    logits = keras.layers.Conv1D(
        vocabulary,
        1,
        kernel_initializer=initializers.glorot_uniform(),
        dtype="float32",
        name="logits",
    )(keras.layers.LeakyReLU(negative_slope=0.2)(x))
    tokens = GumbelSoftmax(seed=initializers.next_seed(), name="tokens")(logits)
    return keras.Model(inputs, tokens, name="text_conv_generator")


def text_discriminator(
    sequence_shape: Sequence[int],
    *,
    num_classes: int | None = None,
    width: int = 128,
    blocks: int = 2,
    seed: int | None = None,
) -> keras.Model:
    """Builds a convolutional discriminator of texts.

    A dense layer embeds the tokens, residual blocks of two convolutions of
    kernel 5 follow, and a dense layer over all places.

    Args:
        sequence_shape: `(length, vocabulary)`.
        num_classes: Number of classes of a conditional discriminator, at least
            2. None: unconditional.
        width: Channels of the convolutions.
        blocks: Number of residual blocks.
        seed: Integer that determines the initial weights, or None.

    Returns:
        A `keras.Model`: tokens `(batch, length, vocabulary)`, or `[tokens,
        labels]`, to float32 logits `(batch, 1)`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> text_discriminator((10, 27), width=8).output_shape
    (None, 1)

    Reference:
        [Gulrajani et al., 2017](https://arxiv.org/abs/1704.00028)
    """
    shape = checked_sequence_shape(sequence_shape)
    width = checked_integer("width", width, minimum=1)
    num_classes = checked_num_classes(num_classes)
    initializers = Initializers(seed, stream=DISCRIMINATOR_STREAM)
    tokens = inputs = keras.Input(shape, name="tokens")
    labels = None
    if num_classes is not None:
        labels = keras.Input((), dtype="int32", name="labels")
        inputs = [tokens, labels]
    x = keras.layers.Dense(
        width,
        kernel_initializer=initializers.glorot_uniform(),
        name="embedding",
    )(tokens)
    for _ in range(checked_integer("blocks", blocks, minimum=0)):
        x = _block(x, initializers)
    x = keras.layers.Flatten()(keras.layers.LeakyReLU(negative_slope=0.2)(x))
    logits = logits_of(
        x,
        labels,
        num_classes=num_classes,
        kernel_initializer=initializers.glorot_uniform(),
        embeddings_initializer=initializers.normal(x.shape[-1] ** -0.5),
    )
    return keras.Model(inputs, logits, name="text_discriminator")


def text(
    sequence_shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    num_classes: int | None = None,
    width: int = 256,
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Builds a recurrent generator and a discriminator of texts.

    Args:
        sequence_shape: `(length, vocabulary)`.
        latent_dim: Length of the latent vectors.
        num_classes: Number of classes, at least 2, or None.
        width: Units of the generator; the discriminator has half as many
            channels.
        seed: Integer that determines the initial weights, or None.

    Returns:
        `(generator, discriminator)`, for `TextGAN`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> generator, discriminator = text((10, 27), width=8)
    >>> generator.output_shape == discriminator.input_shape
    True
    """
    width = checked_integer("width", width, minimum=1)
    return (
        text_generator(
            sequence_shape,
            latent_dim=latent_dim,
            num_classes=num_classes,
            width=width,
            seed=seed,
        ),
        text_discriminator(
            sequence_shape,
            num_classes=num_classes,
            width=max(1, width // 2),
            seed=seed,
        ),
    )


def text_recipe(sequence_shape: tuple[int, ...]) -> Recipe:
    """What `TextGAN.compile` trains with by itself."""
    return Recipe(
        loss="relativistic",
        penalties="auto",
        # Of a language model, which the generator mostly is.
        generator_rate=4e-3,
        discriminator_rate=2e-4,
        beta_1=0.5,
        beta_2=0.99,
    )


def _vector(latent_dim: int, num_classes: Any, initializers: Any) -> tuple:
    return latent_inputs(
        checked_integer("latent_dim", latent_dim, minimum=1),
        checked_num_classes(num_classes),
        initializers,
    )


def _block(x: Any, initializers: Initializers) -> Any:
    """Two convolutions, added to their input."""
    h = x
    for _ in range(2):
        h = keras.layers.LeakyReLU(negative_slope=0.2)(h)
        h = keras.layers.Conv1D(
            x.shape[-1],
            _KERNEL,
            padding="same",
            kernel_initializer=initializers.he_normal(),
        )(h)
    return keras.layers.Add()([x, keras.layers.Rescaling(_RESIDUAL)(h)])


def checked_sequence_shape(sequence_shape: Sequence[int]) -> tuple[int, int]:
    """Returns `(length, vocabulary)`, if it is the shape of texts."""
    is_pair = isinstance(sequence_shape, (tuple, list))
    if not is_pair or len(sequence_shape) != 2:
        raise TypeError(
            "`sequence_shape` must be (length, vocabulary). Received: "
            f"sequence_shape={sequence_shape!r}. Pass "
            "`preprocessor.sequence_shape`."
        )
    length, vocabulary = (
        checked_integer("sequence_shape", n, minimum=1, whole=sequence_shape)
        for n in sequence_shape
    )
    return length, vocabulary
