"""Other images of the class of an image, also of new classes."""

from collections.abc import Sequence
from typing import Any

from keras_gan import datasets, models, networks
from keras_gan.networks.inputs_and_heads import LATENT_DIM
from keras_gan.tasks import translators
from keras_gan.tasks.recipe import Optimizers, Recipe, Shape, recipe

NETWORKS = ("dagan",)
_FINAL_SHARE = 0.1


def recipe_of(shapes: Sequence[Shape], num_images: int) -> Recipe:
    """Returns what suits images of a size.

    Args:
        shapes: Shape of the images, twice.
        num_images: How many images are in classes of two or more.
    """
    shape = tuple(shapes[0])
    family = networks.recipe("dagan", shape)
    numbers: dict[str, int] = {}
    if max(shape[:2]) <= 64:
        numbers = {"batch_size": family.batch_size, "width": 32}
    return recipe(
        shape,
        num_images,
        network="dagan",
        **numbers,
        learning_rate=family.generator_rate,
        final_learning_rate=_FINAL_SHARE * family.generator_rate,
        beta_1=family.beta_1,
        beta_2=family.beta_2,
        ema_momentum=family.ema_momentum,
        loss=family.loss,
    )


def model_of(
    shapes: Sequence[Shape],
    chosen: Recipe,
    *,
    latent_dim: int = LATENT_DIM,
    optimizers: Optimizers | None = None,
    augmenter: Any = None,
    seed: int | None = None,
    **compiling: Any,
) -> models.DAGAN:
    """Returns a compiled model.

    Args:
        shapes: Shape of the images, twice.
        chosen: The `Recipe`.
        latent_dim: Length of the latents.
        optimizers: Function from a name to a new optimizer.
        augmenter: As for `DAGAN`.
        seed: Seed of weights and draws.
        **compiling: As for `DAGAN.compile`.
    """
    model = models.DAGAN(
        *networks.dagan(
            shapes[0], latent_dim=latent_dim, width=chosen.width, seed=seed
        ),
        augmenter=augmenter,
        ema_momentum=chosen.ema_momentum,
        seed=seed,
    )
    new = optimizers or chosen.adam
    model.compile(
        new("generator_adam"),
        new("discriminator_adam"),
        loss=chosen.loss,
        **compiling,
    )
    return model


def dagan(
    images: Any,
    *,
    batch_size: int | None = None,
    width: int | None = None,
    loss: str | None = None,
    seed: int | None = None,
    **opening: Any,
) -> tuple[Any, models.DAGAN]:
    """Other images of the class of an image, learned from pairs of a class.

    What it learns is how images of one class differ, so that it also serves
    classes of a few images that it was not trained on.

    Args:
        images: Images with classes: a folder of one sub-folder per class, a
            zip of one, an `.npz`, or arrays `(images, labels)`.
        batch_size: Pairs in a batch. Default: by the size of the images.
        width: Channels of the finest layers. Default: by the size.
        loss: Name of the adversarial loss. Default: `"relativistic"`.
        seed: Seed of weights and draws. None: random ones.
        **opening: As for `keras_gan.datasets.ClassPairs`.

    Returns:
        `(dataset, model)`: pairs of images of one class, and a compiled
        `DAGAN`.

    Raises:
        ValueError: If the data or an argument is invalid.

    Example:

    >>> pictures = np.random.randint(0, 256, (8, 8, 8, 1), "uint8")
    >>> data, model = dagan((pictures, np.repeat([0, 1], 4)), width=4, seed=1)
    >>> history = model.fit(data, steps_per_epoch=1, verbose=0)
    >>> model.augment(pictures[:2] / 127.5 - 1, 3).shape
    (2, 3, 8, 8, 1)

    Reference:
        [Antoniou et al., 2017](https://arxiv.org/abs/1711.04340).
    """
    return translators.ready(
        datasets.ClassPairs(images, **opening),
        recipe_of,
        model_of,
        seed=seed,
        batch_size=batch_size,
        width=width,
        loss=loss,
    )
