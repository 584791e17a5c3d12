"""Low resolution to high resolution."""

import functools
from collections.abc import Sequence
from typing import Any

import keras

from keras_gan import datasets, losses, models, networks
from keras_gan.tasks import translators
from keras_gan.tasks.recipe import Recipe, Shape, recipe

NETWORKS = ("srresnet", "rrdb")
# ESRGAN's second stage: the L1 loss only keeps the colors.
_ADVERSARIAL_WEIGHT = 5e-3
_PIXEL_WEIGHT = 1e-2


def recipe_of(
    shapes: Sequence[Shape], num_examples: int, *, adversarial: bool = False
) -> Recipe:
    """Returns what suits images of a size.

    Args:
        shapes: Shape of sources and of targets.
        num_examples: How many pairs there are.
        adversarial: Whether it is for the second, adversarial stage, which
            trains at half the learning rate.
    """
    return recipe(
        shapes[-1],
        num_examples,
        network="srresnet",
        width=64,
        batch_size=16,
        beta_1=0.9,
        beta_2=0.99,
        loss="none",
        learning_rate=1e-4 if adversarial else 2e-4,
    )


def model_of(
    shapes: Sequence[Shape],
    chosen: Recipe,
    *,
    generator: keras.Model | None = None,
    perceptual: Any = None,
    seed: int | None = None,
    **options: Any,
) -> models.Pix2Pix:
    """Returns a compiled model.

    Args:
        shapes: Shape of sources and of targets.
        chosen: The `Recipe`.
        generator: A trained network to go on with.
        perceptual: A further reconstruction loss.
        seed: Seed of weights and draws.
        **options: As for `translators.pix2pix`.
    """
    source, target = shapes
    is_first_stage = chosen.loss == "none"
    weight = 1.0 if is_first_stage else _PIXEL_WEIGHT
    terms: list[Any] = [losses.PixelLoss(weight)]
    if perceptual is not None:
        terms.append(perceptual)
    return translators.pix2pix(
        translators.generator(
            shapes,
            chosen,
            generator,
            scale=target[0] // source[0],
            seed=seed,
        ),
        _discriminator(target, chosen, seed),
        chosen,
        reconstruction=terms,
        adversarial_weight=_ADVERSARIAL_WEIGHT,
        seed=seed,
        **options,
    )


def super_resolution(
    data: Any,
    scale: int = 2,
    *,
    generator: keras.Model | None = None,
    perceptual: Any = None,
    batch_size: int | None = None,
    width: int | None = None,
    network: str | None = None,
    loss: str = "none",
    learning_rate: float | None = None,
    seed: int | None = None,
    **images: Any,
) -> tuple[Any, models.Pix2Pix]:
    """Images of twice to four times the resolution, learned from images.

    The low resolution is made of the images themselves, by MATLAB's
    antialiased bicubic filter, which papers compare with, or by a chain of
    random degradations for photographs as they are found
    (`degradation="real"`). It is trained in two stages: first by the L1
    distance alone, which gives the highest PSNR and smooth images; then also
    adversarially (with 0.01 times the L1 distance), which adds texture and
    loses PSNR:

    ```python
    data, first = super_resolution("photos", 4)
    first.fit(data, epochs=500)
    data, second = super_resolution(
        "photos", 4, generator=first.ema_generator, loss="relativistic"
    )
    second.fit(data, epochs=200)
    ```

    Args:
        data: Folder, zip, array or built-in name of images, of any sizes.
        scale: 2, 3 or 4.
        generator: The network of the first stage. Default: a new one.
        perceptual: Loss such as `keras_gan.losses.PerceptualLoss(weight=0.01)`,
            which the second stage gains by.
        batch_size: Images in a batch. Default: 16.
        width: Channels of the network. Default: 64.
        network: `"srresnet"` or `"rrdb"`, which is ten times as large.
            Default: `"srresnet"`.
        loss: Name of the adversarial loss, or `"none"`.
        learning_rate: Of Adam for both players. Default: 2e-4, of an
            adversarial stage 1e-4.
        seed: Seed of weights and draws. None: random ones.
        **images: As for `keras_gan.datasets.SuperResolutionImages`.

    Returns:
        `(dataset, model)`: batches `(low, high)`, and a compiled `Pix2Pix`,
        whose `translate` takes images of any size.

    Raises:
        ValueError: If the data or an argument is invalid.

    Example:

    >>> photos = np.random.randint(0, 256, (8, 16, 16, 3), "uint8")
    >>> data, model = super_resolution(photos, 2, batch_size=4, width=4, seed=1)
    >>> history = model.fit(data, steps_per_epoch=1, verbose=0)
    >>> model.translate(np.zeros((2, 10, 12, 3), "float32")).shape
    (2, 20, 24, 3)

    Reference:
        [Ledig et al., 2017](https://arxiv.org/abs/1609.04802);
        [Wang et al., 2018](https://arxiv.org/abs/1809.00219).
    """
    examples = datasets.SuperResolutionImages(data, scale=scale, **images)

    def build(shapes, chosen, *, seed):
        return model_of(
            shapes,
            chosen,
            generator=generator,
            perceptual=perceptual,
            seed=seed,
        )

    return translators.ready(
        examples,
        functools.partial(recipe_of, adversarial=loss != "none"),
        build,
        seed=seed,
        batch_size=batch_size,
        width=width,
        network=network,
        loss=loss,
        learning_rate=learning_rate,
    )


def _discriminator(target: Shape, chosen: Recipe, seed: int | None) -> Any:
    if chosen.loss != "none":
        return networks.unet_discriminator(
            target, width=chosen.width, seed=seed
        )
    # It is not trained, and so as small as can be.
    return networks.patch_discriminator(
        target, width=1, receptive_field=1, normalization=None, seed=seed
    )
