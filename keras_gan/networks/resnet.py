"""The generators of CycleGAN and StarGAN."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.layers import AttributePlanes
from keras_gan.networks.initialization import GENERATOR_STREAM, Initializers
from keras_gan.networks.translation import (
    LayerMaker,
    checked_channels,
    fitted,
    tanh_images,
)
from keras_gan.networks.validation import checked_image_shape, checked_integer

# From this side in pixels on, the paper uses nine blocks, and six below.
_LARGE = 256


def resnet_generator(
    image_shape: Sequence[int | None],
    output_channels: int | None = None,
    *,
    width: int = 64,
    blocks: int | None = None,
    num_attributes: int | None = None,
    normalization: str | None = "instance",
    upsampling: str = "transpose",
    seed: int | None = None,
    name: str = "resnet_generator",
) -> keras.Model:
    """Builds a residual network from images to images of the same size.

    A 7x7 convolution, two that halve the image, residual blocks at a quarter
    of its size, two transposed convolutions and another 7x7 convolution, with
    mirrored borders. A block adds to its input what two 3x3 convolutions make
    of it:

    ```
    x + norm(conv(relu(norm(conv(x)))))
    ```

    With 9 blocks it has 11.378 million parameters, with 6 blocks 7.838
    million. With `num_attributes` it is StarGAN's generator (8.43 million for
    5 attributes): it sees the wanted attributes as further channels, pads with
    zeros, has kernels of 4x4 where the size changes, and instance
    normalization with a gain.

    Args:
        image_shape: `(height, width, channels)` of the source. Height and
            width may be None. Images whose sides are not multiples of 4, or
            below 8, are mirrored at the far edges and cropped again.
        output_channels: Channels of the output. None: those of the source.
        width: Channels of the first layer; the blocks have 4 times as many.
        blocks: Number of residual blocks, at least 1. None: 9 for images of
            256 pixels and more, 6 for smaller ones, unknown sizes and
            attributes.
        num_attributes: Number of attributes to edit, at least 1, or None.
        normalization: `"instance"` (each image by itself), `"batch"` or None.
        upsampling: `"transpose"` for transposed convolutions as in the paper,
            or `"resize"` for repeated pixels and a 3x3 convolution, which
            avoids checkerboard patterns.
        seed: Integer that determines the initial weights, or None. Two
            generators of one system need different seeds.
        name: Name of the model.

    Returns:
        A `keras.Model`: images `(batch, height, width, channels)`, or
        `[images, attributes]` with attributes `(batch, num_attributes)`, to
        float32 images `(batch, height, width, output_channels)` in [-1, 1].

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> generator = resnet_generator((None, None, 3), width=8, blocks=2)
    >>> tuple(generator(np.zeros((1, 13, 17, 3))).shape)
    (1, 13, 17, 3)

    Reference:
        Zhu et al., "Unpaired Image-to-Image Translation using
        Cycle-Consistent Adversarial Networks", arXiv 1703.10593; with
        attributes: Choi et al., "StarGAN", arXiv 1711.09020.
    """
    shape = checked_image_shape(image_shape, unknown_sides=True)
    channels = checked_channels(output_channels, shape)
    width = checked_integer("width", width, minimum=1)
    edits = num_attributes is not None
    kernel_size = 4 if edits else 3
    blocks = _number_of_blocks(blocks, shape, edits)
    make = LayerMaker(
        Initializers(seed, stream=GENERATOR_STREAM),
        normalization,
        upsampling,
        mirrored=not edits,
        scale=edits,
    )

    def activated(x: Any) -> Any:
        return keras.layers.ReLU()(make.normalized(x))

    inputs = source = keras.Input(shape, name="source")
    x, crop = fitted(source, 4, at_least=8)
    if edits:
        attributes = _attributes(num_attributes)
        inputs = [source, attributes]
        x = AttributePlanes()([x, attributes])
    x = activated(make.convolution(x, width, 7))
    for filters in (2 * width, 4 * width):
        x = activated(make.convolution(x, filters, kernel_size, strides=2))
    for _ in range(blocks):
        y = activated(make.convolution(x, 4 * width, 3))
        y = make.normalized(make.convolution(y, 4 * width, 3))
        x = keras.layers.Add()([x, y])
    for filters in (2 * width, width):
        x = activated(make.doubled(x, filters, kernel_size))
    x = crop(make.convolution(x, channels, 7, use_bias=True))
    return keras.Model(inputs, tanh_images(x), name=name)


def _number_of_blocks(blocks: int | None, shape: Any, edits: bool) -> int:
    if blocks is not None:
        return checked_integer("blocks", blocks, minimum=1)
    sides = shape[:2]
    large = not edits and None not in sides and min(sides) >= _LARGE
    return 9 if large else 6


def _attributes(num_attributes: int | None) -> Any:
    number = checked_integer("num_attributes", num_attributes, minimum=1)
    return keras.Input((number,), name="attributes")
