"""Changing attributes of images."""

from collections.abc import Sequence
from typing import Any

from keras_gan import datasets, models, networks
from keras_gan.tasks import translators
from keras_gan.tasks.recipe import (
    Optimizers,
    Recipe,
    Shape,
    of_any_size,
    recipe,
    residual_blocks,
)

NETWORKS = ("resnet",)


def recipe_of(shapes: Sequence[Shape], num_images: int) -> Recipe:
    """Returns what suits images of a size.

    Args:
        shapes: Shape of the images, and `(num_attributes,)`.
        num_images: How many images there are.
    """
    return recipe(shapes[0], num_images, network="resnet")


def model_of(
    shapes: Sequence[Shape],
    chosen: Recipe,
    *,
    exclusive: bool = False,
    optimizers: Optimizers | None = None,
    augmenter: Any = None,
    seed: int | None = None,
    **compiling: Any,
) -> models.StarGAN:
    """Returns a compiled model.

    Args:
        shapes: Shape of the images, and `(num_attributes,)`.
        chosen: The `Recipe`.
        exclusive: As for `StarGAN`.
        optimizers: Function from a name to a new optimizer.
        augmenter: As for `StarGAN`.
        seed: Seed of weights and draws.
        **compiling: As for `StarGAN.compile`.
    """
    shape, (number,) = shapes
    model = models.StarGAN(
        networks.resnet_generator(
            of_any_size(shape),
            width=chosen.width,
            blocks=residual_blocks(shape),
            num_attributes=number,
            seed=seed,
        ),
        networks.attribute_discriminator(
            shape, number, width=chosen.width, seed=seed
        ),
        exclusive=exclusive,
        augmenter=augmenter,
        ema_momentum=chosen.ema_momentum,
        seed=seed,
    )
    new = optimizers or chosen.adam
    model.compile(
        new("generator_adam"),
        new("discriminator_adam"),
        loss=chosen.loss,
        discriminator_steps=1,
        **compiling,
    )
    return model


def attributes(
    images: Any,
    table: Any,
    *,
    batch_size: int | None = None,
    width: int | None = None,
    loss: str | None = None,
    learning_rate: float | None = None,
    seed: int | None = None,
    **opening: Any,
) -> tuple[Any, models.StarGAN]:
    """Changing attributes of images, learned from a table of them (StarGAN).

    One generator changes any of the attributes. No pairs are needed: the
    discriminator learns to read the attributes of real images.

    Args:
        images: Folder, zip or array of images.
        table: A `.csv` with the names of the files and their attributes, or an
            array of 0 and 1 with a row for each image.
        batch_size: Images in a batch. Default: by the size of the images.
        width: Channels of the finest layers. Default: by the size.
        loss: Name of the adversarial loss. Default: `"non_saturating"`.
        learning_rate: Of Adam for both players. Default: 2e-4.
        seed: Seed of weights and draws. None: random ones.
        **opening: As for `keras_gan.datasets.AttributeImages`.

    Returns:
        `(dataset, model)`: batches `(images, attributes)`, and a compiled
        `StarGAN`.

    Raises:
        ValueError: If the data or an argument is invalid.

    Example:

    >>> pictures = np.random.randint(0, 256, (8, 16, 16, 1), "uint8")
    >>> table = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 2)
    >>> data, model = attributes(pictures, table, batch_size=4, width=4, seed=1)
    >>> history = model.fit(data, steps_per_epoch=1, verbose=0)
    >>> model.translate(pictures[:2] / 127.5 - 1, [1, 0]).shape
    (2, 16, 16, 1)

    Reference:
        [Choi et al., 2017](https://arxiv.org/abs/1711.09020).
    """
    examples = datasets.AttributeImages(images, table, **opening)
    shapes = (
        examples.info.image_shape,
        (len(examples.attribute_names),),
    )
    chosen = translators.changed(
        recipe_of(shapes, len(examples)),
        batch_size=batch_size,
        width=width,
        loss=loss,
        learning_rate=learning_rate,
    )
    data = datasets.load(examples, batch_size=chosen.batch_size, seed=seed)
    model = model_of(shapes, chosen, exclusive=examples.exclusive, seed=seed)
    return data, model
