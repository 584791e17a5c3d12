"""Convolutional networks based on DCGAN."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras

from keras_gan.layers import MinibatchStdDev
from keras_gan.layers.conditional_batch_normalization import (
    ConditionalBatchNormalization,
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
    normalized,
)
from keras_gan.networks.spatial import (
    doubling_widths,
    spatial_plan,
    strides_between,
)
from keras_gan.networks.validation import (
    checked_image_shape,
    checked_integer,
    checked_num_classes,
)
from keras_gan.utils.arguments import choice, number_in


def dcgan_generator(
    image_shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    num_classes: int | None = None,
    width: int = 64,
    kernel_size: int = 5,
    normalization: str | None = "batch",
    seed: int | None = None,
) -> keras.Model:
    """Builds a generator of transposed convolutions.

    A linear layer makes a feature map of 4 to 7 pixels per side. Transposed
    convolutions double it up to the size of the image while the channels halve
    down to `width`, each followed by normalization and LeakyReLU (slope 0.2);
    the last one ends in tanh. For (28, 28, 1): 7x7x256, 7x7x128, 14x14x64,
    28x28x1.

    Args:
        image_shape: `(height, width, channels)`, of any size, square or not.
        latent_dim: Length of the latent vectors.
        num_classes: Number of classes of a conditional generator, at least 2.
            None: unconditional.
        width: Channels of the last hidden layer; earlier layers have up to 8
            times as many.
        kernel_size: Size of the kernels in pixels. An even one is one pixel
            smaller along an axis whose size it keeps.
        normalization: `"batch"` as in the paper, `"conditional_batch"` (the
            same, with a gain and offset for each class, which needs
            `num_classes`), `"layer"` (each sample by itself, independent of
            the batch) or None.
        seed: Integer that determines the initial weights, or None.

    Returns:
        A `keras.Model`: latents `(batch, latent_dim)`, or `[latents, labels]`
        with integer labels `(batch,)`, to float32 images
        `(batch, *image_shape)` in [-1, 1].

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> generator = dcgan_generator((28, 28, 1), width=8)
    >>> generator.output_shape
    (None, 28, 28, 1)

    Reference:
        Radford, Metz and Chintala, "Unsupervised Representation Learning with
        Deep Convolutional GANs", arXiv 1511.06434.
    """
    height, image_width, channels = checked_image_shape(image_shape)
    latent_dim = checked_integer("latent_dim", latent_dim, minimum=1)
    num_classes = checked_num_classes(num_classes)
    width = checked_integer("width", width, minimum=1)
    kernel_size = checked_integer("kernel_size", kernel_size, minimum=1)
    initializers = Initializers(seed, stream=GENERATOR_STREAM)
    plan = spatial_plan(height, image_width)
    widths = doubling_widths(width, len(plan))
    inputs, x = latent_inputs(latent_dim, num_classes, initializers)
    normalize = _generator_normalization(normalization, inputs, num_classes)
    x = keras.layers.Dense(
        math.prod(plan[0]) * widths[0],
        use_bias=normalization is None,
        kernel_initializer=initializers.he_normal(),
    )(x)
    x = keras.layers.Reshape((*plan[0], widths[0]))(x)
    x = _activated(x, normalize)
    for size, filters in zip(plan, widths[1:], strict=False):
        x = upsampled(
            x, size, filters, kernel_size, initializers.he_normal(),
            use_bias=normalization is None,
        )  # fmt: skip
        x = _activated(x, normalize)
    x = upsampled(
        x, plan[-1], channels, kernel_size, initializers.glorot_uniform()
    )
    images = keras.layers.Activation("tanh", dtype="float32", name="images")(x)
    return keras.Model(inputs, images, name="dcgan_generator")


def dcgan_discriminator(
    image_shape: Sequence[int],
    *,
    num_classes: int | None = None,
    width: int = 64,
    kernel_size: int = 5,
    normalization: str | None = None,
    dropout: float = 0.0,
    minibatch_std_dev: bool = False,
    spectral_normalization: bool = False,
    kernel_constraint: Any = None,
    seed: int | None = None,
) -> keras.Model:
    """Builds a discriminator of strided convolutions.

    Convolutions of stride 2 with LeakyReLU (slope 0.2) halve the image down
    to 4 to 7 pixels per side while the channels double from `width`; a linear
    layer scores the result. For (28, 28, 1): 14x14x64, 7x7x128. There are two
    at least, of which images of less than 16 pixels are halved by one or none.
    Conditional: logits = linear(h) + <embed(y), h>.

    Args:
        image_shape: `(height, width, channels)`, of any size, square or not.
        num_classes: Number of classes of a conditional discriminator, at
            least 2. None: unconditional.
        width: Channels of the first layer; later layers have up to 8 times as
            many.
        kernel_size: As in `dcgan_generator`.
        normalization: None, `"layer"` (each sample by itself) or `"batch"` as
            in the paper, which does not work with gradient penalties: they
            need scores that depend on one image only. The first layer has none.
        dropout: Share of features dropped after each layer, in [0, 1).
        minibatch_std_dev: Whether the last layer sees the variation of the
            batch (`keras_gan.layers.MinibatchStdDev`).
        spectral_normalization: Whether to divide each kernel by its largest
            singular value (SNGAN).
        kernel_constraint: Keras constraint on the kernels and the embedding,
            for example `keras_gan.layers.WeightClip(0.01)`.
        seed: Integer that determines the initial weights and the dropout, or
            None.

    Returns:
        A `keras.Model`: images `(batch, *image_shape)`, or
        `[images, labels]`, to float32 logits `(batch, 1)`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> discriminator = dcgan_discriminator((28, 28, 1), width=8)
    >>> discriminator.output_shape
    (None, 1)

    Reference:
        Radford, Metz and Chintala, "Unsupervised Representation Learning with
        Deep Convolutional GANs", arXiv 1511.06434.
    """
    image_shape = checked_image_shape(image_shape)
    num_classes = checked_num_classes(num_classes)
    width = checked_integer("width", width, minimum=1)
    kernel_size = checked_integer("kernel_size", kernel_size, minimum=1)
    dropout = number_in("dropout", dropout, "[0, 1)")
    choice("normalization", normalization, list(_NORMALIZATIONS))
    initializers = Initializers(seed, stream=DISCRIMINATOR_STREAM)
    inputs, x, labels = image_inputs(image_shape, num_classes)
    strides = downsampling_strides(image_shape)
    widths = reversed(doubling_widths(width, len(strides)))
    for layer, (stride, filters) in enumerate(
        zip(strides, widths, strict=True)
    ):
        convolution = keras.layers.Conv2D(
            filters,
            fitting_kernel(kernel_size, stride),
            strides=stride,
            padding="same",
            kernel_initializer=initializers.he_normal(),
            kernel_constraint=kernel_constraint,
        )
        x = normalized(convolution, spectral_normalization)(x)
        x = _activated(x, _NORMALIZATIONS[normalization if layer else None])
        if dropout:
            x = keras.layers.Dropout(dropout, seed=initializers.next_seed())(x)
    if minibatch_std_dev:
        x = MinibatchStdDev()(x)
    x = keras.layers.Flatten()(x)
    logits = logits_of(
        x,
        labels,
        num_classes=num_classes,
        kernel_initializer=initializers.glorot_uniform(),
        embeddings_initializer=initializers.normal(x.shape[-1] ** -0.5),
        kernel_constraint=kernel_constraint,
        spectral_normalization=spectral_normalization,
    )
    return keras.Model(inputs, logits, name="dcgan_discriminator")


def dcgan(
    image_shape: Sequence[int],
    *,
    latent_dim: int = LATENT_DIM,
    num_classes: int | None = None,
    width: int = 64,
    dropout: float = 0.0,
    spectral_normalization: bool = False,
    kernel_constraint: Any = None,
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Builds a matching DCGAN generator and discriminator.

    The arguments are those of `dcgan_generator` and `dcgan_discriminator`;
    arguments not listed here keep their defaults.

    Args:
        image_shape: `(height, width, channels)`, of any size, square or not.
        latent_dim: Length of the latent vectors.
        num_classes: Number of classes, at least 2, or None.
        width: Channels of the finest layer of both networks.
        dropout: Share of features that the discriminator drops.
        spectral_normalization: Of the discriminator's kernels.
        kernel_constraint: On the discriminator's kernels.
        seed: Integer that determines the initial weights, or None.

    Returns:
        `(generator, discriminator)`, for `GAN(*dcgan(...))`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> generator, discriminator = dcgan((8, 8, 1), width=8)
    >>> generator.output_shape == discriminator.input_shape
    True

    Reference:
        Radford, Metz and Chintala, "Unsupervised Representation Learning with
        Deep Convolutional GANs", arXiv 1511.06434.
    """
    generator = dcgan_generator(
        image_shape,
        latent_dim=latent_dim,
        num_classes=num_classes,
        width=width,
        seed=seed,
    )
    discriminator = dcgan_discriminator(
        image_shape,
        num_classes=num_classes,
        width=width,
        dropout=dropout,
        spectral_normalization=spectral_normalization,
        kernel_constraint=kernel_constraint,
        seed=seed,
    )
    return generator, discriminator


def _activated(x: Any, normalize: Callable[[Any], Any]) -> Any:
    return keras.layers.LeakyReLU(negative_slope=0.2)(normalize(x))


def _generator_normalization(
    normalization: str | None, inputs: Any, num_classes: int | None
) -> Callable[[Any], Any]:
    """Returns a function that normalizes features, by labels if asked."""
    choices = [*_NORMALIZATIONS, "conditional_batch"]
    choice("normalization", normalization, choices)
    if normalization != "conditional_batch":
        return _NORMALIZATIONS[normalization]
    if num_classes is None:
        raise ValueError(
            '`normalization="conditional_batch"` needs classes. Received: '
            'num_classes=None. Pass `num_classes`, or normalization="batch".'
        )
    _, labels = inputs
    return lambda x: ConditionalBatchNormalization(num_classes)([x, labels])


_NORMALIZATIONS: dict[str | None, Callable[[Any], Any]] = {
    None: lambda x: x,
    # GANs train for few steps at first: statistics that follow within tens of
    # steps, not hundreds, keep early samples from looking washed out.
    "batch": lambda x: keras.layers.BatchNormalization(momentum=0.9)(x),
    # One group is a layer normalization over height, width and channels.
    "layer": lambda x: keras.layers.GroupNormalization(groups=1)(x),
}


def upsampled(
    x: Any,
    size: tuple[int, int],
    filters: int,
    kernel_size: int,
    kernel_initializer: Any,
    *,
    use_bias: bool = True,
    name: str | None = None,
) -> Any:
    """Features at the next finer size, by a transposed convolution."""
    strides = strides_between(size, x.shape[1:3])
    x = keras.layers.Conv2DTranspose(
        filters,
        fitting_kernel(kernel_size, strides),
        strides=strides,
        padding="same",
        use_bias=use_bias,
        kernel_initializer=kernel_initializer,
        name=name,
    )(x)
    surplus = [
        have - want for have, want in zip(x.shape[1:3], size, strict=True)
    ]
    if not any(surplus):
        return x
    return keras.layers.Cropping2D([(0, pixels) for pixels in surplus])(x)


def fitting_kernel(size: int, strides: tuple[int, int]) -> tuple[int, int]:
    """An even kernel has no center, so it would shift a map it keeps."""
    height, width = (
        size - 1 if size % 2 == 0 and stride == 1 else size
        for stride in strides
    )
    return height, width


def downsampling_strides(
    image_shape: tuple[int, ...],
) -> list[tuple[int, int]]:
    """Strides of a discriminator's convolutions, two at least."""
    plan = spatial_plan(*image_shape[:2])[::-1]
    strides = [
        strides_between(fine, coarse)
        for fine, coarse in zip(plan, plan[1:], strict=False)
    ]
    # Images of 15 pixels and less leave one halving or none, which is too
    # shallow to tell shapes from texture.
    return strides + [(1, 1)] * (2 - len(strides))
