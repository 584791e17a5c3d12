"""The generator of FastGAN."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.layers import GatedActivation, NoiseInjection
from keras_gan.networks.fastgan.blocks import convolution, stages_of
from keras_gan.networks.initialization import GENERATOR_STREAM, Initializers
from keras_gan.networks.inputs_and_heads import latent_inputs
from keras_gan.networks.validation import (
    checked_image_shape,
    checked_integer,
    checked_num_classes,
)

LATENT_DIM = 256
# Features of a map excite those of a map so many times doubled.
_SKIP = 4


def fastgan_generator(
    image_shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    num_classes: int | None = None,
    width: int = 64,
    seed: int | None = None,
) -> keras.Model:
    """Builds a generator with skip-layer excitation.

    Nearest-neighbor upsampling and convolutions with gated linear units. The
    channels of the finer maps are scaled by gates that depend on a coarse map:

    ```
    y_fine * sigmoid(conv1x1(silu(conv(pooled(x_coarse)))))
    ```

    Args:
        image_shape: `(height, width, channels)`; sides of at least 16 that are
            4 to 7 times a power of 2.
        latent_dim: Length of the latent vectors.
        num_classes: Number of classes of a conditional generator, at least 2.
            None: unconditional.
        width: Channels of the finest map; coarser ones have up to 8 times as
            many.
        seed: Integer that determines the initial weights, or None.

    Returns:
        A `keras.Model`: latents `(batch, latent_dim)`, or `[latents, labels]`
        with integer labels `(batch,)`, to float32 images
        `(batch, *image_shape)` in [-1, 1].

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> fastgan_generator((32, 32, 3), width=2).output_shape
    (None, 32, 32, 3)

    Reference:
        Liu et al., "Towards Faster and Stabilized GAN Training for
        High-fidelity Few-shot Image Synthesis", arXiv 2101.04775.
    """
    image_shape = checked_image_shape(image_shape)
    latent_dim = checked_integer("latent_dim", latent_dim, minimum=1)
    num_classes = checked_num_classes(num_classes)
    plan, widths = stages_of(image_shape, width)
    initializers = Initializers(seed, stream=GENERATOR_STREAM)
    inputs, x = latent_inputs(latent_dim, num_classes, initializers)
    height, map_width = plan[0]
    x = keras.layers.Dense(
        height * map_width * 2 * widths[0],
        use_bias=False,
        kernel_initializer=initializers.he_normal(),
    )(x)
    x = keras.layers.Reshape((height, map_width, 2 * widths[0]))(x)
    maps = [_gated(x)]
    skip = min(_SKIP, len(plan) - 1)
    for stage, channels in enumerate(widths[1:], start=1):
        x = keras.layers.UpSampling2D(2)(maps[-1])
        # Every other block has two convolutions, and noise after each.
        has_noise = stage % 2 == 1
        for _ in range(1 + has_noise):
            x = convolution(2 * channels, 3, initializers)(x)
            if has_noise:
                x = NoiseInjection(seed=initializers.next_seed())(x)
            x = _gated(x)
        if stage >= skip:
            x = _excited(x, maps[stage - skip], plan[0], initializers)
        maps.append(x)
    images = convolution(
        image_shape[-1], 3, initializers, activation="tanh", dtype="float32"
    )(maps[-1])
    return keras.Model(inputs, images, name="fastgan_generator")


def _gated(x: Any) -> Any:
    x = keras.layers.BatchNormalization(momentum=0.9)(x)
    return GatedActivation("linear")(x)


def _excited(
    x: Any, coarse: Any, size: tuple[int, int], initializers: Initializers
) -> Any:
    """Scales channels by gates that depend on a coarser map.

    Args:
        x: The map whose channels are scaled.
        coarse: The other map.
        size: Of the coarsest map, 4 to 7 pixels per side; that map is pooled to
            it, so that every pixel counts.
        initializers: Where initial weights are drawn from.
    """
    channels, pool = x.shape[-1], coarse.shape[1] // size[0]
    y = keras.layers.AveragePooling2D(pool)(coarse)
    y = convolution(
        channels, size, initializers, padding="valid", activation="silu"
    )(y)
    gates = convolution(channels, 1, initializers, activation="sigmoid")(y)
    return keras.layers.Multiply()([x, gates])
