"""BigGAN and BigGAN-deep."""

import math
from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.layers import SelfAttention
from keras_gan.networks.biggan_blocks import Blocks, batch_normalization
from keras_gan.networks.biggan_plan import Plan, checked_latent_dim, plan_for
from keras_gan.networks.initialization import (
    DISCRIMINATOR_STREAM,
    GENERATOR_STREAM,
    Initializers,
)
from keras_gan.networks.inputs_and_heads import image_inputs, logits_of
from keras_gan.networks.recipe import Recipe
from keras_gan.networks.validation import checked_num_classes

_EMBEDDING = 128
# Images below it are trained like CIFAR-10 in the code of the authors.
_LARGE = 64


def biggan_generator(
    image_shape: Sequence[int],
    *,
    latent_dim: int | None = None,
    num_classes: int | None = None,
    width: int | None = None,
    deep: bool = False,
    attention: int | None = None,
    seed: int | None = None,
) -> keras.Model:
    """Builds a BigGAN generator.

    The latents are split evenly: the first part goes into a linear layer, and
    each residual block has a part of its own, from which, together with an
    embedding of the class that all blocks share, linear layers without bias
    compute the gains and offsets of its batch normalizations:

    ```
    y = (1 + gain(c)) * (x - mean) / sqrt(variance + 1e-5) + offset(c)
    c = [part of the latents, embedding of the label]
    ```

    With `deep`, the blocks are bottlenecks, two for each size; all latents go
    into each block, and the shortcut drops the channels that are too many.

    Args:
        image_shape: `(height, width, channels)`. Each side must be 4, 5, 6 or
            7 times a power of 2, up to 7 * 64.
        latent_dim: Length of the latent vectors, which the number of blocks
            plus 1 must divide. None: 20 for each block and 20 more; with
            `deep`, 128.
        num_classes: Number of classes, at least 2. None: unconditional.
        width: The unit of the numbers of channels: layers have 1 to 16 times
            as many. None: those of the papers, 64 for images of up to 32
            pixels (4 to 7 times 8), 96 for larger ones, 128 with `deep`.
        deep: Whether to build BigGAN-deep.
        attention: Side of the maps, in pixels, that self-attention follows; 0
            for none. None: the largest of at most 64 inside the network, but
            none in images of less than 64 pixels.
        seed: Integer that determines the initial weights, or None.

    Returns:
        A `keras.Model`: latents `(batch, latent_dim)`, or `[latents, labels]`
        with integer labels `(batch,)`, to float32 images
        `(batch, *image_shape)` in [-1, 1].

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> generator = biggan_generator((32, 32, 3), width=2)
    >>> generator.input_shape
    (None, 80)

    Reference:
        Brock, Donahue and Simonyan, "Large Scale GAN Training for High
        Fidelity Natural Image Synthesis", arXiv 1809.11096.
    """
    plan = plan_for(image_shape, width, attention, deep)
    latent_dim = checked_latent_dim(latent_dim, plan, deep)
    num_classes = checked_num_classes(num_classes)
    blocks = Blocks(Initializers(seed, stream=GENERATOR_STREAM))
    latents = keras.Input((latent_dim,), name="latents")
    inputs, embedding = [latents], []
    if num_classes is not None:
        labels = keras.Input((), dtype="int32", name="labels")
        inputs.append(labels)
        # Without spectral normalization, with which generators break.
        embedding = [
            keras.layers.Embedding(
                num_classes,
                _EMBEDDING,
                embeddings_initializer=blocks.initializers.orthogonal(),
                name="label_embedding",
            )(labels)
        ]
    first, conditions = _conditions(latents, embedding, plan, deep)
    x = blocks.dense(first, math.prod(plan.sizes[0]) * plan.widths[0])
    x = keras.layers.Reshape((*plan.sizes[0], plan.widths[0]))(x)
    for stage, condition in enumerate(conditions):
        blocks.condition = condition
        if deep:
            x = blocks.deep_up(x, x.shape[-1], (1, 1))
        up = blocks.deep_up if deep else blocks.up
        x = up(x, plan.widths[stage + 1], plan.factor(stage))
        if stage == plan.attended[0]:
            x = _attended(x, blocks)
    x = keras.layers.ReLU()(batch_normalization(x))
    x = blocks.conv(x, plan.channels, 3)
    images = keras.layers.Activation("tanh", dtype="float32", name="images")(x)
    name = "biggan_deep_generator" if deep else "biggan_generator"
    inputs = inputs if embedding else latents
    return keras.Model(inputs, images, name=name)


def biggan_discriminator(
    image_shape: Sequence[int],
    *,
    num_classes: int | None = None,
    width: int | None = None,
    deep: bool = False,
    attention: int | None = None,
    seed: int | None = None,
) -> keras.Model:
    """Builds a BigGAN discriminator.

    Residual blocks with spectral normalization halve the image by means; the
    features are summed over the last map. Conditional: logits = linear(h) +
    <embed(y), h>. With `deep`, the blocks are bottlenecks, two for each size,
    whose shortcut adds the missing channels by a 1x1 convolution.

    Args:
        image_shape: As for `biggan_generator`.
        num_classes: Number of classes, at least 2. None: unconditional.
        width: As for `biggan_generator`.
        deep: Whether to build BigGAN-deep.
        attention: As for `biggan_generator`.
        seed: Integer that determines the initial weights, or None.

    Returns:
        A `keras.Model`: images `(batch, *image_shape)`, or
        `[images, labels]`, to float32 logits `(batch, 1)`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> discriminator = biggan_discriminator((32, 32, 3), width=2)
    >>> discriminator.output_shape
    (None, 1)

    Reference:
        Brock, Donahue and Simonyan, "Large Scale GAN Training for High
        Fidelity Natural Image Synthesis", arXiv 1809.11096.
    """
    plan = plan_for(image_shape, width, attention, deep)
    num_classes = checked_num_classes(num_classes)
    blocks = Blocks(Initializers(seed, stream=DISCRIMINATOR_STREAM))
    inputs, x, labels = image_inputs(
        (*plan.sizes[-1], plan.channels), num_classes
    )
    if deep:
        x = blocks.conv(x, plan.down[0][0], 3)
    for stage, (filters, factor) in enumerate(plan.down[deep:]):
        if deep:
            x = blocks.deep_down(x, filters, factor)
            x = blocks.deep_down(x, filters, (1, 1))
        else:
            x = blocks.down(x, filters, factor, first=stage == 0)
        if stage == plan.attended[1]:
            x = _attended(x, blocks)
    x = keras.layers.ReLU()(x)
    # float16 would overflow in a sum over the map.
    x = keras.layers.GlobalAveragePooling2D(dtype="float32")(x)
    x = keras.layers.Rescaling(math.prod(plan.last_map), dtype="float32")(x)
    logits = logits_of(
        x,
        labels,
        num_classes=num_classes,
        kernel_initializer=blocks.initializers.orthogonal(),
        embeddings_initializer=blocks.initializers.orthogonal(),
        spectral_normalization=blocks.spectral_normalization,
    )
    name = "biggan_deep_discriminator" if deep else "biggan_discriminator"
    return keras.Model(inputs, logits, name=name)


def biggan(
    image_shape: Sequence[int],
    *,
    latent_dim: int | None = None,
    num_classes: int | None = None,
    width: int | None = None,
    deep: bool = False,
    attention: int | None = None,
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Builds a matching BigGAN generator and discriminator.

    The arguments are those of `biggan_generator`, for both networks.

    Args:
        image_shape: `(height, width, channels)`, sides of 4, 5, 6 or 7 times a
            power of 2.
        latent_dim: Length of the latent vectors, or None.
        num_classes: Number of classes, at least 2, or None.
        width: The unit of the numbers of channels, or None.
        deep: Whether to build BigGAN-deep.
        attention: Side of the maps that self-attention follows, or None.
        seed: Integer that determines the initial weights, or None.

    Returns:
        `(generator, discriminator)`, for `GAN(*biggan(...))`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> generator, discriminator = biggan((16, 16, 1), width=1, deep=True)
    >>> generator.output_shape == discriminator.input_shape
    True

    Reference:
        Brock, Donahue and Simonyan, "Large Scale GAN Training for High
        Fidelity Natural Image Synthesis", arXiv 1809.11096.
    """
    shared: dict[str, Any] = {
        "num_classes": num_classes,
        "width": width,
        "deep": deep,
        "attention": attention,
        "seed": seed,
    }
    generator = biggan_generator(image_shape, latent_dim=latent_dim, **shared)
    return generator, biggan_discriminator(image_shape, **shared)


def biggan_recipe(image_shape: Sequence[int]) -> Recipe:
    """Returns settings like those of the BigGAN-PyTorch code.

    Unlike there, batches of images of 64 pixels and more have 256 images
    instead of 8 times 256, the momentum of the averaged generator is 0.999
    instead of 0.9999, and it averages from the first step on. Smaller images
    have orthogonal initial weights, as the large ones do, instead of normal
    ones. The paper itself has half these rates for large images, two steps of D
    and `OrthogonalRegularization`.
    """
    common: dict[str, Any] = {"loss": "hinge", "penalties": (), "beta_2": 0.999}
    if max(image_shape[:2]) < _LARGE:
        return Recipe(**common, discriminator_steps=4, batch_size=200)
    rates: dict[str, Any] = {"generator_rate": 1e-4, "discriminator_rate": 4e-4}
    return Recipe(**common, **rates, batch_size=256)


def _conditions(
    latents: Any, embedding: list, plan: Plan, deep: bool
) -> tuple[Any, list]:
    """The input of the first layer, and what each block depends on."""
    count = len(plan.sizes)
    if deep:
        whole = _joined([latents, *embedding])
        return whole, [whole] * (count - 1)
    size = latents.shape[-1] // count
    parts = [
        latents[:, size * slot : size * (slot + 1)] for slot in range(count)
    ]
    return parts[0], [_joined([part, *embedding]) for part in parts[1:]]


def _joined(vectors: list) -> Any:
    if len(vectors) == 1:
        return vectors[0]
    return keras.layers.Concatenate()(vectors)


def _attended(x: Any, blocks: Blocks) -> Any:
    seed = blocks.initializers.next_seed()
    return SelfAttention(
        kernel_initializer="orthogonal", seed=seed, name="attention"
    )(x)
