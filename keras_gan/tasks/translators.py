"""The models of tasks whose examples are pairs."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import keras

from keras_gan import datasets, losses, metrics, models, networks
from keras_gan.networks.translation import halvings
from keras_gan.tasks.recipe import (
    Optimizers,
    Recipe,
    Shape,
    of_any_size,
    residual_blocks,
)
from keras_gan.utils.arguments import number_in

# The window of SSIM.
_LEAST_SIDE = 11


def generator(
    shapes: Sequence[Shape],
    recipe: Recipe,
    trained: keras.Model | None = None,
    **options: Any,
) -> keras.Model:
    """Returns the network of a recipe, for images of any size.

    Args:
        shapes: Shape of sources and of targets.
        recipe: The `Recipe`.
        trained: A network to go on with, such as an averaged one: it is
            copied.
        **options: As for the function in `keras_gan.networks`.
    """
    if trained is not None:
        copy = keras.models.clone_model(trained, clone_function=_trainable)
        copy.set_weights(trained.get_weights())
        return copy
    source, target = shapes
    return _GENERATORS[recipe.network](
        of_any_size(source), target, recipe, **options
    )


def patches(shapes: Sequence[Shape], recipe: Recipe, **options) -> Any:
    """Returns a discriminator that judges patches of sources with targets.

    Args:
        shapes: Shape of sources and of targets.
        recipe: The `Recipe`.
        **options: As for `keras_gan.networks.patch_discriminator`.
    """
    source, target = shapes
    return networks.patch_discriminator(
        target, source, width=recipe.width, **options
    )


def pix2pix(
    generator: keras.Model,
    discriminator: keras.Model,
    recipe: Recipe,
    *,
    reconstruction: Sequence[Any] | None = None,
    optimizers: Optimizers | None = None,
    augmenter: Any = None,
    seed: int | None = None,
    **compiling: Any,
) -> models.Pix2Pix:
    """Returns a compiled model, with metrics for validation data.

    Args:
        generator: Model, sources -> targets.
        discriminator: As for `Pix2Pix`.
        recipe: The `Recipe`.
        reconstruction: Losses; by default the L1 distance with weight 100.
        optimizers: Function from a name to a new optimizer.
        augmenter: As for `Pix2Pix`.
        seed: As for `Pix2Pix`.
        **compiling: As for `Pix2Pix.compile`.
    """
    model = models.Pix2Pix(
        generator,
        discriminator,
        augmenter=augmenter,
        ema_momentum=recipe.ema_momentum,
        seed=seed,
    )
    new = optimizers or recipe.adam
    model.compile(
        new("generator_adam"),
        new("discriminator_adam"),
        loss=None if recipe.loss == "none" else recipe.loss,
        reconstruction=reconstruction or [losses.PixelLoss(100.0)],
        metrics=of_pairs(discriminator.inputs[-1].shape[1:]),
        **compiling,
    )
    return model


def of_pairs(shape: Shape) -> list[Any]:
    """Returns the metrics that compare images of a size with their targets.

    Args:
        shape: `(height, width, channels)`.
    """
    measures: list[Any] = [metrics.PSNR()]
    if min(shape[:2]) >= _LEAST_SIDE:
        measures.append(metrics.SSIM())
    return measures


def ready(
    examples: datasets.Examples,
    recipe_of: Callable[[Any, int], Recipe],
    build: Callable[..., Any],
    *,
    seed: int | None,
    **given: Any,
) -> tuple[Any, Any]:
    """Returns batches of examples and a compiled model for them.

    Args:
        examples: The opened data.
        recipe_of: Function from shapes and a number to a `Recipe`.
        build: Function from shapes, a `Recipe` and a seed to a model.
        seed: Seed of weights, draws and order.
        **given: Attributes of the recipe to change; None for those that stay.

    Raises:
        ValueError: If the images have different sizes.
    """
    shapes: Any = examples.shapes
    check_size(examples)
    recipe = changed(recipe_of(shapes, len(examples)), **given)
    data = datasets.load(examples, batch_size=recipe.batch_size, seed=seed)
    return data, build(shapes, recipe, seed=seed)


def check_size(*sources: datasets.Source) -> None:
    """Raises a `ValueError` if the images of some sources differ in size."""
    for source in sources:
        if None in source.info.image_shape:
            raise ValueError(
                f"The images of `{source.info.name}` must have one size. "
                "Received: images of different sizes. Resize them with "
                "`image_size`, or train on parts of one size with `crop`."
            )
    sizes = [source.info.image_shape[:2] for source in sources]
    if len(set(sizes)) > 1:
        raise ValueError(
            "The images of "
            f"{' and '.join(f'`{one.info.name}`' for one in sources)} must "
            "have one size. Received: "
            f"{' and '.join(f'{h} x {w}' for h, w in sizes)} pixels (height x "
            "width). Resize them with `image_size`, or train on parts of one "
            "size with `crop`."
        )


def changed(recipe: Recipe, **given: Any) -> Recipe:
    """Returns a recipe with other attributes.

    Args:
        recipe: The `Recipe`.
        **given: Its attributes; None for those that stay.

    Raises:
        ValueError: If the learning rate is not positive.
    """
    chosen = {name: value for name, value in given.items() if value is not None}
    if "learning_rate" in chosen:
        number_in("learning_rate", chosen["learning_rate"], "(0, inf)")
    return dataclasses.replace(recipe, **chosen)


def _trainable(layer: keras.Layer) -> keras.Layer:
    """A layer of the same arguments, which is not frozen as an average is."""
    return type(layer).from_config(layer.get_config() | {"trainable": True})


def _unet(source, target, recipe, **options):
    return networks.unet_generator(
        source,
        target[-1],
        width=recipe.width,
        depth=halvings(target, at_most=8, unknown=8),
        # Transposed convolutions leave a grid on pictures for a long time.
        upsampling="resize",
        **options,
    )


def _resnet(source, target, recipe, **options):
    return networks.resnet_generator(
        source,
        target[-1],
        width=recipe.width,
        blocks=residual_blocks(target),
        **options,
    )


def _srresnet(source, target, recipe, *, scale, **options):
    blocks = max(1, min(16, min(target[:2]) // 4))
    return networks.srresnet_generator(
        source, scale, width=recipe.width, blocks=blocks, **options
    )


def _rrdb(source, target, recipe, *, scale, **options):
    return networks.rrdb_generator(
        source,
        scale,
        width=recipe.width,
        growth=max(1, recipe.width // 2),
        blocks=23 if min(target[:2]) >= 128 else 6,
        **options,
    )


def _gated_unet(source, target, recipe, **options):
    return networks.gated_unet_generator(
        source,
        width=recipe.width,
        depth=halvings(target, at_most=6, unknown=6, down_to=4),
        **options,
    )


_GENERATORS: dict[str, Any] = {
    "unet": _unet,
    "resnet": _resnet,
    "srresnet": _srresnet,
    "rrdb": _rrdb,
    "gated_unet": _gated_unet,
}
