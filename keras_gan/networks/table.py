"""Networks for rows of tables, those of CTGAN."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.layers import TableActivation, TablePreprocessor
from keras_gan.networks.initialization import (
    DISCRIMINATOR_STREAM,
    GENERATOR_STREAM,
    Initializers,
)
from keras_gan.networks.recipe import Recipe
from keras_gan.networks.validation import checked_integer, checked_widths

# Of all kernels: their variance is a third of 1 / inputs, as with PyTorch's
# defaults. Larger ones learn several times more slowly at first.
_GAIN = 3**-0.5


def table_generator(
    preprocessor: TablePreprocessor,
    *,
    latent_dim: int = 128,
    hidden: Sequence[int] = (256, 256),
    temperature: float = 0.2,
    seed: int | None = None,
) -> keras.Model:
    """Builds a generator of rows of a table.

    Each hidden layer (dense, batch normalization, ReLU) is joined to its
    input, and a dense layer makes the outputs of all columns. Numbers are
    bounded by tanh, categories and modes are drawn with the Gumbel-softmax.

    Args:
        preprocessor: `TablePreprocessor` that has learned the table.
        latent_dim: Length of the latent vectors.
        hidden: Width of each hidden layer.
        temperature: Of the Gumbel-softmax, positive.
        seed: Integer that determines the initial weights and the noise, or
            None.

    Returns:
        A `keras.Model`: latents `(batch, latent_dim)`, or `[latents,
        conditions]` for a table with categories, to `[rows, logits]`, float32
        `(batch, width)` each: the rows, and what the activation was given.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> preprocessor = keras_gan.layers.TablePreprocessor()
    >>> preprocessor.adapt({"sex": ["F", "M", "F"]})
    >>> table_generator(preprocessor, hidden=(8,)).input_shape
    [(None, 128), (None, 2)]

    Reference:
        [Xu et al., 2019](https://arxiv.org/abs/1907.00503)
    """
    layout = _layout_of(preprocessor)
    latent_dim = checked_integer("latent_dim", latent_dim, minimum=1)
    initializers = Initializers(seed, stream=GENERATOR_STREAM)
    inputs: Any = keras.Input((latent_dim,), name="latents")
    x = inputs
    if layout.condition_width:
        conditions = keras.Input((layout.condition_width,), name="conditions")
        inputs = [inputs, conditions]
        x = keras.layers.Concatenate()(inputs)
    for units in checked_widths("hidden", hidden):
        h = keras.layers.Dense(
            units, kernel_initializer=initializers.fan_in_normal(_GAIN)
        )(x)
        # As slow to forget as PyTorch's, with which the paper's figures came.
        h = keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(h)
        x = keras.layers.Concatenate()([keras.layers.ReLU()(h), x])
    logits = keras.layers.Dense(
        layout.width,
        kernel_initializer=initializers.fan_in_normal(_GAIN),
        dtype="float32",
        name="logits",
    )(x)
    rows = TableActivation(
        layout.num_values,
        layout.sizes,
        temperature=temperature,
        seed=initializers.next_seed(),
        name="rows",
    )(logits)
    return keras.Model(inputs, [rows, logits], name="table_generator")


def table_discriminator(
    preprocessor: TablePreprocessor,
    *,
    pack: int = 10,
    hidden: Sequence[int] = (256, 256),
    dropout: float = 0.5,
    seed: int | None = None,
) -> keras.Model:
    """Builds a discriminator of packs of rows.

    It sees several rows at once, each with its condition, all real or all
    generated. A generator that makes too few different rows is found out by
    the rows of a pack, which are too similar (PacGAN).

    Args:
        preprocessor: `TablePreprocessor` that has learned the table.
        pack: Number of rows in a pack, at least 1.
        hidden: Width of each hidden layer (LeakyReLU of slope 0.2).
        dropout: Share in [0, 1) of the outputs of hidden layers that are
            dropped in training.
        seed: Integer that determines the initial weights and the dropout, or
            None.

    Returns:
        A `keras.Model`: rows and conditions `(batch, pack, width)` to float32
        logits `(batch, 1)`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> preprocessor = keras_gan.layers.TablePreprocessor()
    >>> preprocessor.adapt({"sex": ["F", "M", "F"]})
    >>> table_discriminator(preprocessor, hidden=(8,)).input_shape
    (None, 10, 4)

    Reference:
        [Xu et al., 2019](https://arxiv.org/abs/1907.00503),
        [Lin et al., 2017](https://arxiv.org/abs/1712.04086) (packing).
    """
    layout = _layout_of(preprocessor)
    pack = checked_integer("pack", pack, minimum=1)
    initializers = Initializers(seed, stream=DISCRIMINATOR_STREAM)
    features = layout.width + layout.condition_width
    inputs = keras.Input((pack, features), name="rows")
    x = keras.layers.Flatten()(inputs)
    for units in checked_widths("hidden", hidden):
        x = keras.layers.Dense(
            units, kernel_initializer=initializers.fan_in_normal(_GAIN)
        )(x)
        x = keras.layers.LeakyReLU(negative_slope=0.2)(x)
        x = keras.layers.Dropout(dropout, seed=initializers.next_seed())(x)
    logits = keras.layers.Dense(
        1,
        kernel_initializer=initializers.fan_in_normal(_GAIN),
        dtype="float32",
        name="logits",
    )(x)
    return keras.Model(inputs, logits, name="table_discriminator")


def table(
    preprocessor: TablePreprocessor,
    *,
    latent_dim: int = 128,
    pack: int = 10,
    hidden: Sequence[int] = (256, 256),
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Builds a generator and a discriminator for the rows of a table.

    Args:
        preprocessor: `TablePreprocessor` that has learned the table.
        latent_dim: Length of the latent vectors.
        pack: Number of rows that the discriminator sees at once.
        hidden: Width of each hidden layer, in both networks.
        seed: Integer that determines the initial weights, or None.

    Returns:
        `(generator, discriminator)`, for `TableGAN`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> preprocessor = keras_gan.layers.TablePreprocessor()
    >>> preprocessor.adapt({"sex": ["F", "M", "F"]})
    >>> generator, discriminator = table(preprocessor, hidden=(8,))
    >>> gan = keras_gan.TableGAN(generator, discriminator, preprocessor)

    Reference:
        [Xu et al., 2019](https://arxiv.org/abs/1907.00503)
    """
    return (
        table_generator(
            preprocessor, latent_dim=latent_dim, hidden=hidden, seed=seed
        ),
        table_discriminator(preprocessor, pack=pack, hidden=hidden, seed=seed),
    )


def table_recipe(row_shape: tuple[int, ...]) -> Recipe:
    """That of the paper with a higher rate and without weight decay."""
    return Recipe(
        loss="wasserstein",
        penalties="auto",
        generator_rate=3e-4,
        discriminator_rate=3e-4,
        beta_1=0.5,
        beta_2=0.9,
        batch_size=500,
    )


def _layout_of(preprocessor: TablePreprocessor) -> Any:
    if not isinstance(preprocessor, TablePreprocessor):
        raise TypeError(
            "`preprocessor` must be a `keras_gan.layers.TablePreprocessor`. "
            f"Received: {type(preprocessor).__name__}."
        )
    layout = preprocessor.adapted()
    if not layout.width:
        raise ValueError(
            "The table must have a column of different values. Received: a "
            "table in which all rows are equal. There is nothing to learn."
        )
    return layout
