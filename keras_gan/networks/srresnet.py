"""The generator of SRGAN, in its form without normalization."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.layers import BilinearUpsampling2D, PixelShuffle
from keras_gan.networks.initialization import GENERATOR_STREAM, Initializers
from keras_gan.networks.translation import leaky
from keras_gan.networks.validation import checked_image_shape, checked_integer
from keras_gan.utils.arguments import choice

# Factors by which the image grows, one step after the other.
STEPS = {1: (), 2: (2,), 3: (3,), 4: (2, 2), 8: (2, 2, 2)}
# Residual branches start this much smaller than He et al. propose.
SMALL = 0.1 * 2**0.5
_SLOPE = 0.1


def srresnet_generator(
    image_shape: Sequence[int | None],
    scale: int = 4,
    *,
    width: int = 64,
    blocks: int = 16,
    seed: int | None = None,
    name: str = "srresnet_generator",
) -> keras.Model:
    """Builds MSRResNet, the residual network of SRGAN without normalization.

    Residual blocks at the low resolution, then a convolution and a pixel
    shuffle for each doubling; bilinear interpolation of the input is added to
    the output, so that the network only learns the difference. For a scale of
    4 and 3 channels it has 1.518 million parameters.

    Args:
        image_shape: `(height, width, channels)` of the low resolution. Height
            and width may be None.
        scale: The sides of the output are `scale` times those of the input: 1,
            2, 3, 4 or 8.
        width: Channels of all hidden layers.
        blocks: Number of residual blocks, at least 1.
        seed: Integer that determines the initial weights, or None.
        name: Name of the model.

    Returns:
        A `keras.Model`: images `(batch, height, width, channels)` to float32
        images `(batch, scale * height, scale * width, channels)`, in [-1, 1]
        once trained on such images.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> generator = srresnet_generator((12, 16, 3), scale=2, width=8, blocks=2)
    >>> generator.output_shape
    (None, 24, 32, 3)

    Reference:
        Ledig et al., "Photo-Realistic Single Image Super-Resolution Using a
        Generative Adversarial Network", arXiv 1609.04802; without
        normalization: Wang et al., "ESRGAN", arXiv 1809.00219.
    """
    shape = checked_image_shape(image_shape, unknown_sides=True)
    scale = checked_integer("scale", scale, minimum=1)
    choice("scale", scale, STEPS)
    width = checked_integer("width", width, minimum=1)
    blocks = checked_integer("blocks", blocks, minimum=1)
    starts = Initializers(seed, stream=GENERATOR_STREAM)
    source = keras.Input(shape, name="source")
    x = leaky(convolution3(source, width, starts, SMALL), _SLOPE)
    for _ in range(blocks):
        y = keras.layers.ReLU()(convolution3(x, width, starts, SMALL))
        y = convolution3(y, width, starts, SMALL)
        x = keras.layers.Add()([x, y])
    for factor in STEPS[scale]:
        x = convolution3(x, width * factor**2, starts, SMALL)
        x = leaky(PixelShuffle(factor)(x), _SLOPE)
    x = leaky(convolution3(x, width, starts, SMALL), _SLOPE)
    x = convolution3(x, shape[-1], starts, SMALL, dtype="float32")
    base = BilinearUpsampling2D(scale, dtype="float32")(source)
    images = keras.layers.Add(dtype="float32", name="images")([x, base])
    return keras.Model(source, images, name=name)


def convolution3(
    x: Any,
    filters: int,
    starts: Initializers,
    gain: float = 1.0,
    **options: Any,
) -> Any:
    """A 3x3 convolution, without activation.

    Args:
        x: Keras tensor `(batch, height, width, channels)`.
        filters: Channels of the output.
        starts: Makes the initializer.
        gain: Of the initial weights.
        options: Further arguments of `keras.layers.Conv2D`.
    """
    return keras.layers.Conv2D(
        filters,
        3,
        padding="same",
        kernel_initializer=starts.fan_in_normal(gain),
        **options,
    )(x)
