"""The decoder of style transfer by adaptive instance normalization."""

from collections.abc import Sequence

import keras
from keras import layers

from keras_gan.layers import ReflectionPadding2D
from keras_gan.networks.initialization import GENERATOR_STREAM, Initializers
from keras_gan.networks.validation import checked_integer, checked_widths


def style_decoder(
    channels: int = 512,
    output_channels: int = 3,
    *,
    widths: Sequence[int] = (256, 128, 64),
    convolutions: Sequence[int] = (4, 2, 2),
    seed: int | None = None,
    name: str = "style_decoder",
) -> keras.Model:
    """Builds a network from features back to images, for `StyleTransfer`.

    The mirror image of VGG19 up to `block4_conv1`, with nearest-neighbor
    upsampling in place of pooling. Convolutions pad with reflection, so that
    images have no border, and nothing is normalized, which would undo the
    style.

    Args:
        channels: Channels of the features: 512 of `"vgg19"`, 240 of
            `"efficientnet_lite0"`.
        output_channels: Channels of the images.
        widths: Channels at each doubled resolution, from the coarsest. The
            images are `2 ** len(widths)` times as large as the feature map.
        convolutions: Number of convolutions at each doubled resolution. The
            last of each has the width of the next.
        seed: Integer that determines the initial weights, or None.
        name: Name of the model.

    Returns:
        A `keras.Model`: features `(batch, height, width, channels)` of any size
        from 2 up to float32 images, `2 ** len(widths)` times as large. They are
        not bounded: `StyleTransfer` clips them to [-1, 1].

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> decoder = style_decoder(240)
    >>> tuple(decoder(np.zeros((1, 4, 4, 240))).shape)
    (1, 32, 32, 3)

    Reference:
        Huang and Belongie, "Arbitrary Style Transfer in Real-time with Adaptive
        Instance Normalization", arXiv 1703.06868.
    """
    channels = checked_integer("channels", channels, minimum=1)
    output_channels = checked_integer(
        "output_channels", output_channels, minimum=1
    )
    widths = checked_widths("widths", widths)
    counts = checked_widths("convolutions", convolutions, length=len(widths))
    initializers = Initializers(seed, stream=GENERATOR_STREAM)

    def convolved(x, filters, activation="relu", dtype=None):
        return layers.Conv2D(
            filters,
            3,
            activation=activation,
            kernel_initializer=initializers.he_normal(),
            dtype=dtype,
        )(ReflectionPadding2D(1)(x))

    features = keras.Input((None, None, channels), name="features")
    x = convolved(features, widths[0])
    following = [*widths[1:], None]
    for width, count, after in zip(widths, counts, following, strict=True):
        x = layers.UpSampling2D(data_format="channels_last")(x)
        for _ in range(count - 1):
            x = convolved(x, width)
        if after is not None:
            x = convolved(x, after)
    images = convolved(x, output_channels, activation=None, dtype="float32")
    return keras.Model(features, images, name=name)
