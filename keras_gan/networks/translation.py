"""Parts that networks from images to images share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras

from keras_gan.layers import (
    CropLike,
    InstanceNormalization,
    PaddingToMultiple,
    ReflectionPadding2D,
)
from keras_gan.networks.initialization import Initializers
from keras_gan.networks.validation import checked_image_shape, checked_integer
from keras_gan.utils.arguments import choice
from keras_gan.utils.tensors import shapes_agree


def halvings(
    image_shape: Sequence[int | None],
    *,
    at_most: int,
    unknown: int,
    down_to: int = 1,
) -> int:
    """How often to halve images, at least once.

    Args:
        image_shape: `(height, width, channels)`; a side may be None.
        at_most: Largest answer.
        unknown: The answer if a side is None.
        down_to: Smallest side in pixels that is left.

    Example:

    >>> halvings((28, 40, 1), at_most=8, unknown=5)
    4
    """
    sides = [side for side in image_shape[:2] if side is not None]
    if len(sides) < 2:
        return unknown
    possible = (min(sides) // down_to).bit_length() - 1
    return max(1, min(at_most, possible))


def fitted(
    images: Any, multiple: int = 1, *, at_least: int = 1
) -> tuple[Any, Callable[..., Any]]:
    """Images of a size that suits a network, and how to undo the padding.

    Args:
        images: Keras tensor `(batch, height, width, channels)`.
        multiple: What height and width must be multiples of.
        at_least: Smallest height and width.

    Returns:
        `(padded, crop)`: the images, mirrored beyond their far edges where
        they are too small, and a function that crops `x` to `scale` times the
        size of the images, `crop(x, scale=1)`.
    """
    sides = images.shape[1:3]
    if all(s and s >= at_least and s % multiple == 0 for s in sides):
        return images, lambda x, scale=1: x
    padded = PaddingToMultiple(multiple, at_least=at_least)(images)
    return padded, lambda x, scale=1: CropLike(scale)([x, images])


@dataclass(frozen=True)
class LayerMaker:
    """Makes the layers of a generator or discriminator with normalization.

    Args:
        starts: Makes the initializers.
        normalization: `"instance"`, `"batch"` or None.
        upsampling: `"transpose"`: a transposed convolution of stride 2.
            `"resize"`: each pixel is repeated, and a 3x3 convolution follows.
            It treats all pixels alike, so there is no checkerboard.
        mirrored: Whether images are mirrored beyond their edges, by
            convolutions of stride 1 and odd kernels. Otherwise zeros are
            around them.
        scale: Whether instance normalization has a trained gain.
    """

    starts: Initializers
    normalization: str | None
    upsampling: str = "transpose"
    mirrored: bool = False
    scale: bool = False

    def __post_init__(self) -> None:
        choice("normalization", self.normalization, list(_NORMALIZATIONS))
        choice("upsampling", self.upsampling, ("transpose", "resize"))

    def normalized(self, x: Any) -> Any:
        """Normalized features."""
        return _NORMALIZATIONS[self.normalization](self.scale)(x)

    def convolution(
        self,
        x: Any,
        filters: int,
        kernel_size: int,
        *,
        strides: int = 1,
        use_bias: bool | None = None,
    ) -> Any:
        """A convolution that keeps the size, or halves it by `strides=2`."""
        mirrored = self.mirrored and strides == 1
        if mirrored:
            x = ReflectionPadding2D(kernel_size // 2)(x)
        return keras.layers.Conv2D(
            filters,
            kernel_size,
            strides=strides,
            padding="valid" if mirrored else "same",
            **self.weights(use_bias),
        )(x)

    def doubled(
        self,
        x: Any,
        filters: int,
        kernel_size: int,
        *,
        use_bias: bool | None = None,
    ) -> Any:
        """Features of twice the size; `kernel_size` is for `"transpose"`."""
        if self.upsampling == "resize":
            x = keras.layers.UpSampling2D()(x)
            return self.convolution(x, filters, 3, use_bias=use_bias)
        return keras.layers.Conv2DTranspose(
            filters,
            kernel_size,
            strides=2,
            padding="same",
            **self.weights(use_bias),
        )(x)

    def weights(self, use_bias: bool | None = None) -> dict[str, Any]:
        """Options of a convolution; None: a bias where it has an effect."""
        without = self.normalization is None
        start = self.starts.he_normal() if without else self.starts.normal(0.02)
        use_bias = without if use_bias is None else use_bias
        return {"kernel_initializer": start, "use_bias": use_bias}


_NORMALIZATIONS: dict[str | None, Callable[[bool], Callable[[Any], Any]]] = {
    # The offset takes the place of the bias of the convolution before, which
    # would be without effect.
    "instance": lambda scale: InstanceNormalization(scale=scale),
    "batch": lambda scale: keras.layers.BatchNormalization(
        momentum=0.9, epsilon=1e-5
    ),
    None: lambda scale: lambda x: x,
}


def leaky(x: Any, slope: float = 0.2) -> Any:
    """LeakyReLU with a slope for negative values."""
    return keras.layers.LeakyReLU(negative_slope=slope)(x)


def source_and_images(
    image_shape: Sequence[int | None], source_shape: Sequence[int | None] | None
) -> tuple[Any, Any, Any]:
    """Inputs of a discriminator: `(inputs, source or None, images)`."""
    shape = checked_image_shape(image_shape, unknown_sides=True)
    images = keras.Input(shape, name="images")
    if source_shape is None:
        return images, None, images
    source_shape = checked_image_shape(
        source_shape, name="source_shape", unknown_sides=True
    )
    if not shapes_agree(shape[:2], source_shape[:2]):
        raise ValueError(
            "`source_shape` must have the height and width of `image_shape`, "
            "because the discriminator sees both images pixel by pixel. "
            f"Received: image_shape={shape} and source_shape={source_shape}. "
            "Resize one of them."
        )
    source = keras.Input(source_shape, name="source")
    return [source, images], source, images


def checked_channels(output_channels: int | None, shape: Any) -> int:
    """The channels of the output, by default those of the input."""
    if output_channels is None:
        return shape[-1]
    return checked_integer("output_channels", output_channels, minimum=1)


def tanh_images(x: Any, name: str | None = "images") -> Any:
    """Float32 images in [-1, 1] under every precision policy."""
    return keras.layers.Activation("tanh", dtype="float32", name=name)(x)
