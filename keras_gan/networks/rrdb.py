"""The generator of ESRGAN and Real-ESRGAN."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.layers import PixelUnshuffle
from keras_gan.networks.initialization import GENERATOR_STREAM, Initializers
from keras_gan.networks.srresnet import SMALL, STEPS, convolution3
from keras_gan.networks.translation import fitted, leaky
from keras_gan.networks.validation import checked_image_shape, checked_integer
from keras_gan.utils.arguments import choice

# RRDB enlarges by 4 and makes up for it at its input.
_RRDB_STEPS = STEPS | {1: (2, 2), 2: (2, 2)}
_UNSHUFFLED = {1: 4, 2: 2}


def rrdb_generator(
    image_shape: Sequence[int | None],
    scale: int = 4,
    *,
    width: int = 64,
    growth: int = 32,
    blocks: int = 23,
    seed: int | None = None,
    name: str = "rrdb_generator",
) -> keras.Model:
    """Builds the network of ESRGAN and Real-ESRGAN.

    Residual-in-residual dense blocks at the low resolution, then a convolution
    after each doubling by repeated pixels. A dense block has five convolutions,
    each of which sees the input and what all before it made:

    ```
    dense(x) = x + 0.2 * conv5(x, y1, ..., y4)
    rrdb(x) = x + 0.2 * dense(dense(dense(x)))
    ```

    For scales of 1 and 2 the input is first made smaller by 4 and 2, with its
    pixels as channels (`keras_gan.layers.PixelUnshuffle`), which makes the
    blocks cheaper. For a scale of 4 and 3 channels it has 16.70 million
    parameters, with 6 blocks 4.47 million.

    Args:
        image_shape: `(height, width, channels)` of the low resolution. Height
            and width may be None. For scales of 1 and 2, images whose sides do
            not divide by 4 and 2 are mirrored at the far edges and cropped
            again.
        scale: The sides of the output are `scale` times those of the input: 1,
            2, 3, 4 or 8.
        width: Channels between the blocks.
        growth: Channels that each convolution of a dense block adds.
        blocks: Number of blocks, of three dense blocks each, at least 1.
        seed: Integer that determines the initial weights, or None.
        name: Name of the model.

    Returns:
        A `keras.Model`: images `(batch, height, width, channels)` to float32
        images `(batch, scale * height, scale * width, channels)`, in [-1, 1]
        once trained on such images.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> generator = rrdb_generator((13, 17, 3), 2, width=8, growth=4, blocks=1)
    >>> generator.output_shape
    (None, 26, 34, 3)

    Reference:
        Wang et al., "ESRGAN: Enhanced Super-Resolution Generative Adversarial
        Networks", arXiv 1809.00219; for other scales: "Real-ESRGAN", arXiv
        2107.10833.
    """
    shape = checked_image_shape(image_shape, unknown_sides=True)
    scale = checked_integer("scale", scale, minimum=1)
    choice("scale", scale, _RRDB_STEPS)
    width = checked_integer("width", width, minimum=1)
    growth = checked_integer("growth", growth, minimum=1)
    blocks = checked_integer("blocks", blocks, minimum=1)
    starts = Initializers(seed, stream=GENERATOR_STREAM)
    unshuffled = _UNSHUFFLED.get(scale, 1)
    source = keras.Input(shape, name="source")
    x, crop = fitted(source, unshuffled)
    if unshuffled > 1:
        x = PixelUnshuffle(unshuffled)(x)
    x = first = convolution3(x, width, starts)
    for _ in range(blocks):
        y = x
        for _ in range(3):
            y = _plus_a_fifth(y, _dense(y, growth, starts))
        x = _plus_a_fifth(x, y)
    x = keras.layers.Add()([first, convolution3(x, width, starts)])
    for factor in _RRDB_STEPS[scale]:
        x = keras.layers.UpSampling2D(factor)(x)
        x = leaky(convolution3(x, width, starts))
    x = leaky(convolution3(x, width, starts))
    images = convolution3(
        crop(x, scale), shape[-1], starts, dtype="float32", name="images"
    )
    return keras.Model(source, images, name=name)


def _dense(x: Any, growth: int, starts: Initializers) -> Any:
    """Five convolutions, each of everything before it."""
    width = x.shape[-1]
    for _ in range(4):
        y = leaky(convolution3(x, growth, starts, SMALL))
        x = keras.layers.Concatenate()([x, y])
    return convolution3(x, width, starts, SMALL)


def _plus_a_fifth(x: Any, y: Any) -> Any:
    return keras.layers.Add()([x, keras.layers.Rescaling(0.2)(y)])
