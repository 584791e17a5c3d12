"""Discriminators that score patches of images."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.networks.initialization import (
    DISCRIMINATOR_STREAM,
    Initializers,
)
from keras_gan.networks.inputs_and_heads import normalized
from keras_gan.networks.spatial import doubling_widths
from keras_gan.networks.translation import (
    LayerMaker,
    fitted,
    leaky,
    source_and_images,
)
from keras_gan.networks.validation import checked_integer
from keras_gan.utils.arguments import is_integer

# Of n convolutions of stride 2: 9 * 2**n - 2. More than the largest needs
# images of over a thousand pixels.
RECEPTIVE_FIELDS = (1, *(9 * 2**n - 2 for n in range(8)))


def patch_discriminator(
    image_shape: Sequence[int | None],
    source_shape: Sequence[int | None] | None = None,
    *,
    width: int = 64,
    receptive_field: int | None = None,
    normalization: str | None = "instance",
    spectral_normalization: bool = False,
    seed: int | None = None,
    name: str = "patch_discriminator",
) -> keras.Model:
    """Builds the PatchGAN discriminator, which scores overlapping patches.

    Convolutions of stride 2, one of stride 1 and another that makes the
    logits, all with 4x4 kernels and LeakyReLU (slope 0.2) between them. Each
    logit sees a square of `receptive_field` pixels per side. The network judges
    texture and detail and leaves the layout to the other losses; it has few
    parameters and takes images of every size.

    For a receptive field of 70 and batch normalization it has 2.769 million
    parameters with a source (6 channels in all), and 2.765 million with
    instance normalization without a source: the discriminators of pix2pix and
    CycleGAN.

    Args:
        image_shape: `(height, width, channels)` of the images. Height and
            width may be None. Images too small for one logit are mirrored at
            the far edges.
        source_shape: The same of the source that the images are translated
            from, for a discriminator that sees both. None: it sees the images
            alone.
        width: Channels of the first layer; later layers have up to 8 times as
            many.
        receptive_field: Side in pixels of the patch that a logit sees: 1 (each
            pixel by itself), 7, 16, 34, 70, 142, 286, 574 or 1150. None: the
            smallest of 16, 34 and 70 that spans the image, or 70.
        normalization: `"instance"` (each image by itself), `"batch"` or None.
            The first and the last layer have none. Gradient penalties need
            scores that depend on one image only, so not `"batch"`.
        spectral_normalization: Whether to divide each kernel by its largest
            singular value, usually with `normalization=None`.
        seed: Integer that determines the initial weights, or None.
        name: Name of the model.

    Returns:
        A `keras.Model`: images `(batch, height, width, channels)`, or
        `[source, images]`, to float32 logits `(batch, rows, columns, 1)`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> discriminator = patch_discriminator((256, 256, 3), width=8)
    >>> discriminator.output_shape
    (None, 30, 30, 1)

    Reference:
        Isola et al., "Image-to-Image Translation with Conditional Adversarial
        Networks", arXiv 1611.07004.
    """
    inputs, source, x = source_and_images(image_shape, source_shape)
    width = checked_integer("width", width, minimum=1)
    plan = _kernels_and_strides(_receptive_field(receptive_field, x.shape))
    widths = [*doubling_widths(width, len(plan) - 1)[::-1], 1]
    starts = Initializers(seed, stream=DISCRIMINATOR_STREAM)
    make = LayerMaker(starts, normalization)
    if source is not None:
        x = keras.layers.Concatenate()([source, x])
    x, _ = fitted(x, at_least=_smallest_side(plan))
    for layer, (kernel_size, strides) in enumerate(plan):
        last = layer == len(plan) - 1
        outer = layer == 0 or last
        # One pixel of padding on each side, as in the paper: kernels of 4x4
        # and stride 1 make the image smaller by one pixel.
        if strides == 1 and kernel_size > 1:
            x = keras.layers.ZeroPadding2D(1)(x)
        convolution = keras.layers.Conv2D(
            widths[layer],
            kernel_size,
            strides=strides,
            padding="valid" if strides == 1 else "same",
            **make.weights(use_bias=outer or None),
            **({"dtype": "float32", "name": "logits"} if last else {}),
        )
        x = normalized(convolution, spectral_normalization)(x)
        x = x if last else leaky(x if outer else make.normalized(x))
    return keras.Model(inputs, x, name=name)


def _receptive_field(receptive_field: int | None, shape: Any) -> int:
    if receptive_field is None:
        _, height, width, _ = shape
        side = 70 if None in (height, width) else max(height, width)
        return next((field for field in (16, 34) if field >= side), 70)
    known = is_integer(receptive_field) and receptive_field in RECEPTIVE_FIELDS
    if not known:
        raise ValueError(
            "`receptive_field` must be one of "
            f"{', '.join(map(str, RECEPTIVE_FIELDS))}: these sizes result from "
            "convolutions of 4x4. Received: "
            f"receptive_field={receptive_field!r}. Choose the nearest."
        )
    return receptive_field


def _kernels_and_strides(receptive_field: int) -> list[tuple[int, int]]:
    """Kernel size and stride of each layer."""
    if receptive_field == 1:
        return [(1, 1)] * 3
    num_strided = ((receptive_field + 2) // 9).bit_length() - 1
    return [(4, 2)] * num_strided + [(4, 1)] * 2


def _smallest_side(plan: list[tuple[int, int]]) -> int:
    """The smallest side that leaves one logit."""
    num_strided = sum(stride == 2 for _, stride in plan)
    return 1 if plan[0] == (1, 1) else 2 ** (num_strided + 1) + 1
