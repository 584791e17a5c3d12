"""A classifier from few labels and many images."""

import dataclasses
import os
from collections.abc import Sequence
from typing import Any

from keras_gan import datasets, layers, models, networks
from keras_gan.networks.inputs_and_heads import LATENT_DIM
from keras_gan.tasks import translators
from keras_gan.tasks.recipe import Optimizers, Recipe, Shape, recipe

NETWORKS = ("semi_supervised",)
AUGMENT = "translation"
"""The augmentation that leaves the class of nearly every image as it is."""

# Weight of the agreement with the averaged classifier, which rises in the first
# half of all steps, see docs/benchmarks.md.
_AGREEMENT = 40.0
_STEPS = 3_000
# Larger images in whole batches would take too much memory, and more steps.
_LARGE_SIDE = 32
_LARGE = {"batch_size": 32, "steps": 20_000}
_FINAL_SHARE = 0.02


def recipe_of(shapes: Sequence[Shape], num_images: int) -> Recipe:
    """Returns what suits images of a size.

    Args:
        shapes: Shape of the images, and `(num_classes,)`.
        num_images: How many images there are, with and without labels.
    """
    shape = tuple(shapes[0])
    family = networks.recipe("semi_supervised", shape)
    numbers = {"batch_size": family.batch_size, "steps": _STEPS}
    if max(shape[:2]) > _LARGE_SIDE:
        numbers = _LARGE
    chosen = recipe(
        shape,
        num_images,
        network="semi_supervised",
        width=32,
        **numbers,
        learning_rate=family.discriminator_rate,
        final_learning_rate=_FINAL_SHARE * family.discriminator_rate,
        beta_1=family.beta_1,
        beta_2=family.beta_2,
        ema_momentum=family.ema_momentum,
        loss=family.loss,
    )
    # Half of a batch has labels.
    even = chosen.batch_size - chosen.batch_size % 2
    return dataclasses.replace(chosen, batch_size=even)


def model_of(
    shapes: Sequence[Shape],
    chosen: Recipe,
    *,
    latent_dim: int = LATENT_DIM,
    optimizers: Optimizers | None = None,
    augmenter: Any = None,
    seed: int | None = None,
    **compiling: Any,
) -> models.SemiSupervisedGAN:
    """Returns a compiled model.

    Args:
        shapes: Shape of the images, and `(num_classes,)`.
        chosen: The `Recipe`.
        latent_dim: Length of the latents.
        optimizers: Function from a name to a new optimizer.
        augmenter: As for `SemiSupervisedGAN`.
        seed: Seed of weights and draws.
        **compiling: As for `SemiSupervisedGAN.compile`.
    """
    shape, (number,) = shapes
    model = models.SemiSupervisedGAN(
        *networks.semi_supervised(
            shape, number, latent_dim=latent_dim, width=chosen.width, seed=seed
        ),
        num_classes=number,
        consistency_weight=_AGREEMENT,
        consistency_warmup=chosen.steps // 2,
        augmenter=augmenter,
        ema_momentum=chosen.ema_momentum,
        seed=seed,
    )
    new = optimizers or chosen.adam
    model.compile(
        new("generator_adam"),
        new("discriminator_adam"),
        loss=chosen.loss,
        update=networks.recipe("semi_supervised", tuple(shape)).update,
        **compiling,
    )
    return model


def semi_supervised(
    images: Any,
    labels: int | str | os.PathLike,
    *,
    batch_size: int | None = None,
    width: int | None = None,
    augment: str = AUGMENT,
    seed: int | None = None,
    **opening: Any,
) -> tuple[Any, models.SemiSupervisedGAN]:
    """A classifier that learns from few labels and from all other images.

    The discriminator of a GAN is the classifier; generated images and those
    without labels teach it what images look like.

    Args:
        images: Folder, zip or array of all images.
        labels: A `.csv` with the columns `file` and `label` of the images that
            have labels, or the number of labels of each class to keep, as for
            `keras_gan.datasets.FewLabels`.
        batch_size: Images in a batch, an even number. Default: by the size.
        width: Channels of the finest layers. Default: 32.
        augment: Name of the augmentation of all images, as for
            `keras_gan.layers.augmenter`.
        seed: Seed of the labels that are kept, weights and draws. None: random
            ones, and the labels of seed 0.
        **opening: As for `keras_gan.datasets.open_source`.

    Returns:
        `(dataset, model)`: batches of images and labels, -1 where there are
        none, and a compiled `SemiSupervisedGAN`. `model.classifier()` is the
        classifier.

    Raises:
        ValueError: If the data or an argument is invalid.

    Example:

    >>> data, model = semi_supervised("digits", 3, width=4, seed=1)
    >>> history = model.fit(data, steps_per_epoch=1, verbose=0)
    >>> model.classifier().output_shape
    (None, 10)

    Reference:
        [Salimans et al., 2016](https://arxiv.org/abs/1606.03498).
    """
    few = datasets.FewLabels(images, labels, seed=seed or 0, **opening)
    shapes: Any = few.info.image_shape, (few.info.num_classes,)
    chosen = translators.changed(
        recipe_of(shapes, len(few)), batch_size=batch_size, width=width
    )
    data = datasets.semi_supervised(
        few.labeled, few, batch_size=chosen.batch_size, seed=seed
    )
    augmenter = layers.augmenter(augment, seed=seed)
    return data, model_of(shapes, chosen, augmenter=augmenter, seed=seed)
