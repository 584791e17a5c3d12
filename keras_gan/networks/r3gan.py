"""Residual networks without normalization, based on R3GAN."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.layers import (
    LearnedBasis,
    LearnedPooling,
    LowPassResampling2D,
)
from keras_gan.networks.initialization import (
    DISCRIMINATOR_STREAM,
    GENERATOR_STREAM,
    Initializers,
)
from keras_gan.networks.inputs_and_heads import (
    LATENT_DIM,
    image_inputs,
    latent_inputs,
    logits_of,
)
from keras_gan.networks.residual import residual_stages, with_channels
from keras_gan.networks.spatial import doubling_widths, spatial_plan
from keras_gan.networks.validation import (
    checked_image_shape,
    checked_integer,
    checked_num_classes,
    checked_widths,
)


def r3gan_generator(
    image_shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    num_classes: int | None = None,
    width: int | Sequence[int] | None = None,
    blocks: int = 1,
    groups: int = 1,
    expansion: int = 1,
    seed: int | None = None,
) -> keras.Model:
    """Builds a residual generator without normalization.

    A learned basis of 4 to 7 pixels per side, scaled by a linear map of the
    latents, passes through stages of residual blocks. Low-pass filters double
    its size between stages, and a 1x1 convolution makes the image, without
    tanh. A block is

    ```
    x + conv1x1(act(conv3x3(act(conv1x1(x) + bias)) + bias))
    ```

    with LeakyReLU (slope 0.2). The last convolution is initialized with zeros,
    so each block starts as the identity. The paper's CIFAR-10 network is
    `width=(768,) * 4, blocks=2, groups=96, expansion=2`; the defaults here
    are small enough for a CPU, where the second derivatives of grouped
    convolutions are slow.

    Args:
        image_shape: `(height, width, channels)`, of any size, square or not.
        latent_dim: Length of the latent vectors.
        num_classes: Number of classes of a conditional generator, at least 2.
            None: unconditional.
        width: Channels of the finest stage, doubling up to 8 times as many at
            coarser ones; or one integer for each stage, from the coarsest to
            the finest. None: 32 for images with sides below 16
            pixels, 16 above.
        blocks: Residual blocks in each stage.
        groups: Groups of the 3x3 convolutions.
        expansion: The inner width of a block is `expansion` times its outer.
        seed: Integer that determines the initial weights, or None.

    Returns:
        A `keras.Model`: latents `(batch, latent_dim)`, or `[latents, labels]`
        with integer labels `(batch,)`, to float32 images
        `(batch, *image_shape)`, in [-1, 1] once trained on such images.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> generator = r3gan_generator((28, 28, 1), width=8)
    >>> generator.output_shape
    (None, 28, 28, 1)

    Reference:
        Huang et al., "The GAN is dead; long live the GAN!", arXiv 2501.05441.
    """
    image_shape = checked_image_shape(image_shape)
    latent_dim = checked_integer("latent_dim", latent_dim, minimum=1)
    num_classes = checked_num_classes(num_classes)
    initializers = Initializers(seed, stream=GENERATOR_STREAM)
    stages = _stages(image_shape, width)
    residual_blocks = residual_stages(
        blocks=blocks,
        groups=groups,
        expansion=expansion,
        num_stages=len(stages),
        initializers=initializers,
    )
    inputs, x = latent_inputs(latent_dim, num_classes, initializers)
    size, channels = stages[0]
    x = keras.layers.Dense(
        channels,
        use_bias=False,
        kernel_initializer=initializers.fan_in_normal(1.0),
    )(x)
    x = LearnedBasis(size, basis_initializer=initializers.normal(1.0))(x)
    x = residual_blocks(x)
    for size, channels in stages[1:]:
        # Channels are reduced before upsampling, which is cheaper.
        x = with_channels(x, channels, initializers)
        x = LowPassResampling2D(size)(x)
        x = residual_blocks(x)
    images = keras.layers.Conv2D(
        image_shape[-1],
        1,
        use_bias=False,
        kernel_initializer=initializers.fan_in_normal(1.0),
        dtype="float32",
        name="images",
    )(x)
    return keras.Model(inputs, images, name="r3gan_generator")


def r3gan_discriminator(
    image_shape: Sequence[int],
    *,
    num_classes: int | None = None,
    width: int | Sequence[int] | None = None,
    blocks: int = 1,
    groups: int = 1,
    expansion: int = 1,
    seed: int | None = None,
) -> keras.Model:
    """Builds a residual discriminator without normalization.

    The mirror image of `r3gan_generator`: a 1x1 convolution, stages of
    residual blocks with low-pass halving between them, a learned weighted sum
    over the coarsest map, and a linear layer. Conditional:
    logits = linear(h) + <embed(y), h>.

    Args:
        image_shape: `(height, width, channels)`, of any size, square or not.
        num_classes: Number of classes of a conditional discriminator, at
            least 2. None: unconditional.
        width: As in `r3gan_generator`: channels of the finest stage, or one
            integer for each stage from the coarsest to the finest.
        blocks: Residual blocks in each stage.
        groups: Groups of the 3x3 convolutions.
        expansion: The inner width of a block is `expansion` times its outer.
        seed: Integer that determines the initial weights, or None.

    Returns:
        A `keras.Model`: images `(batch, *image_shape)`, or
        `[images, labels]`, to float32 logits `(batch, 1)`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> discriminator = r3gan_discriminator((28, 28, 1), width=8)
    >>> discriminator.output_shape
    (None, 1)

    Reference:
        Huang et al., "The GAN is dead; long live the GAN!", arXiv 2501.05441.
    """
    image_shape = checked_image_shape(image_shape)
    num_classes = checked_num_classes(num_classes)
    initializers = Initializers(seed, stream=DISCRIMINATOR_STREAM)
    stages = _stages(image_shape, width)[::-1]
    residual_blocks = residual_stages(
        blocks=blocks,
        groups=groups,
        expansion=expansion,
        num_stages=len(stages),
        initializers=initializers,
    )
    inputs, x, labels = image_inputs(image_shape, num_classes)
    x = with_channels(x, stages[0][1], initializers)
    x = residual_blocks(x)
    for size, channels in stages[1:]:
        x = LowPassResampling2D(size)(x)
        x = with_channels(x, channels, initializers)
        x = residual_blocks(x)
    height, map_width = stages[-1][0]
    x = LearnedPooling(
        kernel_initializer=initializers.normal((height * map_width) ** -0.5)
    )(x)
    logits = logits_of(
        x,
        labels,
        num_classes=num_classes,
        kernel_initializer=initializers.fan_in_normal(1.0),
        embeddings_initializer=initializers.normal(x.shape[-1] ** -0.5),
        use_bias=False,
    )
    return keras.Model(inputs, logits, name="r3gan_discriminator")


def r3gan(
    image_shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    num_classes: int | None = None,
    width: int | Sequence[int] | None = None,
    blocks: int = 1,
    groups: int = 1,
    expansion: int = 1,
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Builds a matching R3GAN generator and discriminator.

    The arguments are those of `r3gan_generator`, for both networks.

    Args:
        image_shape: `(height, width, channels)`, of any size, square or not.
        latent_dim: Length of the latent vectors.
        num_classes: Number of classes, at least 2, or None.
        width: Channels of the finest stage, or one integer for each stage
            from the coarsest to the finest, or None.
        blocks: Residual blocks in each stage.
        groups: Groups of the 3x3 convolutions.
        expansion: The inner width of a block is `expansion` times its outer.
        seed: Integer that determines the initial weights, or None.

    Returns:
        `(generator, discriminator)`, for `GAN(*r3gan(...))`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> generator, discriminator = r3gan((8, 8, 1), width=8)
    >>> generator.output_shape == discriminator.input_shape
    True

    Reference:
        Huang et al., "The GAN is dead; long live the GAN!", arXiv 2501.05441.
    """
    shared: dict[str, Any] = {
        "num_classes": num_classes,
        "width": width,
        "blocks": blocks,
        "groups": groups,
        "expansion": expansion,
        "seed": seed,
    }
    generator = r3gan_generator(image_shape, latent_dim=latent_dim, **shared)
    discriminator = r3gan_discriminator(image_shape, **shared)
    return generator, discriminator


def _stages(
    image_shape: tuple[int, ...], width: int | Sequence[int] | None
) -> list[tuple[tuple[int, int], int]]:
    """`((height, width), channels)` of each stage, the coarsest first."""
    plan = spatial_plan(*image_shape[:2])
    if width is None:
        width = _default_width(max(image_shape[:2]))
    if isinstance(width, (tuple, list)):
        widths = checked_widths("width", width, length=len(plan))
        return list(zip(plan, widths, strict=True))
    width = checked_integer("width", width, minimum=1)
    return list(zip(plan, doubling_widths(width, len(plan)), strict=True))


def _default_width(side: int) -> int:
    # The largest of 16, 32, 48 and 64 that is usable on a CPU. With R1 and R2,
    # batches of 64 and two busy cores, 32 reached up to 17 steps per second on
    # 8x8x1 images (48 reached 8), and 16 up to 4.6 on 28x28x1 images (32
    # reached 1.2).
    return 32 if side < 16 else 16
