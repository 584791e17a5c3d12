"""Default settings by the size of the images."""

import dataclasses
import math
from typing import Any

from keras_gan import networks
from keras_gan.networks.biggan_plan import default_latent_dim
from keras_gan.networks.ladagan_blocks import nearest_width


@dataclasses.dataclass(frozen=True)
class Preset:
    """Settings of the networks and the training.

    Attributes:
        network: Name of the pair of networks.
        width: Channels of the layer of highest resolution; units per layer
            of an `mlp`.
        latent_dim: Length of the latent vectors.
        batch_size: Images in a batch.
        steps: Training steps.
        learning_rate: Of Adam for both networks, at the start.
        final_learning_rate: The same at the end of a cosine decay.
        beta_2: Of Adam for both networks.
        ema_momentum: Momentum of the averaged generator.
        gamma: Weight of R1 and R2. `None` chooses it by the image size.
        jit: Whether XLA compiles the step on one device. `None` leaves it to
            Keras.
        precision: `"auto"`, `"float32"`, `"bfloat16"` or `"float16"`.
        loss: Name of the adversarial loss.
    """

    network: str = "dcgan"
    width: int = 64
    latent_dim: int = 64
    batch_size: int = 64
    steps: int = 20_000
    learning_rate: float = 2e-4
    final_learning_rate: float = 2e-5
    beta_2: float = 0.99
    ema_momentum: float = 0.999
    gamma: float | None = None
    jit: bool | None = None
    precision: str = "auto"
    loss: str = "relativistic"


# Presets by the longest side of the images in pixels, and the default network.
_BY_SIDE = (
    (
        16,
        "mlp",
        Preset(
            network="mlp",
            width=256,
            steps=8_000,
            learning_rate=2e-3,
            final_learning_rate=2e-4,
            gamma=0.05,
            # Many small operations: XLA fuses them, and lower precision would
            # gain nothing.
            jit=True,
            precision="float32",
        ),
    ),
    (
        32,
        "compact",
        Preset(
            width=32,
            steps=10_000,
            learning_rate=2e-3,
            final_learning_rate=1e-4,
        ),
    ),
    (
        64,
        "compact",
        Preset(
            width=32,
            steps=30_000,
            learning_rate=1e-3,
            final_learning_rate=5e-5,
        ),
    ),
    (math.inf, "dcgan", Preset(width=32, batch_size=32, steps=100_000)),
)
# Changes for a network other than the one of the preset.
_WIDTH = 32
_CONVOLUTIONAL = {
    "width": _WIDTH,
    "learning_rate": 5e-4,
    "final_learning_rate": 5e-5,
    "gamma": None,
    "jit": None,
    "precision": "auto",
}
_BY_NETWORK: dict[str, dict[str, Any]] = {
    "dcgan": _CONVOLUTIONAL,
    # The learning rates are those of the size.
    "compact": {
        "width": _WIDTH,
        "gamma": None,
        "jit": None,
        "precision": "auto",
    },
    # XLA is slow, by a factor of 50 and more, if large images have labels.
    "mlp": {"width": 256, "jit": None, "precision": "float32"},
    "r3gan": _CONVOLUTIONAL,
}

FAMILIES = (
    "sngan", "sagan", "biggan", "stylegan2", "progressive", "fastgan",
    "ladagan",
)  # fmt: skip
"""Networks that are trained with their own `networks.recipe`."""

NETWORKS = (*_BY_NETWORK, *FAMILIES)


def preset(num_images: int, image_shape, network: str | None = None) -> Preset:
    """Returns the preset for images of a shape.

    Args:
        num_images: Number of images in the data set.
        image_shape: `(height, width, channels)`.
        network: One of `NETWORKS`, or `None` to choose one by the image size.

    Returns:
        A `Preset`.

    Example:

    >>> preset(1797, (8, 8, 1)).network
    'mlp'
    """
    side = max(image_shape[:2])
    default, chosen = next(
        (name, value) for limit, name, value in _BY_SIDE if side <= limit
    )
    network = network or default
    if network in FAMILIES:
        return _of_family(chosen, network, num_images, tuple(image_shape))
    if network != chosen.network:
        changes = _BY_NETWORK[network]
        chosen = dataclasses.replace(chosen, network=network, **changes)
    if network == "compact" and side > 32:
        # Half the batch, and as many images.
        chosen = dataclasses.replace(
            chosen, batch_size=32, steps=chosen.steps * chosen.batch_size // 32
        )
    return dataclasses.replace(
        chosen, batch_size=min(chosen.batch_size, num_images)
    )


def _of_family(
    chosen: Preset, family: str, num_images: int, image_shape: tuple[int, ...]
) -> Preset:
    """The preset with the settings of a family's recipe."""
    recipe = networks.recipe(family, image_shape)
    batch_size = min(recipe.batch_size, num_images)
    # A batch is cut into one part for each update of the discriminator.
    batch_size -= batch_size % recipe.discriminator_steps
    if family == "biggan":
        latent_dim = default_latent_dim(image_shape)
        chosen = dataclasses.replace(chosen, latent_dim=latent_dim)
    width = _WIDTH
    if family == "ladagan":
        width = nearest_width(image_shape, width)
    return dataclasses.replace(
        chosen,
        **_CONVOLUTIONAL
        | {
            "network": family,
            "width": width,
            "batch_size": max(batch_size, recipe.discriminator_steps),
            "learning_rate": recipe.generator_rate,
            "final_learning_rate": recipe.generator_rate / 10,
            "beta_2": recipe.beta_2,
            "ema_momentum": recipe.ema_momentum,
            "loss": recipe.loss,
        },
    )
