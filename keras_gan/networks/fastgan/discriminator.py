"""The discriminator of FastGAN."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.layers import RandomQuadrant, ReconstructionError
from keras_gan.networks.fastgan.blocks import convolution, decoded, stages_of
from keras_gan.networks.initialization import (
    DISCRIMINATOR_STREAM,
    Initializers,
)
from keras_gan.networks.inputs_and_heads import image_inputs, logits_of
from keras_gan.networks.validation import (
    checked_image_shape,
    checked_num_classes,
)

# Of the sides in a decoder, at most: 8 pixels become 128.
_DOUBLINGS = 4


def fastgan_discriminator(
    image_shape: Sequence[int],
    *,
    num_classes: int | None = None,
    width: int = 64,
    feature_extractor: Any = None,
    seed: int | None = None,
) -> keras.Model:
    """Builds a discriminator that reconstructs its images.

    Residual convolutions of stride 2 with spectral normalization. One decoder
    draws the whole image again from the map of 8 to 14 pixels per side, at
    half its size and 128 to 224 pixels at most; another one a random quadrant
    of the image from that quadrant of the next finer map:

    ```
    errors = error(decoder_1(f8), x) + error(decoder_2(quadrant of f16),
                                             quadrant of x)
    ```

    Their sum is the second output, which `penalties.Reconstruction` takes for
    real images; a `GAN` adds that penalty by itself. The authors measure errors
    by features of VGG16; by default they are those of pixels here, which need
    no pretrained network.

    Args:
        image_shape: As in `fastgan_generator`.
        num_classes: Number of classes of a conditional discriminator, at
            least 2. None: unconditional.
        width: Channels of the finest map.
        feature_extractor: What errors are measured by, as in
            `layers.ReconstructionError`. None: absolute differences of pixels.
        seed: Integer that determines the initial weights and quadrants, or
            None.

    Returns:
        A `keras.Model`: images `(batch, *image_shape)`, or
        `[images, labels]`, to `[logits, errors]`, float32, `(batch, 1)` each.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> fastgan_discriminator((32, 32, 3), width=2).output_shape
    [(None, 1), (None, 1)]

    Reference:
        Liu et al., "Towards Faster and Stabilized GAN Training for
        High-fidelity Few-shot Image Synthesis", arXiv 2101.04775.
    """
    image_shape = checked_image_shape(image_shape)
    num_classes = checked_num_classes(num_classes)
    _, widths = stages_of(image_shape, width)
    initializers = Initializers(seed, stream=DISCRIMINATOR_STREAM)
    inputs, images, labels = image_inputs(image_shape, num_classes)
    maps = _maps(images, widths, initializers)
    flat = keras.layers.Flatten()(maps[0])
    logits = logits_of(
        flat,
        labels,
        num_classes=num_classes,
        kernel_initializer=initializers.glorot_uniform(),
        embeddings_initializer=initializers.normal(flat.shape[-1] ** -0.5),
        spectral_normalization=True,
    )
    quadrant = RandomQuadrant(seed=initializers.next_seed())
    error = ReconstructionError(feature_extractor)
    channels, widths = image_shape[-1], widths[2:-1][:_DOUBLINGS]
    errors = [
        error([real, decoded(x, channels, widths, initializers)])
        for x, real in ((maps[1], images), quadrant([maps[2], images]))
    ]
    total = keras.layers.Add(dtype="float32", name="errors")(errors)
    return keras.Model(inputs, [logits, total], name="fastgan_discriminator")


def _maps(
    images: Any, widths: Sequence[int], initializers: Initializers
) -> list[Any]:
    """The maps of an image, from the coarsest to the finest."""
    x = convolution(widths[-1], 3, initializers)(images)
    maps = [_activated(x)]
    for channels in widths[-2::-1]:
        direct = keras.layers.AveragePooling2D(2)(maps[0])
        direct = _activated(convolution(channels, 1, initializers)(direct))
        x = convolution(channels, 4, initializers, strides=2)(maps[0])
        x = convolution(channels, 3, initializers)(_activated(x))
        maps.insert(0, keras.layers.Average()([_activated(x), direct]))
    return maps


def _activated(x: Any) -> Any:
    return keras.layers.LeakyReLU(negative_slope=0.2)(x)
