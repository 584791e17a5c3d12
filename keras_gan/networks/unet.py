"""The generator of pix2pix."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.networks.initialization import GENERATOR_STREAM, Initializers
from keras_gan.networks.spatial import doubling_widths
from keras_gan.networks.translation import (
    LayerMaker,
    checked_channels,
    fitted,
    halvings,
    leaky,
    tanh_images,
)
from keras_gan.networks.validation import checked_image_shape, checked_integer
from keras_gan.utils.arguments import number_in


def unet_generator(
    image_shape: Sequence[int | None],
    output_channels: int | None = None,
    *,
    width: int = 64,
    depth: int | None = None,
    normalization: str | None = "instance",
    dropout: float = 0.5,
    upsampling: str = "transpose",
    seed: int | None = None,
    name: str = "unet_generator",
) -> keras.Model:
    """Builds the U-Net of pix2pix, from images to images of the same size.

    Convolutions of stride 2 halve the image `depth` times, transposed
    convolutions double it again. Each finds what the encoder saw at the same
    size beside the output of the layer before, so that edges stay where they
    are. It suits pairs whose pixels correspond: edges and photographs, labels
    and scenes, gray and color.

    The paper's network for 256 pixels is `normalization="batch"`, with 54.41
    million parameters; that for 128 pixels has 41.83 million. Its batches had
    one image, of which batch normalization is the same as instance
    normalization.

    Args:
        image_shape: `(height, width, channels)` of the source. Height and
            width may be None. Images whose sides are not multiples of
            `2 ** depth` are mirrored at the far edges and cropped again.
        output_channels: Channels of the output. None: those of the source.
        width: Channels of the first layer; deeper ones have up to 8 times as
            many.
        depth: How often the image is halved, at least 1. None: as often as the
            smaller side allows, at most 8 times, and 5 times if it is unknown.
        normalization: `"instance"` (each image by itself), `"batch"` or None.
        dropout: Share of features dropped while training, in [0, 1), in up to
            three layers of the decoder: as many as `depth` exceeds 4 by.
        upsampling: `"transpose"` for transposed convolutions as in the paper,
            or `"resize"` for repeated pixels and a 3x3 convolution, which
            avoids checkerboard patterns.
        seed: Integer that determines the initial weights and the dropout, or
            None.
        name: Name of the model.

    Returns:
        A `keras.Model`: images `(batch, height, width, channels)` to float32
        images `(batch, height, width, output_channels)` in [-1, 1].

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> generator = unet_generator((13, 17, 1), output_channels=3, width=8)
    >>> generator.output_shape
    (None, 13, 17, 3)

    Reference:
        Isola et al., "Image-to-Image Translation with Conditional Adversarial
        Networks", arXiv 1611.07004.
    """
    shape = checked_image_shape(image_shape, unknown_sides=True)
    channels = checked_channels(output_channels, shape)
    width = checked_integer("width", width, minimum=1)
    if depth is None:
        depth = halvings(shape, at_most=8, unknown=5)
    depth = checked_integer("depth", depth, minimum=1)
    dropout = number_in("dropout", dropout, "[0, 1)")
    starts = Initializers(seed, stream=GENERATOR_STREAM)
    make = LayerMaker(starts, normalization, upsampling)
    source = keras.Input(shape, name="source")
    x, crop = fitted(source, 2**depth)
    maps = _encoded(x, doubling_widths(width, depth)[::-1], make)
    x = maps.pop()
    for level in range(depth - 1):
        x = make.doubled(keras.layers.ReLU()(x), maps[-1].shape[-1], 4)
        x = make.normalized(x)
        if dropout and level < min(3, depth - 4):
            x = keras.layers.Dropout(dropout, seed=starts.next_seed())(x)
        x = keras.layers.Concatenate()([maps.pop(), x])
    x = make.doubled(keras.layers.ReLU()(x), channels, 4, use_bias=True)
    return keras.Model(source, tanh_images(crop(x)), name=name)


def _encoded(x: Any, widths: Sequence[int], make: LayerMaker) -> list[Any]:
    """The feature maps of an encoder, before activation, finest first."""
    maps: list[Any] = []
    for level, filters in enumerate(widths):
        x = leaky(x) if level else x
        x = make.convolution(x, filters, 4, strides=2)
        # The coarsest map may have a single pixel, which would become 0.
        if 0 < level < len(widths) - 1:
            x = make.normalized(x)
        maps.append(x)
    return maps
