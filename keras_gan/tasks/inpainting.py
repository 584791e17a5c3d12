"""Images with holes to whole images."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan import datasets, losses, models, networks
from keras_gan.tasks import translators
from keras_gan.tasks.recipe import Recipe, Shape, recipe

NETWORKS = ("gated_unet",)
# The mean is over all pixels, most of which are known and without error. An
# absolute error prefers the most frequent value: on digits every hole becomes
# black, and the saturated output has no gradient to get away from there.
_PIXEL_WEIGHT = 50.0


def recipe_of(shapes: Sequence[Shape], num_examples: int) -> Recipe:
    """Returns what suits images of a size.

    Args:
        shapes: Shape of sources and of targets.
        num_examples: How many images there are.
    """
    return recipe(shapes[-1], num_examples, network="gated_unet", loss="hinge")


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
    source, target = shapes
    return translators.pix2pix(
        translators.generator(shapes, chosen, generator, seed=seed),
        networks.sn_patch_discriminator(
            target, source, width=chosen.width, seed=seed
        ),
        chosen,
        reconstruction=[losses.PixelLoss(_PIXEL_WEIGHT, "l2")],
        seed=seed,
        **options,
    )


def inpainting(
    data: Any,
    *,
    masks: Any = "free_form",
    batch_size: int | None = None,
    width: int | None = None,
    loss: str | None = None,
    learning_rate: float | None = None,
    seed: int | None = None,
    **images: Any,
) -> tuple[Any, models.Pix2Pix]:
    """Filling of holes in images, learned from whole images.

    A U-Net of gated convolutions, and a discriminator of patches with spectral
    normalization that sees the mask. Pixels outside of the holes come back as
    they are, bit for bit.

    A source is an image whose holes are set to 0, with the mask (1 where the
    hole is) as its last channel.

    Args:
        data: Folder, zip, array or built-in name of images.
        masks: `"free_form"`, `"strokes"` or `"box"`, which are drawn anew for
            each image; or a folder, zip or array of masks, white where the
            hole is.
        batch_size: Images in a batch. Default: by the size of the images.
        width: Channels of the finest layers. Default: by the size.
        loss: Name of the adversarial loss; `"none"` trains by the squared
            error alone. Default: `"hinge"`.
        learning_rate: Of Adam for both players. Default: 2e-4.
        seed: Seed of weights, masks and draws. None: random ones.
        **images: As for `keras_gan.datasets.InpaintingImages`.

    Returns:
        `(dataset, model)`: batches `(images with holes and mask, images)`, and
        a compiled `Pix2Pix`.

    Raises:
        ValueError: If the data or an argument is invalid.

    Example:

    >>> photos = np.random.randint(0, 256, (8, 16, 16, 1), "uint8")
    >>> data, model = inpainting(photos, batch_size=4, width=4, seed=1)
    >>> history = model.fit(data, steps_per_epoch=1, verbose=0)
    >>> sources, targets = next(iter(data))
    >>> model.translate(sources).shape
    (4, 16, 16, 1)

    Reference:
        [Yu et al., 2019](https://arxiv.org/abs/1806.03589).
    """
    examples = datasets.InpaintingImages(data, masks=masks, **images)
    return translators.ready(
        examples,
        recipe_of,
        model_of,
        seed=seed,
        batch_size=batch_size,
        width=width,
        loss=loss,
        learning_rate=learning_rate,
    )
