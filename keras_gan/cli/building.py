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
    gan.compile(
        optimizers.AdversarialOptimizer(
            adam(settings, "generator_adam"),
            adam(settings, "discriminator_adam"),
        ),
        loss=settings.loss,
        penalties=_penalties(settings),
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
    return _NETWORKS[settings.network](
        settings.image_shape,
        width,
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


def _dcgan(image_shape, width, **options):
    return networks.dcgan(image_shape, width=width, **options)


def _r3gan(image_shape, width, **options):
    return networks.r3gan(image_shape, width=width, **options)


_NETWORKS = {"dcgan": _dcgan, "mlp": _mlp, "r3gan": _r3gan}


def adam(
    settings: Settings, name: str, beta_1: float = 0.0
) -> keras.optimizers.Optimizer:
    """Returns a new optimizer, whose rate decays unless the run has a time.

    Args:
        settings: Settings of the run.
        name: Name of the optimizer.
        beta_1: Of Adam.
    """
    rate: Any = settings.learning_rate
    if settings.minutes is None:
        rate = _schedule(settings)
    return keras.optimizers.Adam(
        rate,
        beta_1=beta_1,
        beta_2=settings.beta_2,
        epsilon=1e-8,
        name=name,
    )


def _schedule(settings: Settings) -> Any:
    return keras.optimizers.schedules.CosineDecay(
        settings.learning_rate,
        settings.steps,
        alpha=settings.final_learning_rate / settings.learning_rate,
    )


def _penalties(settings: Settings):
    """The penalties of the loss; R1 and R2 have the gamma of the settings."""
    kinds = {"r1": penalties.R1, "r2": penalties.R2}
    names = losses.get(settings.loss).default_penalties
    if settings.gamma is None or not set(names) <= set(kinds):
        return "auto"
    if settings.network == "mlp":  # Its presets are for every step.
        return [kinds[name](settings.gamma) for name in names]
    chosen = [
        penalties.recommended(name, settings.image_shape) for name in names
    ]
    for penalty in chosen:
        penalty.gamma = settings.gamma
    return chosen
