"""New rows of a table."""

import os
from typing import Any

from keras_gan import datasets, layers, metrics, models, networks
from keras_gan.tasks.recipe import Optimizers, Recipe
from keras_gan.tasks.translators import changed
from keras_gan.utils.memory import check_memory

NETWORKS = ("table",)
LATENT_DIM, PACK = 128, 10
_PASSES, _LEAST_STEPS, _MOST_STEPS = 300, 3_000, 30_000
# A rate that falls makes rows of small tables more useful, and of large ones
# less.
_FEW_ROWS, _HIGH_RATE, _FINAL_SHARE = 1_000, 5e-4, 0.05
# Of the metrics during training.
_MOST_ROWS = 2_000


def recipe_of(num_rows: int) -> Recipe:
    """Returns what suits a table: the recipe of CTGAN; a falling rate if small.

    Args:
        num_rows: Number of its rows.

    Example:

    >>> recipe_of(142).batch_size, recipe_of(30_000).batch_size
    (140, 500)
    >>> recipe_of(142).learning_rate, recipe_of(30_000).learning_rate
    (0.0005, 0.0003)
    """
    family = networks.recipe("table", (1,))
    rate, share = family.generator_rate, 1.0
    if num_rows < _FEW_ROWS:
        rate, share = _HIGH_RATE, _FINAL_SHARE
    batch_size = min(family.batch_size, max(1, num_rows // PACK) * PACK)
    steps = _PASSES * num_rows // batch_size
    return Recipe(
        network="table",
        width=256,
        batch_size=batch_size,
        steps=max(_LEAST_STEPS, min(steps, _MOST_STEPS)),
        learning_rate=rate,
        final_learning_rate=share * rate,
        beta_1=family.beta_1,
        beta_2=family.beta_2,
        ema_momentum=family.ema_momentum,
        loss=family.loss,
        precision="float32",
    )


def model_of(
    preprocessor: layers.TablePreprocessor,
    chosen: Recipe,
    *,
    latent_dim: int = LATENT_DIM,
    optimizers: Optimizers | None = None,
    seed: int | None = None,
    **compiling: Any,
) -> models.TableGAN:
    """Returns a compiled model, with metrics for validation data.

    Args:
        preprocessor: `TablePreprocessor` that has learned the table.
        chosen: The `Recipe`.
        latent_dim: Length of the latents.
        optimizers: Function from a name to a new optimizer.
        seed: Seed of weights and draws.
        **compiling: As for `TableGAN.compile`.

    Raises:
        ValueError: If the networks cannot fit into memory.
    """
    _check_memory(preprocessor.adapted(), chosen, latent_dim)
    pair = networks.table(
        preprocessor,
        latent_dim=latent_dim,
        pack=PACK,
        hidden=(chosen.width,) * 2,
        seed=seed,
    )
    model = models.TableGAN(
        *pair, preprocessor, ema_momentum=chosen.ema_momentum, seed=seed
    )
    compile_model(model, chosen, optimizers, **compiling)
    return model


def compile_model(
    model: models.TableGAN,
    chosen: Recipe,
    optimizers: Optimizers | None = None,
    **compiling: Any,
) -> None:
    """Compiles a model with the optimizers and metrics of the task.

    Args:
        model: The model.
        chosen: The `Recipe`.
        optimizers: Function from a name to a new optimizer.
        **compiling: As for `TableGAN.compile`.
    """
    new = optimizers or chosen.adam
    quality = metrics.TableQuality(model.preprocessor, max_rows=_MOST_ROWS)
    model.compile(
        new("generator_adam"),
        new("discriminator_adam"),
        loss=chosen.loss,
        metrics=[quality],
        **compiling,
    )


def _check_memory(layout: Any, chosen: Recipe, latent_dim: int) -> None:
    row, width = layout.width + layout.condition_width, chosen.width
    generator = (latent_dim + 2 * width) * (width + layout.width) + width * row
    discriminator = width * (PACK * row + width)
    check_memory(
        f"Networks of width {width}, for rows of {layout.width} numbers and "
        f"latents of length {latent_dim},",
        # Weights, their gradients, two moments of Adam; and the average.
        16 * (generator + discriminator) + 4 * generator,
        "Choose a smaller width or shorter latents.",
    )


def table(
    data: Any,
    *,
    label: str | None = None,
    categories: Any = (),
    batch_size: int | None = None,
    width: int | None = None,
    loss: str | None = None,
    seed: int | None = None,
) -> tuple[Any, models.TableGAN]:
    """New rows of a table, also of a category of choice.

    Args:
        data: A CSV or Parquet file, a `DataFrame` or a dict of arrays.
        label: Name of a column whose values are categories.
        categories: Names of further ones.
        batch_size: Rows in a batch. Default: 500, or as many as there are.
        width: Width of the hidden layers. Default: 256.
        loss: Name of the adversarial loss. Default: `"wasserstein"`.
        seed: Seed of weights and draws. None: random ones.

    Returns:
        `(table, model)`: the table, and a compiled `TableGAN` for it.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError, TypeError: If the data or an argument is invalid.

    Example:

    >>> people = {"age": [31, 45, 62, 27] * 5, "sex": ["F", "M", "F", "F"] * 5}
    >>> data, model = table(people, batch_size=20, width=8, seed=1)
    >>> history = model.fit(data, batch_size=20, verbose=0)
    >>> model.generate(3, conditions={"sex": "M"})["sex"].tolist()
    ['M', 'M', 'M']

    Reference:
        [Xu et al., 2019](https://arxiv.org/abs/1907.00503).
    """
    if isinstance(data, str | os.PathLike):
        data = datasets.table(data)
    preprocessor = layers.TablePreprocessor(
        categories=[*dict.fromkeys([*categories, *filter(None, [label])])],
        seed=seed or 0,
    )
    preprocessor.adapt(data)
    num_rows = len(data[next(iter(data))])
    recipe = changed(
        recipe_of(num_rows), batch_size=batch_size, width=width, loss=loss
    )
    return data, model_of(preprocessor, recipe, seed=seed)
