"""Networks with additive attention, based on LadaGAN."""

import math
from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.layers import PixelShuffle, PixelUnshuffle
from keras_gan.networks.initialization import (
    DISCRIMINATOR_STREAM,
    GENERATOR_STREAM,
    Initializers,
)
from keras_gan.networks.inputs_and_heads import image_inputs, latent_inputs
from keras_gan.networks.ladagan_blocks import (
    HEADS,
    block,
    convolution,
    dense,
    downsampled,
    kernel_side,
    modulated_block,
    plan_of,
    size_of_logits,
    with_positions,
)
from keras_gan.networks.recipe import Recipe
from keras_gan.networks.validation import (
    checked_image_shape,
    checked_integer,
    checked_num_classes,
)
from keras_gan.penalties import R1

LATENT_DIM = 128
# Of the squared gradient of the sum of an image's logits.
_PENALTY = 0.01


def ladagan_generator(
    image_shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    num_classes: int | None = None,
    width: int = 64,
    seed: int | None = None,
) -> keras.Model:
    """Builds a generator of three blocks of additive attention.

    A linear map of the latents, blocks at three sizes with pixel shuffling and
    a convolution between them, and a last convolution. Images of more than 32
    pixels are made by another pixel shuffle. A block is

    ```
    y = x + attention(norm(x, z)),   block(x) = mlp(norm(y, z))
    ```

    where `norm` is a layer normalization whose gain and offset depend on the
    latents z. As in the reference code the mlp has no residual.

    Args:
        image_shape: `(height, width, channels)`; both sides are divisible by
            4, above 32 pixels by 8, above 64 by 16, and so on.
        latent_dim: Length of the latent vectors.
        num_classes: Number of classes of a conditional generator, at least 2.
            None: unconditional.
        width: Channels of the finest block, a multiple of 4; the coarser ones
            have 4 and 16 times as many.
        seed: Integer that determines the initial weights, or None.

    Returns:
        A `keras.Model`: latents `(batch, latent_dim)`, or `[latents, labels]`
        with integer labels `(batch,)`, to float32 images
        `(batch, *image_shape)`, in [-1, 1] once trained on such images.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> ladagan_generator((28, 28, 1), width=4).output_shape
    (None, 28, 28, 1)

    Reference:
        Morales-Juarez and Fuentes-Pineda, "Efficient generative adversarial
        networks using linear additive-attention Transformers", arXiv
        2401.09596.
    """
    image_shape = checked_image_shape(image_shape)
    latent_dim = checked_integer("latent_dim", latent_dim, minimum=1)
    num_classes = checked_num_classes(num_classes)
    (height, map_width), patch = plan_of(image_shape, width)
    initializers = Initializers(seed, stream=GENERATOR_STREAM)
    inputs, z = latent_inputs(latent_dim, num_classes, initializers)
    coarsest = (height // 4, map_width // 4, 16 * width)
    x = dense(
        coarsest[0] * coarsest[1] * coarsest[2], initializers, use_bias=False
    )(z)
    x = keras.layers.Reshape(coarsest)(x)
    for channels in (4 * width, width, None):
        x = with_positions(x, initializers)
        x = modulated_block(x, z, 8 * width, HEADS, initializers)
        if channels is not None:
            x = PixelShuffle(2)(x)
            x = convolution(channels, 3, initializers)(x)
    if patch > 1:
        x = PixelShuffle(patch)(x)
    images = convolution(
        image_shape[-1], 3, initializers, dtype="float32", name="images"
    )(x)
    return keras.Model(inputs, images, name="ladagan_generator")


def ladagan_discriminator(
    image_shape: Sequence[int],
    *,
    num_classes: int | None = None,
    width: int = 64,
    normalization: str = "layer",
    seed: int | None = None,
) -> keras.Model:
    """Builds a discriminator of convolutions and one block of attention.

    Residual convolutions halve the image to at most 16 pixels, a block of
    additive attention (with both residuals) follows, then pixel unshuffling
    and convolutions. The logit is the mean of a map of logits, which
    the reference code gives to the loss one by one. Conditional: the mean of
    the products of the features with an embedding of the label is added.

    Args:
        image_shape: As in `ladagan_generator`.
        num_classes: Number of classes of a conditional discriminator, at
            least 2. None: unconditional.
        width: As in `ladagan_generator`; features have up to 16 times as many
            channels.
        normalization: `"layer"` (each sample by itself), or `"batch"` as in
            the paper, which does not work with gradient penalties.
        seed: Integer that determines the initial weights, or None.

    Returns:
        A `keras.Model`: images `(batch, *image_shape)`, or
        `[images, labels]`, to float32 logits `(batch, 1)`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> ladagan_discriminator((28, 28, 1), width=4).output_shape
    (None, 1)

    Reference:
        Morales-Juarez and Fuentes-Pineda, "Efficient generative adversarial
        networks using linear additive-attention Transformers", arXiv
        2401.09596.
    """
    image_shape = checked_image_shape(image_shape)
    num_classes = checked_num_classes(num_classes)
    _, patch = plan_of(image_shape, width)
    initializers = Initializers(seed, stream=DISCRIMINATOR_STREAM)
    inputs, x, labels = image_inputs(image_shape, num_classes)
    widths = [2 * width // patch]
    while widths[-1] < 4 * width:
        widths.append(2 * widths[-1])
    x = convolution(widths[0], 3, initializers, use_bias=False)(x)
    x = keras.layers.LeakyReLU(negative_slope=0.2)(x)
    for channels in widths[1:]:
        x = downsampled(x, channels, normalization, initializers)
    x = with_positions(x, initializers)
    x = block(x, 8 * width, HEADS, initializers)
    x = PixelUnshuffle(2)(x)
    x = convolution(8 * width, 3, initializers)(x)
    x = convolution(16 * width, 1, initializers, use_bias=False)(x)
    x = keras.layers.LeakyReLU(negative_slope=0.2)(x)
    logits = _mean_logits(x, labels, num_classes, initializers)
    return keras.Model(inputs, logits, name="ladagan_discriminator")


def _mean_logits(
    x: Any, labels: Any, num_classes: int | None, initializers: Initializers
) -> Any:
    """The mean of a map of logits, with a projection of the labels."""
    _, height, width, _ = x.shape
    kernel = (kernel_side(height), kernel_side(width))
    logits = convolution(
        1, kernel, initializers,
        use_bias=False, padding="valid", dtype="float32",
    )(x)  # fmt: skip
    logits = keras.layers.GlobalAveragePooling2D(dtype="float32")(logits)
    if labels is None:
        return logits
    features = keras.layers.GlobalAveragePooling2D(dtype="float32")(x)
    embedding = keras.layers.Embedding(
        num_classes,
        features.shape[-1],
        embeddings_initializer=initializers.normal(features.shape[-1] ** -0.5),
        dtype="float32",
        name="label_embedding",
    )(labels)
    projection = keras.layers.Dot(axes=1, dtype="float32")(
        [embedding, features]
    )
    return keras.layers.Add(dtype="float32")([logits, projection])


def ladagan(
    image_shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    num_classes: int | None = None,
    width: int = 64,
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Builds a matching LadaGAN generator and discriminator.

    The arguments are those of `ladagan_generator`, for both networks.

    Args:
        image_shape: `(height, width, channels)`; see `ladagan_generator`.
        latent_dim: Length of the latent vectors.
        num_classes: Number of classes, at least 2, or None.
        width: Channels of the finest block, a multiple of 4.
        seed: Integer that determines the initial weights, or None.

    Returns:
        `(generator, discriminator)`, for `GAN(*ladagan(...))`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> generator, discriminator = ladagan((16, 16, 1), width=4)
    >>> generator.output_shape == discriminator.input_shape
    True

    Reference:
        Morales-Juarez and Fuentes-Pineda, "Efficient generative adversarial
        networks using linear additive-attention Transformers", arXiv
        2401.09596.
    """
    shared: dict[str, Any] = {
        "num_classes": num_classes,
        "width": width,
        "seed": seed,
    }
    generator = ladagan_generator(image_shape, latent_dim=latent_dim, **shared)
    return generator, ladagan_discriminator(image_shape, **shared)


def ladagan_recipe(image_shape: tuple[int, ...]) -> Recipe:
    """Returns settings like those of the authors' PyTorch code.

    There the penalty is 0.01 times the squared gradient of the sum of the n
    logits of an image. The discriminator here returns their mean, and `R1`
    halves, so the same penalty is

    ```
    R1(gamma),   gamma / 2 = 0.01 n^2
    ```

    Unlike there, images are not augmented (add `layers.DiffAugment`). Their
    TensorFlow code has batches of 128 images, and 1e-4 in place of 0.01.

    Args:
        image_shape: `(height, width, channels)`.

    Returns:
        A `Recipe`.

    Example:

    >>> ladagan_recipe((32, 32, 3)).penalties[0].gamma
    12.5
    """
    number = math.prod(size_of_logits(checked_image_shape(image_shape)))
    return Recipe(
        loss="non_saturating",
        penalties=(R1(2 * _PENALTY * number**2),),
        beta_1=0.5,
        beta_2=0.99,
        ema_momentum=0.999,
        batch_size=64,
    )
