"""New lines of text."""

from typing import Any

from keras_gan import datasets, layers, metrics, models, networks
from keras_gan.networks.inputs_and_heads import LATENT_DIM
from keras_gan.tasks.recipe import Optimizers, Recipe
from keras_gan.tasks.translators import changed
from keras_gan.utils.memory import check_memory

NETWORKS = ("text",)
_FAMILY = networks.recipe("text", (1, 2))
DISCRIMINATOR_SHARE = _FAMILY.discriminator_rate / _FAMILY.generator_rate
"""The discriminator's learning rate, as a share of the generator's."""
_PASSES, _LEAST_STEPS, _MOST_STEPS = 30, 1_000, 20_000
# Of a run, and at most, without the adversarial loss.
_WARM_SHARE, _MOST_WARM = 0.5, 2_000
# Of the metrics during training.
_MOST_TEXTS = 2_000


def recipe_of(num_lines: int) -> Recipe:
    """Returns what suits lines of text.

    Args:
        num_lines: Number of them.

    Example:

    >>> recipe_of(32_000).steps, recipe_of(10).batch_size
    (15000, 10)
    """
    batch_size = min(_FAMILY.batch_size, num_lines)
    steps = _PASSES * num_lines // batch_size
    return Recipe(
        network="text",
        width=256,
        batch_size=batch_size,
        steps=max(_LEAST_STEPS, min(steps, _MOST_STEPS)),
        learning_rate=_FAMILY.generator_rate,
        final_learning_rate=_FAMILY.generator_rate / 10,
        beta_1=_FAMILY.beta_1,
        beta_2=_FAMILY.beta_2,
        ema_momentum=_FAMILY.ema_momentum,
        loss=_FAMILY.loss,
        precision="float32",
    )


def model_of(
    preprocessor: layers.TextPreprocessor,
    chosen: Recipe,
    *,
    num_classes: int | None = None,
    latent_dim: int = LATENT_DIM,
    optimizers: Optimizers | None = None,
    seed: int | None = None,
    **compiling: Any,
) -> models.TextGAN:
    """Returns a compiled model, with metrics for validation data.

    Args:
        preprocessor: `TextPreprocessor` that has learned the lines.
        chosen: The `Recipe`.
        num_classes: Number of classes, or None.
        latent_dim: Length of the latents.
        optimizers: Function from a name to a new optimizer.
        seed: Seed of weights and draws.
        **compiling: As for `TextGAN.compile`.

    Raises:
        ValueError: If the networks cannot fit into memory.
    """
    _check_memory(preprocessor.sequence_shape, chosen)
    pair = networks.text(
        preprocessor.sequence_shape,
        latent_dim=latent_dim,
        num_classes=num_classes,
        width=chosen.width,
        seed=seed,
    )
    model = models.TextGAN(
        *pair,
        preprocessor,
        num_classes=num_classes,
        warm_start=min(_MOST_WARM, int(_WARM_SHARE * chosen.steps)),
        ema_momentum=chosen.ema_momentum,
        seed=seed,
    )
    new = optimizers or chosen.adam
    quality = metrics.TextQuality(preprocessor, max_texts=_MOST_TEXTS)
    model.compile(
        new("generator_adam"),
        new("discriminator_adam"),
        loss=chosen.loss,
        metrics=[quality],
        **compiling,
    )
    return model


def _check_memory(sequence_shape: tuple[int, int], chosen: Recipe) -> None:
    length, vocabulary = sequence_shape
    width, batch = chosen.width, chosen.batch_size
    generator = width * (6 * width + 2 * vocabulary)
    discriminator = width // 2 * (10 * width + vocabulary + length)
    check_memory(
        f"Networks of width {width}, for {length} tokens of {vocabulary},",
        # Weights, their gradients, two moments of Adam, and the average; a
        # few values of each place in the batch.
        20 * (generator + discriminator)
        + 16 * batch * length * (8 * width + 4 * vocabulary),
        "Choose a smaller width or batch, shorter lines, or characters.",
    )


def text(
    source: Any,
    *,
    labels: bool | None = None,
    unit: str = "characters",
    max_length: int | None = None,
    batch_size: int | None = None,
    width: int | None = None,
    loss: str | None = None,
    seed: int | None = None,
) -> tuple[datasets.TextLines, models.TextGAN]:
    """New lines of text, also of a class of choice.

    Args:
        source: As for `datasets.text`: a file or lines.
        labels: The same. With labels the model is conditional.
        unit: The same: `"characters"` or `"words"`.
        max_length: The same.
        batch_size: Lines in a batch. Default: 64, or as many as there are.
        width: Units of the generator. Default: 256.
        loss: Name of the adversarial loss. Default: `"relativistic"`.
        seed: Seed of weights and draws. None: random ones.

    Returns:
        `(lines, model)`: `datasets.TextLines`, and a compiled `TextGAN`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError, TypeError: If the data or an argument is invalid.

    Example:

    >>> lines, model = text(["good\\tI like it", "bad\\tI do not"] * 8, width=8)
    >>> history = model.fit(lines, batch_size=16, verbose=0)
    >>> len(model.generate(3, labels=lines.class_names.index("bad")))
    3

    Reference:
        [Yu et al., 2016](https://arxiv.org/abs/1609.05473).
    """
    if isinstance(source, datasets.TextLines):
        lines = source
    else:
        lines = datasets.text(
            source, labels=labels, unit=unit, max_length=max_length
        )
    preprocessor = layers.TextPreprocessor(unit=unit)
    preprocessor.adapt(lines)
    recipe = changed(
        recipe_of(len(lines)), batch_size=batch_size, width=width, loss=loss
    )
    classes = lines.class_names or ()
    num_classes = len(classes) if len(classes) > 1 else None
    return lines, model_of(
        preprocessor, recipe, num_classes=num_classes, seed=seed
    )
