"""Refuses sizes that no memory can hold, before anything is made of them."""

import math
from collections.abc import Sequence
from typing import Any

from keras_gan.backend import devices
from keras_gan.cli.building import build_networks
from keras_gan.cli.settings import Settings
from keras_gan.utils.memory import check_memory
from keras_gan.utils.models import layer_sizes

# Networks of this size tell how large others will be.
_SMALL = 16
_SHORT_LATENTS = 420  # A multiple of 1 to 7, the parts that BigGAN needs.
_MODEST_WIDTH = 128
_MODEST_LATENT_DIM = 4096
_MODEST_MAP = 2**28
# Maps of its width that a translating network has for each pixel, at least.
_TRANSLATING_MAPS = 8
_SMALLER_BATCH = "Choose a smaller --batch-size or --image-size."


def check_training(settings: Settings, num_classes: int | None) -> None:
    """Raises an error if a run cannot fit into memory.

    Args:
        settings: Settings of the run.
        num_classes: Number of classes of a conditional GAN, or `None`.

    Raises:
        ValueError: If the networks or a batch are too large.
    """
    batch_size, width = settings.batch_size, settings.width
    check_memory(
        f"A batch of {batch_size} images",
        4 * batch_size * math.prod(settings.image_shape),
        _SMALLER_BATCH,
    )
    if _is_modest(settings):
        return
    kind = _of_mlp if settings.network == "mlp" else _of_convolutions
    generator, discriminator, values = kind(settings, num_classes)
    check_memory(
        f"Networks of width {width}, for latents of length "
        f"{settings.latent_dim},",
        # Weights, their gradients, two moments of Adam; and the average.
        16 * (generator + discriminator) + 4 * generator,
        "Choose a smaller --width or --latent-dim.",
    )
    if devices.has_gpu() or devices.has_workers():
        return  # They have memory of their own, and share the batch.
    check_memory(
        f"Training with {batch_size} images at once, width {width},",
        2 * batch_size * values,  # At least 16 bits for each.
        "Choose a smaller --batch-size, --width or --image-size.",
    )


def check_translation(settings: Settings, shapes: Sequence) -> None:
    """Raises an error if a run that translates images cannot fit into memory.

    Args:
        settings: Settings of the run.
        shapes: Shapes of the images.

    Raises:
        ValueError: If a batch is too large.
    """
    pixels = max(math.prod(shape[:2]) for shape in shapes)
    check_memory(
        f"Training with {settings.batch_size} images at once, width "
        f"{settings.width},",
        2 * _TRANSLATING_MAPS * settings.batch_size * settings.width * pixels,
        "Choose a smaller --batch-size, --width or --image-size.",
    )


def check_drawing(network: Any, num_images: int, what: str = "Drawing") -> None:
    """Raises an error if a batch of images cannot be computed in memory.

    Args:
        network: The network.
        num_images: Images in a batch.
        what: What it does with them.
    """
    check_memory(
        f"{what} {num_images} images at once",
        4 * num_images * max(layer_sizes(network), default=0),
        "Choose a smaller --batch-size.",
    )


def check_measuring(chosen: list[Any], shape: tuple, num_images: int) -> None:
    """Raises an error if a batch of images cannot be measured in memory.

    Args:
        chosen: Metrics with a feature extractor.
        shape: Shape of an image.
        num_images: Images in a batch.
    """
    networks = [getattr(m.extractor, "network", None) for m in chosen]
    sizes = [size for n in networks if n for size in layer_sizes(n)]
    check_memory(
        f"Measuring {num_images} images at once",
        4 * num_images * max([math.prod(shape), *sizes]),
        _SMALLER_BATCH,
    )
    for metric in chosen:
        kept = getattr(metric, "max_images", None) or 0
        check_memory(
            f"The features of {kept} images",
            4 * kept * metric.extractor.build(shape),
            "Choose a smaller --num-images.",
        )


def _is_modest(settings: Settings) -> bool:
    """Whether a run takes a few GiB at most, whatever its networks are."""
    height, width, _ = settings.image_shape
    map_size = settings.batch_size * height * width * settings.width
    return (
        settings.width <= _MODEST_WIDTH
        and settings.latent_dim <= _MODEST_LATENT_DIM
        and map_size <= _MODEST_MAP
    )


def _of_mlp(settings: Settings, num_classes: int | None) -> tuple:
    """Weights of both networks, and values that they compute for an image."""
    del num_classes  # Its embeddings are small beside the rest.
    width, pixels = settings.width, math.prod(settings.image_shape)
    return (
        width * (settings.latent_dim + 3 * width + pixels),
        width * (2 * width + pixels),
        7 * width + 2 * pixels,
    )


def _of_convolutions(settings: Settings, num_classes: int | None) -> tuple:
    """The same of small networks, scaled.

    Weights grow with the square of the width, those of the latents with the
    width and the length of the latents, values with the width.
    """
    width = settings.possible_width(_SMALL)
    small, more = (
        build_networks(
            settings, num_classes, width=width, latent_dim=latent_dim
        )
        for latent_dim in (_SHORT_LATENTS, 2 * _SHORT_LATENTS)
    )
    growth = settings.width / width
    of_latents = more[0].count_params() - small[0].count_params()
    longer = max(settings.latent_dim / _SHORT_LATENTS - 1, 0)
    return (
        small[0].count_params() * growth**2 + of_latents * longer * growth,
        small[1].count_params() * growth**2,
        sum(sum(layer_sizes(network)) for network in small) * growth,
    )
