"""Networks that fill holes in images."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.layers import GatedActivation, PasteKnownPixels
from keras_gan.networks.initialization import (
    DISCRIMINATOR_STREAM,
    GENERATOR_STREAM,
    Initializers,
)
from keras_gan.networks.inputs_and_heads import normalized
from keras_gan.networks.spatial import doubling_widths
from keras_gan.networks.translation import (
    fitted,
    halvings,
    leaky,
    source_and_images,
    tanh_images,
)
from keras_gan.networks.validation import checked_image_shape, checked_integer


def gated_unet_generator(
    image_shape: Sequence[int | None],
    *,
    width: int = 32,
    depth: int | None = None,
    seed: int | None = None,
    name: str = "gated_unet_generator",
) -> keras.Model:
    """Builds a U-Net of gated convolutions that fills holes in images.

    Each convolution makes features and gates for them
    (`keras_gan.layers.GatedActivation`), so that it can ignore what is in a
    hole. Convolutions of stride 2 halve the image, repeated pixels double it,
    and features of the encoder are concatenated. The pixels outside the hole
    come back bit for bit, whatever the precision policy.

    Args:
        image_shape: `(height, width, channels + 1)` of the source: an image
            whose hole is 0, and as last channel the mask, 1 in the hole and 0
            elsewhere. Height and width may be None. Images whose sides are not
            multiples of `2 ** depth` are mirrored at the far edges and cropped
            again.
        width: Channels of the first layer; deeper ones have up to 4 times as
            many.
        depth: How often the image is halved, at least 1. None: until the
            smaller side is 4 to 8 pixels, at most 6 times, and 4 times if it is
            unknown. The larger the holes, the deeper the network must be.
        seed: Integer that determines the initial weights, or None.
        name: Name of the model.

    Returns:
        A `keras.Model`: sources `(batch, height, width, channels + 1)` to
        float32 images `(batch, height, width, channels)`, in the hole in
        [-1, 1] and elsewhere those of the source.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> generator = gated_unet_generator((28, 28, 2), width=4)
    >>> generator.output_shape
    (None, 28, 28, 1)

    Reference:
        Yu et al., "Free-Form Image Inpainting with Gated Convolution",
        arXiv 1806.03589.
    """
    shape = _checked_source_shape("image_shape", image_shape)
    width = checked_integer("width", width, minimum=1)
    if depth is None:
        depth = halvings(shape, at_most=6, unknown=4, down_to=4)
    depth = checked_integer("depth", depth, minimum=1)
    starts = Initializers(seed, stream=GENERATOR_STREAM)
    widths = doubling_widths(width, depth + 1, largest_factor=4)[::-1]
    source = keras.Input(shape, name="source")
    x, crop = fitted(source, 2**depth)
    x = _gated(x, width, 5, starts)
    skips = []
    for filters in widths[1:]:
        skips.append(x)
        x = _gated(x, filters, 3, starts, strides=2)
        x = _gated(x, filters, 3, starts)
    for filters in reversed(widths[:-1]):
        x = keras.layers.UpSampling2D()(x)
        x = keras.layers.Concatenate()([skips.pop(), x])
        x = _gated(x, filters, 3, starts)
    x = keras.layers.Conv2D(
        shape[-1] - 1,
        3,
        padding="same",
        kernel_initializer=starts.glorot_uniform(),
    )(x)
    filled = tanh_images(crop(x), name=None)
    images = PasteKnownPixels(name="images")([filled, source])
    return keras.Model(source, images, name=name)


def sn_patch_discriminator(
    image_shape: Sequence[int | None],
    source_shape: Sequence[int | None],
    *,
    width: int = 64,
    depth: int | None = None,
    seed: int | None = None,
    name: str = "sn_patch_discriminator",
) -> keras.Model:
    """Builds the discriminator of gated convolution, SN-PatchGAN.

    It sees an image and the mask of the hole. Up to six convolutions of 5x5
    and stride 2 with LeakyReLU (slope 0.2) between them, each kernel divided
    by its largest singular value. Every channel at every position of the last
    map is a logit, each of which sees most of the image.

    Args:
        image_shape: `(height, width, channels)` of the images. Height and
            width may be None.
        source_shape: `(height, width, channels + 1)` of the source of
            `gated_unet_generator`, of which the last channel is the mask. The
            others are not used.
        width: Channels of the first layer; later layers have up to 4 times as
            many.
        depth: Number of convolutions, at least 1. None: until the smaller side
            is 4 to 8 pixels, and 6 at most or if it is unknown.
        seed: Integer that determines the initial weights, or None.
        name: Name of the model.

    Returns:
        A `keras.Model`: `[source, images]` to float32 logits `(batch, rows,
        columns, channels)`, for the hinge loss in the paper.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> discriminator = sn_patch_discriminator((64, 64, 3), (64, 64, 4))
    >>> discriminator.output_shape
    (None, 4, 4, 256)

    Reference:
        Yu et al., "Free-Form Image Inpainting with Gated Convolution",
        arXiv 1806.03589.
    """
    source_shape = _checked_source_shape("source_shape", source_shape)
    inputs, source, images = source_and_images(image_shape, source_shape)
    width = checked_integer("width", width, minimum=1)
    if depth is None:
        depth = halvings(source_shape, at_most=6, unknown=6, down_to=4)
    depth = checked_integer("depth", depth, minimum=1)
    starts = Initializers(seed, stream=DISCRIMINATOR_STREAM)
    x = keras.layers.Concatenate()([images, source[..., -1:]])
    widths = doubling_widths(width, depth, largest_factor=4)[::-1]
    for layer, filters in enumerate(widths, start=1):
        last = layer == depth
        head = {"dtype": "float32", "name": "logits"} if last else {}
        convolution = keras.layers.Conv2D(
            filters,
            5,
            strides=2,
            padding="same",
            kernel_initializer=starts.he_normal(),
            **head,
        )
        x = normalized(convolution, True)(x)
        x = x if last else leaky(x)
    return keras.Model(inputs, x, name=name)


def _gated(
    x: Any,
    filters: int,
    kernel_size: int,
    starts: Initializers,
    *,
    strides: int = 1,
) -> Any:
    """A gated convolution."""
    x = keras.layers.Conv2D(
        2 * filters,
        kernel_size,
        strides=strides,
        padding="same",
        kernel_initializer=starts.he_normal(),
    )(x)
    return GatedActivation()(x)


def _checked_source_shape(name: str, shape: Sequence[int | None]) -> Any:
    """The shape of images and masks, which has two channels at least."""
    checked = checked_image_shape(shape, name=name, unknown_sides=True)
    if checked[-1] < 2:
        raise ValueError(
            f"`{name}` must have the channels of the images and one more, the "
            f"mask of the hole. Received: {name}={checked}. Append the mask "
            f"to the images: {(*checked[:2], checked[-1] + 1)}."
        )
    return checked
