"""Grayscale to color."""

from typing import Any

from keras_gan import datasets, models
from keras_gan.tasks import translators
from keras_gan.tasks.paired import NETWORKS, model_of, recipe_of

__all__ = ["NETWORKS", "colorization", "model_of", "recipe_of"]


def colorization(
    data: Any,
    *,
    batch_size: int | None = None,
    width: int | None = None,
    network: str | None = None,
    loss: str | None = None,
    learning_rate: float | None = None,
    seed: int | None = None,
    **images: Any,
) -> tuple[Any, models.Pix2Pix]:
    """Coloring of grayscale images, learned from color images.

    The sources are made of the targets. The discriminator sees both, so it
    judges whether colors suit what they are on.

    Args:
        data: Folder, zip, array or built-in name of color images.
        batch_size: Images in a batch. Default: by the size of the images.
        width: Channels of the finest layers. Default: by the size.
        network: `"unet"` or `"resnet"`. Default: `"unet"`.
        loss: Name of the adversarial loss; `"none"` trains by the L1 distance
            alone. Default: `"non_saturating"`.
        learning_rate: Of Adam for both players. Default: 2e-4.
        seed: Seed of weights and draws. None: random ones.
        **images: As for `keras_gan.datasets.ColorizationImages`.

    Returns:
        `(dataset, model)`: batches `(gray, color)`, and a compiled `Pix2Pix`.

    Raises:
        ValueError: If the data or an argument is invalid.

    Example:

    >>> photos = np.random.randint(0, 256, (8, 16, 16, 3), "uint8")
    >>> data, model = colorization(photos, batch_size=4, width=4, seed=1)
    >>> history = model.fit(data, steps_per_epoch=1, verbose=0)
    >>> model.translate(np.zeros((2, 16, 16, 1), "float32")).shape
    (2, 16, 16, 3)

    Reference:
        [Isola et al., 2017](https://arxiv.org/abs/1611.07004), section 4.
    """
    examples = datasets.ColorizationImages(data, **images)
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
