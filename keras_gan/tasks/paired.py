"""Translation that is learned from pairs."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan import datasets, models
from keras_gan.tasks import translators
from keras_gan.tasks.recipe import Recipe, Shape, recipe

NETWORKS = ("unet", "resnet")


def recipe_of(shapes: Sequence[Shape], num_examples: int) -> Recipe:
    """Returns what suits images of a size.

    Args:
        shapes: Shape of sources and of targets.
        num_examples: How many pairs there are.
    """
    return recipe(shapes[-1], num_examples, network="unet")


def model_of(
    shapes: Sequence[Shape],
    chosen: Recipe,
    *,
    generator: keras.Model | None = None,
    seed: int | None = None,
    **options: Any,
) -> models.Pix2Pix:
    """Returns a compiled model.

    Args:
        shapes: Shape of sources and of targets.
        chosen: The `Recipe`.
        generator: A trained network to go on with.
        seed: Seed of weights and draws.
        **options: As for `translators.pix2pix`.
    """
    return translators.pix2pix(
        translators.generator(shapes, chosen, generator, seed=seed),
        translators.patches(shapes, chosen, seed=seed),
        chosen,
        seed=seed,
        **options,
    )


def paired(
    first: Any,
    second: Any = None,
    *,
    batch_size: int | None = None,
    width: int | None = None,
    network: str | None = None,
    loss: str | None = None,
    learning_rate: float | None = None,
    seed: int | None = None,
    **pairs: Any,
) -> tuple[Any, models.Pix2Pix]:
    """Translation of images into others, learned from pairs (pix2pix).

    A U-Net and a discriminator of patches that sees both images, with sizes
    chosen by the size of the images. The model computes PSNR and SSIM on
    validation data.

    Args:
        first: Folder, zip or array of sources; or of images that show source
            and target side by side.
        second: The same of targets, matched by name.
        batch_size: Pairs in a batch. Default: by the size of the images.
        width: Channels of the finest layers. Default: by the size.
        network: `"unet"` or `"resnet"`. Default: `"unet"`.
        loss: Name of the adversarial loss; `"none"` trains by the L1 distance
            alone. Default: `"non_saturating"`.
        learning_rate: Of Adam for both players. Default: 2e-4.
        seed: Seed of weights and draws. None: random ones.
        **pairs: As for `keras_gan.datasets.PairedImages`.

    Returns:
        `(dataset, model)`: batches `(sources, targets)`, and a compiled
        `Pix2Pix`.

    Raises:
        ValueError: If the data or an argument is invalid.

    Example:

    >>> sources = np.random.uniform(-1, 1, (8, 16, 16, 1)).astype("float32")
    >>> data, model = paired(sources, -sources, batch_size=4, width=4, seed=1)
    >>> history = model.fit(data, steps_per_epoch=1, verbose=0)
    >>> model.translate(sources).shape
    (8, 16, 16, 1)

    Reference:
        [Isola et al., 2017](https://arxiv.org/abs/1611.07004).
    """
    examples = datasets.PairedImages(first, second, **pairs)
    return translators.ready(
        examples,
        recipe_of,
        model_of,
        seed=seed,
        batch_size=batch_size,
        width=width,
        network=network,
        loss=loss,
        learning_rate=learning_rate,
    )
