"""Builds a compiled GAN from settings."""

from typing import Any

import keras

from keras_gan import layers, losses, models, networks, optimizers, penalties
from keras_gan.cli.settings import Settings

POLICIES = {
    "float32": "float32",
    "bfloat16": "mixed_bfloat16",
    "float16": "mixed_float16",
}


def build_gan(settings: Settings, num_classes: int | None) -> models.GAN:
    """Returns a new, compiled GAN.

    Args:
        settings: Settings of the run.
        num_classes: Number of classes of a conditional GAN, or `None`.
    """
    pair = build_networks(
        settings,
        num_classes,
        width=settings.width,
        latent_dim=settings.latent_dim,
    )
    gan = models.GAN(
        *pair,
        num_classes=num_classes,
        augmenter=build_augmenter(settings),
        ema_momentum=settings.ema_momentum,
        seed=settings.seed,
    )
    recipe = networks.recipe(settings.network, settings.image_shape)
    gan.compile(
        optimizers.AdversarialOptimizer(
            _adam_of(recipe, "generator", settings),
            _adam_of(recipe, "discriminator", settings),
        ),
        loss=settings.loss,
        penalties=_penalties(settings, recipe),
        discriminator_steps=recipe.discriminator_steps,
        update=recipe.update,
        freeze_layers=settings.freeze_layers,
        jit_compile="auto" if settings.jit is None else settings.jit,
    )
    return gan


def build_augmenter(settings: Settings) -> Any:
    """Returns a new augmenter, as fast as the length of the run asks for."""
    return layers.augmenter(
        settings.augment,
        seed=settings.seed,
        num_images=settings.steps * settings.batch_size,
    )


def build_networks(
    settings: Settings, num_classes: int | None, *, width: int, latent_dim: int
) -> tuple[keras.Model, keras.Model]:
    """Returns a new generator and discriminator.

    Args:
        settings: Settings of the run.
        num_classes: As for `build_gan`.
        width: Width of the networks.
        latent_dim: Length of the latents.
    """
    name = settings.network
    make = _mlp if name == "mlp" else getattr(networks, name)
    return make(
        settings.image_shape,
        width=width,
        latent_dim=latent_dim,
        num_classes=num_classes,
        seed=settings.seed,
    )


def _mlp(image_shape, width, **options):
    latent_dim = options.pop("latent_dim")
    return (
        networks.mlp_generator(
            image_shape, latent_dim=latent_dim, hidden=(width,) * 4, **options
        ),
        networks.mlp_discriminator(image_shape, hidden=(width,) * 3, **options),
    )


def adam(
    settings: Settings,
    name: str,
    beta_1: float = 0.0,
    *,
    beta_2: float | None = None,
    factor: float = 1.0,
) -> keras.optimizers.Optimizer:
    """Returns a new optimizer, whose rate decays unless the run has a time.

    Args:
        settings: Settings of the run.
        name: Name of the optimizer.
        beta_1: Of Adam.
        beta_2: The same; `None` stands for that of the settings.
        factor: What the rate of the settings is multiplied by.
    """
    rate: Any = settings.learning_rate * factor
    if settings.minutes is None:
        rate = keras.optimizers.schedules.CosineDecay(
            rate,
            settings.steps,
            alpha=settings.final_learning_rate / settings.learning_rate,
        )
    return keras.optimizers.Adam(
        rate,
        beta_1=beta_1,
        beta_2=settings.beta_2 if beta_2 is None else beta_2,
        epsilon=1e-8,
        name=name,
    )


def _adam_of(
    recipe: networks.Recipe, player: str, settings: Settings
) -> keras.optimizers.Optimizer:
    """Adam of a player: the rate of the settings is that of the generator."""
    share = recipe.lazy_share(player)
    rates = (recipe.generator_rate, recipe.discriminator_rate)
    ratio = rates[player == "discriminator"] / rates[0]
    return adam(
        settings,
        f"{player}_adam",
        recipe.beta_1**share,
        beta_2=settings.beta_2**share,
        factor=ratio * share,
    )


def _penalties(settings: Settings, recipe: networks.Recipe) -> Any:
    """The penalties of a run; R1 and R2 have the gamma of its settings."""
    own: Any = () if isinstance(recipe.penalties, str) else recipe.penalties
    if isinstance(recipe.penalties, str) or settings.loss != recipe.loss:
        chosen = _penalties_of_loss(settings)
        # Those of the generator do not depend on the loss.
        own = [penalty for penalty in own if penalty.player == "generator"]
        own = [*chosen, *own] if own else chosen
    if settings.gamma is not None:
        for penalty in own:
            if isinstance(penalty, (penalties.R1, penalties.R2)):
                penalty.gamma = settings.gamma
    return own


def _penalties_of_loss(settings: Settings) -> list:
    names = losses.get(settings.loss).default_penalties
    chosen = [
        penalties.recommended(name, settings.image_shape) for name in names
    ]
    if settings.network == "mlp" and settings.gamma is not None:
        for penalty in chosen:  # Its presets are for every step.
            penalty.every = 1
    return chosen
