"""Translation between two domains without pairs."""

from collections.abc import Sequence
from typing import Any

from keras_gan import datasets, models, networks
from keras_gan.tasks import translators
from keras_gan.tasks.recipe import Optimizers, Recipe, Shape, recipe

NETWORKS = ("resnet", "unet")


def recipe_of(shapes: Sequence[Shape], num_images: int) -> Recipe:
    """Returns what suits images of a size.

    Args:
        shapes: Shape of the images of each domain.
        num_images: How many images the smaller domain has.
    """
    of_pairs = recipe(shapes[0], num_images, network="resnet")
    return recipe(
        shapes[0],
        num_images,
        network="resnet",
        # Four networks; and one image at a time is the usual choice.
        batch_size=max(1, of_pairs.batch_size // 4),
        loss="least_squares",
    )


def model_of(
    shapes: Sequence[Shape],
    chosen: Recipe,
    *,
    optimizers: Optimizers | None = None,
    augmenter: Any = None,
    seed: int | None = None,
    **compiling: Any,
) -> models.CycleGAN:
    """Returns a compiled model.

    Args:
        shapes: Shape of the images of each domain.
        chosen: The `Recipe`.
        optimizers: Function from a name to a new optimizer.
        augmenter: As for `CycleGAN`.
        seed: Seed of weights and draws.
        **compiling: As for `CycleGAN.compile`.
    """
    first, second = shapes
    seeds = (None, None) if seed is None else (seed, seed + 1)
    ways = (((first, second), "to_second"), ((second, first), "to_first"))
    generators = [
        translators.generator(way, chosen, seed=own, name=name)
        for (way, name), own in zip(ways, seeds, strict=True)
    ]
    discriminators = [
        networks.patch_discriminator(
            shape, width=chosen.width, seed=own, name=f"discriminator_{name}"
        )
        for shape, own, name in zip(
            shapes, seeds, ("first", "second"), strict=True
        )
    ]
    model = models.CycleGAN(
        generators,
        discriminators,
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


def unpaired(
    first: Any,
    second: Any,
    *,
    batch_size: int | None = None,
    width: int | None = None,
    network: str | None = None,
    loss: str | None = None,
    learning_rate: float | None = None,
    seed: int | None = None,
    **domains: Any,
) -> tuple[Any, models.CycleGAN]:
    """Translation between two domains, learned from images without pairs.

    Two residual networks translate there and back, and the way there and back
    must lead to the image one came from (CycleGAN).

    Args:
        first: Folder, zip, array or built-in name of images of one domain.
        second: The same of the other.
        batch_size: Images of each domain in a batch. Default: by the size of
            the images.
        width: Channels of the finest layers. Default: by the size.
        network: `"resnet"` or `"unet"`. Default: `"resnet"`.
        loss: Name of the adversarial loss. Default: `"least_squares"`.
        learning_rate: Of Adam for both players. Default: 2e-4.
        seed: Seed of weights and draws. None: random ones.
        **domains: As for `keras_gan.datasets.DomainImages`.

    Returns:
        `(dataset, model)`: batches `(first, second)`, and a compiled
        `CycleGAN`.

    Raises:
        ValueError: If the data or an argument is invalid.

    Example:

    >>> images = np.random.randint(0, 256, (8, 16, 16, 1), "uint8")
    >>> data, model = unpaired(images, 255 - images[::-1], width=4, seed=1)
    >>> history = model.fit(data, steps_per_epoch=1, verbose=0)
    >>> negatives = model.translate(images[:2] / 127.5 - 1, to="second")
    >>> negatives.shape
    (2, 16, 16, 1)

    Reference:
        [Zhu et al., 2017](https://arxiv.org/abs/1703.10593).
    """
    examples = datasets.DomainImages(first, second, **domains)
    translators.check_size(*examples.sources)
    shapes = [one.info.image_shape for one in examples.sources]
    chosen = translators.changed(
        recipe_of(shapes, min(map(len, examples.sources))),
        batch_size=batch_size,
        width=width,
        network=network,
        loss=loss,
        learning_rate=learning_rate,
    )
    data = datasets.load(examples, batch_size=chosen.batch_size, seed=seed)
    return data, model_of(shapes, chosen, seed=seed)
