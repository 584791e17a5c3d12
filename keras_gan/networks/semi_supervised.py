"""Networks for `SemiSupervisedGAN`: a generator, and a classifier."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.layers.scaled_leaky_relu import scaled_leaky_relu
from keras_gan.networks.compact import compact_generator
from keras_gan.networks.initialization import DISCRIMINATOR_STREAM, Initializers
from keras_gan.networks.inputs_and_heads import LATENT_DIM
from keras_gan.networks.recipe import Recipe
from keras_gan.networks.spatial import spatial_plan, strides_between
from keras_gan.networks.validation import checked_image_shape, checked_integer
from keras_gan.utils.arguments import number_in

_LARGEST_FACTOR = 4


def semi_supervised_classifier(
    image_shape: Sequence[int],
    num_classes: int,
    *,
    width: int = 32,
    dropout: float = 0.3,
    noise: float = 0.15,
    seed: int | None = None,
) -> keras.Model:
    """Builds a classifier without batch normalization.

    Pairs of convolutions (3x3, LeakyReLU) halve the image down to 4 to 7 pixels
    per side while the channels double from `width`; two more convolutions (3x3
    and 1x1) follow. The class logits are linear in the means over all
    positions. Noise is added to the images, and dropout follows each pair, so
    that the classifier cannot learn the labeled images by heart. Each channel
    of a kernel keeps the norm 1 (weight normalization without gains), and no
    layer normalizes batches, which would tell real from generated ones.

    Args:
        image_shape: `(height, width, channels)`, of any size, square or not.
        num_classes: Number of classes, at least 2.
        width: Channels at the size of the image.
        dropout: Share of the values that dropout removes, in [0, 1).
        noise: Standard deviation of the noise, 0 or more; images have [-1, 1].
        seed: Integer that determines the initial weights and draws, or None.

    Returns:
        A `keras.Model`: images -> float32 class logits `(batch, num_classes)`.

    Raises:
        ValueError, TypeError: If an argument is out of its range.

    Example:

    >>> semi_supervised_classifier((8, 8, 1), 3, width=2).output_shape
    (None, 3)

    Reference:
        [Salimans et al., 2016](https://arxiv.org/abs/1606.03498);
        [Salimans and Kingma, 2016](https://arxiv.org/abs/1602.07868) (weight
        normalization).
    """
    shape = checked_image_shape(image_shape)
    num_classes = checked_integer("num_classes", num_classes, minimum=2)
    width = checked_integer("width", width, minimum=1)
    number_in("dropout", dropout, "[0, 1)")
    number_in("noise", noise, "[0, inf)")
    initializers = Initializers(seed, stream=DISCRIMINATOR_STREAM)
    images = keras.Input(shape, name="images")
    x = keras.layers.GaussianNoise(noise, seed=initializers.next_seed())(images)
    plan = spatial_plan(*shape[:2])[::-1]
    for stage, (fine, coarse) in enumerate(zip(plan, plan[1:], strict=False)):
        filters = width * min(2**stage, _LARGEST_FACTOR)
        strides = strides_between(fine, coarse)
        x = _convolution(x, filters, initializers)
        x = _convolution(x, filters, initializers, strides=strides)
        x = keras.layers.Dropout(dropout, seed=initializers.next_seed())(x)
    filters = width * min(2 ** (len(plan) - 1), _LARGEST_FACTOR)
    x = _convolution(x, filters, initializers)
    x = _convolution(x, filters, initializers, kernel_size=1)
    x = keras.layers.GlobalAveragePooling2D(dtype="float32", name="features")(x)
    class_logits = keras.layers.Dense(
        num_classes,
        kernel_initializer=initializers.glorot_uniform(),
        dtype="float32",
        name="class_logits",
    )(x)
    return keras.Model(images, class_logits, name="classifier")


def semi_supervised(
    image_shape: Sequence[int],
    num_classes: int,
    *,
    latent_dim: int = LATENT_DIM,
    width: int = 32,
    dropout: float = 0.3,
    noise: float = 0.15,
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Builds a generator and a classifier for `SemiSupervisedGAN`.

    The generator is `compact_generator` of half the width, and does not take
    labels: what counts is the classifier, and a small generator leaves time for
    more steps. `networks.recipe("semi_supervised", image_shape)` is what they
    are trained with.

    Args:
        image_shape: `(height, width, channels)`, of any size, square or not.
        num_classes: Number of classes, at least 2.
        latent_dim: Length of the latent vectors.
        width: Channels of the classifier at the size of the image.
        dropout: As for `semi_supervised_classifier`.
        noise: The same.
        seed: Integer that determines the initial weights, or None.

    Returns:
        `(generator, classifier)`, for `SemiSupervisedGAN`.

    Raises:
        ValueError, TypeError: If an argument is out of its range.

    Example:

    >>> generator, classifier = semi_supervised((8, 8, 1), 3, width=2)
    >>> generator.output_shape == classifier.input_shape
    True
    """
    width = checked_integer("width", width, minimum=1)
    generator = compact_generator(
        image_shape, latent_dim=latent_dim, width=max(1, width // 2), seed=seed
    )
    classifier = semi_supervised_classifier(
        image_shape,
        num_classes,
        width=width,
        dropout=dropout,
        noise=noise,
        seed=seed,
    )
    return generator, classifier


def semi_supervised_recipe(image_shape: tuple[int, ...]) -> Recipe:
    """Adam as in the paper, one pass for both players, a short average."""
    return Recipe(
        loss="non_saturating",
        penalties=(),
        generator_rate=2e-3,
        discriminator_rate=2e-3,
        beta_1=0.5,
        beta_2=0.999,
        update="simultaneous",
        ema_momentum=0.995,
        batch_size=128,
    )


def _convolution(
    x: Any,
    filters: int,
    initializers: Initializers,
    *,
    kernel_size: int = 3,
    strides: tuple[int, int] = (1, 1),
) -> Any:
    x = keras.layers.Conv2D(
        filters,
        kernel_size,
        strides=strides,
        padding="same",
        kernel_initializer=initializers.fan_in_normal(1.0),
        kernel_constraint=keras.constraints.UnitNorm(axis=[0, 1, 2]),
    )(x)
    return keras.layers.Activation(scaled_leaky_relu)(x)
