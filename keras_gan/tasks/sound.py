"""New sounds like those of WAV files."""

import math
import os
from collections.abc import Sequence
from typing import Any

from keras_gan import datasets, models, networks
from keras_gan.tasks.recipe import Optimizers, Recipe
from keras_gan.tasks.translators import changed
from keras_gan.utils.memory import check_memory

NETWORKS = ("wavegan",)
LATENT_DIM = 100
# Half of the paper's: a fourth of the time of a step.
_WIDTH = 32
_STEPS = 20_000


def recipe_of(shape: Sequence[int], num_sounds: int) -> Recipe:
    """Returns what suits sounds: the recipe of WaveGAN, in half the width.

    Args:
        shape: `(length, channels)`.
        num_sounds: How many there are.

    Example:

    >>> recipe_of((8192, 1), 3000).batch_size, recipe_of((8192, 1), 12)
    (320, Recipe(network='wavegan', width=32, batch_size=10, ...))
    """
    family = networks.recipe("wavegan", tuple(shape))
    parts = family.discriminator_steps
    batch_size = min(family.batch_size, num_sounds)
    return Recipe(
        network="wavegan",
        width=_WIDTH,
        # A part for each update of the discriminator.
        batch_size=max(batch_size - batch_size % parts, parts),
        steps=_STEPS,
        learning_rate=family.generator_rate,
        final_learning_rate=family.generator_rate,
        beta_1=family.beta_1,
        beta_2=family.beta_2,
        ema_momentum=family.ema_momentum,
        loss=family.loss,
        # The gradients of penalties would lose digits in less.
        precision="float32",
    )


def model_of(
    shape: Sequence[int],
    chosen: Recipe,
    *,
    num_classes: int | None = None,
    latent_dim: int = LATENT_DIM,
    optimizers: Optimizers | None = None,
    seed: int | None = None,
    **compiling: Any,
) -> models.GAN:
    """Returns a compiled GAN.

    Args:
        shape: `(length, channels)`.
        chosen: The `Recipe`.
        num_classes: Number of classes of a conditional GAN, or None.
        latent_dim: Length of the latents.
        optimizers: Function from a name to a new optimizer.
        seed: Seed of weights and draws.
        **compiling: As for `GAN.compile`.

    Raises:
        ValueError: If the networks or a batch cannot fit into memory.
    """
    _check_memory(shape, chosen, latent_dim)
    gan = models.GAN(
        *networks.wavegan(
            tuple(shape),
            latent_dim=latent_dim,
            num_classes=num_classes,
            width=chosen.width,
            seed=seed,
        ),
        num_classes=num_classes,
        ema_momentum=chosen.ema_momentum,
        seed=seed,
    )
    new = optimizers or chosen.adam
    gan.compile(
        new("generator_adam"),
        new("discriminator_adam"),
        loss=chosen.loss,
        discriminator_steps=parts_of_a_batch(shape),
        **compiling,
    )
    return gan


def parts_of_a_batch(shape: Sequence[int]) -> int:
    """Returns how many parts of a batch update the discriminator in turn.

    Args:
        shape: `(length, channels)`.

    Example:

    >>> parts_of_a_batch((8192, 1))
    5
    """
    return networks.recipe("wavegan", tuple(shape)).discriminator_steps


def _check_memory(
    shape: Sequence[int], chosen: Recipe, latent_dim: int
) -> None:
    length, width = shape[0], chosen.width
    maps = max(1, math.ceil(math.log(max(length, 2) / 16, 4)))
    # Kernels of 25 samples between maps of which each has half the channels.
    weights = 34 * (width * 2 ** (maps - 1)) ** 2
    weights += 16 * latent_dim * width * 2 ** (maps - 1)
    check_memory(
        f"Networks of width {width}, for sounds of {length} samples,",
        # Of both: weights, their gradients, two moments; and the average.
        36 * weights,
        "Choose a smaller width, or shorter sounds.",
    )
    part = chosen.batch_size // parts_of_a_batch(shape)
    check_memory(
        f"Training with {part} sounds of {length} samples at once, width "
        f"{width},",
        # Maps of a quarter of the samples, and half as large ones after it.
        4 * part * (shape[0] * shape[1] + width * length // 2),
        "Choose a smaller batch size or width, or shorter sounds.",
    )


def sound(
    data: str | os.PathLike | datasets.Sounds,
    *,
    rate: int | None = None,
    length: int | None = None,
    channels: int | None = None,
    conditional: bool = False,
    batch_size: int | None = None,
    width: int | None = None,
    loss: str | None = None,
    seed: int | None = None,
    **opening: Any,
) -> tuple[Any, models.GAN]:
    """New sounds like those of WAV files, also of a class of choice.

    Args:
        data: Folder of WAV files (subfolders are classes) or a zip of one; or
            `keras_gan.datasets.Sounds`.
        rate: Samples in a second. Default: that of most files.
        length: Samples of each sound. Default: that of the longest, but at
            most 16,384.
        channels: 1 (mono) or 2 (stereo). Default: as most files.
        conditional: Whether to learn the classes.
        batch_size: Sounds in a batch, a multiple of 5. Default: 320, or as
            many as there are.
        width: Channels of the finest maps. Default: 32.
        loss: Name of the adversarial loss. Default: `"wasserstein"`.
        seed: Seed of weights, draws and the order. None: random ones.
        **opening: As for `keras_gan.datasets.Sounds`, such as `pieces` and
            `normalize`.

    Returns:
        `(dataset, model)`: batches of sounds, or of sounds and labels, and a
        compiled `GAN` for them.

    Raises:
        FileNotFoundError: If there is no such folder or zip.
        ValueError, TypeError: If the data or an argument is invalid.

    Example:

    >>> import pathlib
    >>> pathlib.Path("drums").mkdir()
    >>> for name in "abcde":
    ...     tone = np.sin(np.arange(100.0))[:, None]
    ...     keras_gan.sounds.write_wav(f"drums/{name}.wav", tone, rate=8000)
    >>> data, model = sound("drums", width=1, loss="hinge", seed=1)
    >>> history = model.fit(data, verbose=0)
    >>> model.generate(3).shape
    (3, 100, 1)

    Reference:
        [Donahue et al., 2019](https://arxiv.org/abs/1802.04208).
    """
    if not isinstance(data, datasets.Sounds):
        data = datasets.Sounds(
            data, rate=rate, length=length, channels=channels, **opening
        )
    number = data.info.num_classes
    if conditional and number is None:
        raise ValueError(
            "`conditional=True` needs classes. Received: "
            f"{data.info.name}, which has none. Put the sounds of each class "
            "in a subfolder of its own."
        )
    shape: Any = data.info.image_shape
    chosen = changed(
        recipe_of(shape, len(data)),
        batch_size=batch_size,
        width=width,
        loss=loss,
    )
    batches = datasets.load(
        data,
        batch_size=chosen.batch_size,
        labels=conditional,
        seed=seed,
        drop_remainder=True,
    )
    num_classes = number if conditional else None
    return batches, model_of(shape, chosen, num_classes=num_classes, seed=seed)
