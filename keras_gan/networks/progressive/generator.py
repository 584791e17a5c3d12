"""The generator of progressive growing."""

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan.layers import (
    EqualizedConv2D,
    EqualizedDense,
    FadeIn,
    GrowingStage,
    PixelNormalization,
)
from keras_gan.networks.initialization import GENERATOR_STREAM, Initializers
from keras_gan.networks.inputs_and_heads import latent_inputs
from keras_gan.networks.progressive.plan import growth_of, levels_of
from keras_gan.networks.validation import checked_integer, checked_num_classes

LATENT_DIM = 512
GAIN = math.sqrt(2.0)
# As in the authors' code.
_DENSE_GAIN = GAIN / 4.0


def progressive_generator(
    image_shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    num_classes: int | None = None,
    width: int | None = None,
    steps_per_stage: int | None = None,
    fade_steps: int | None = None,
    seed: int | None = None,
) -> keras.Model:
    """Builds a generator that draws finer and finer images as it is trained.

    Normalized latents become a map of 4 to 7 pixels per side. Each level
    doubles it (nearest neighbor) and has two 3x3 convolutions, leaky ReLU and
    pixel normalization after each. A 1x1 convolution makes an image of every
    level. While a level is faded in, its image is mixed with that of the level
    before, doubled:

    ```
    images = (1 - a) doubled(coarse) + a fine,   a from 0 to 1
    ```

    Images of coarse levels are doubled to full size. Levels that are not used
    yet are not computed. Weights have an equalized learning rate.

    Args:
        image_shape: `(height, width, channels)`. The shorter side must be 4, 5,
            6 or 7 pixels doubled once or more; the longer one a multiple of the
            same power of 2.
        latent_dim: Length of the latent vectors.
        num_classes: Number of classes of a conditional generator, at least 2.
            None: unconditional.
        width: Channels of the finest level; they double towards coarser levels
            up to 512. None: 16,384 / side, at most 512, as published.
        steps_per_stage: Training steps between a level and the next fade, 0 or
            more. None: those for 600,000 images in batches of the recipe.
        fade_steps: Training steps in which a level is faded in, 0 or more.
            None: the same. With 0 for both, all levels are used at once.
        seed: Integer that determines the initial weights, or None.

    Returns:
        A `keras.Model`: latents `(batch, latent_dim)`, or `[latents, labels]`
        with integer labels `(batch,)`, to float32 images
        `(batch, *image_shape)`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> generator = progressive_generator((16, 16, 1), width=2, latent_dim=4)
    >>> generator.output_shape
    (None, 16, 16, 1)

    Reference:
        Karras et al., "Progressive Growing of GANs", arXiv 1710.10196.
    """
    shape, levels = levels_of(image_shape, width)
    latent_dim = checked_integer("latent_dim", latent_dim, minimum=1)
    num_classes = checked_num_classes(num_classes)
    initializers = Initializers(seed, stream=GENERATOR_STREAM)
    inputs, x = latent_inputs(latent_dim, num_classes, initializers)
    growth = growth_of(shape, levels, steps_per_stage, fade_steps)(x)
    size, channels = levels[0]
    x = PixelNormalization()(x)
    x = EqualizedDense(
        math.prod(size) * channels,
        gain=_DENSE_GAIN,
        activation="leaky_relu",
        seed=initializers.next_seed(),
    )(x)
    x = keras.layers.Reshape((*size, channels))(x)
    x = PixelNormalization()(x)
    x = _convolved(x, channels, initializers)
    images = _image(x, shape[-1], initializers)
    for level, (size, channels) in enumerate(levels[1:], start=1):
        part = _level(x, channels, shape[-1], initializers)
        name = f"level_{size[0]}x{size[1]}"
        x, fine = GrowingStage(part, level, name=name)([x, growth])
        coarse = keras.layers.UpSampling2D(2, dtype="float32")(images)
        images = FadeIn(level, dtype="float32")([coarse, fine, growth])
    return keras.Model(inputs, images, name="progressive_generator")


def _level(
    x: Any, channels: int, image_channels: int, initializers: Initializers
) -> keras.Model:
    """From a map to a finer one and its image."""
    coarse = keras.Input(x.shape[1:], dtype=x.dtype)
    fine = _doubled(coarse)
    for _ in range(2):
        fine = _convolved(fine, channels, initializers)
    return keras.Model(
        coarse, [fine, _image(fine, image_channels, initializers)]
    )


def _doubled(x: Any) -> Any:
    """Nearest-neighbor upsampling, of operations that XLA takes in branches.

    The gradient of `UpSampling2D` depends there on shapes that TensorFlow does
    not know when it compiles.
    """
    height, width, channels = x.shape[1:]
    x = ops.concatenate([x, x], axis=-1)
    x = ops.reshape(x, (-1, height, 2 * width, channels))
    x = ops.concatenate([x, x], axis=2)
    return ops.reshape(x, (-1, 2 * height, 2 * width, channels))


def _convolved(x: Any, channels: int, initializers: Initializers) -> Any:
    x = EqualizedConv2D(
        channels,
        3,
        gain=GAIN,
        activation="leaky_relu",
        seed=initializers.next_seed(),
    )(x)
    return PixelNormalization()(x)


def _image(x: Any, channels: int, initializers: Initializers) -> Any:
    return EqualizedConv2D(
        channels, 1, dtype="float32", seed=initializers.next_seed()
    )(x)
