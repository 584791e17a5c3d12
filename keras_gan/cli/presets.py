"""Good settings for a data set of a size, where none are given."""

import dataclasses
import math
from typing import Any


@dataclasses.dataclass(frozen=True)
class Preset:
    """Settings of networks and training.

    Attributes:
        network: Name of the pair of networks.
        width: Channels of the finest layer; units of a layer of `mlp`.
        latent_dim: Length of the latent vectors.
        batch_size: Images in a batch.
        steps: Training steps.
        learning_rate: Adam's, of both networks, at the start.
        final_learning_rate: The same at the end of a cosine.
        beta_2: Adam's memory of squared gradients, of both.
        ema_momentum: Of the averaged generator.
        gamma: Weight of R1 and R2. None: by the images' size.
        jit: Whether XLA compiles the step on one device. None: Keras' choice.
        precision: `"auto"` or that of the arithmetic.
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


# Longest side in pixels up to which a preset holds, from small to large.
_BY_SIDE = (
    (
        16,
        Preset(
            network="mlp",
            width=256,
            steps=8_000,
            learning_rate=2e-3,
            final_learning_rate=2e-4,
            gamma=0.05,
            # Many small operations: XLA makes one of them, and there is
            # nothing to gain from short numbers.
            jit=True,
            precision="float32",
        ),
    ),
    (
        32,
        Preset(
            width=32,
            steps=10_000,
            learning_rate=1e-3,
            final_learning_rate=1e-4,
        ),
    ),
    (64, Preset(width=32, steps=30_000)),
    (math.inf, Preset(width=32, batch_size=32, steps=100_000)),
)
# What a network needs other than its preset has it.
_CONVOLUTIONAL = {
    "width": 32,
    "learning_rate": 5e-4,
    "final_learning_rate": 5e-5,
    "gamma": None,
    "jit": None,
    "precision": "auto",
}
_BY_NETWORK: dict[str, dict[str, Any]] = {
    "dcgan": _CONVOLUTIONAL,
    "mlp": {"width": 256, "jit": True, "precision": "float32"},
    "r3gan": _CONVOLUTIONAL,
}

NETWORKS = tuple(_BY_NETWORK)


def preset(num_images: int, image_shape, network: str | None = None) -> Preset:
    """The preset for images of one shape.

    Args:
        num_images: Number of images in the data set.
        image_shape: `(height, width, channels)`.
        network: One of `NETWORKS`. None: the one that suits the images.

    Returns:
        A `Preset`.

    Example:

    >>> preset(1797, (8, 8, 1)).network
    'mlp'
    """
    side = max(image_shape[:2])
    chosen = next(value for limit, value in _BY_SIDE if side <= limit)
    if network is not None and network != chosen.network:
        changes = _BY_NETWORK[network]
        chosen = dataclasses.replace(chosen, network=network, **changes)
    return dataclasses.replace(
        chosen, batch_size=min(chosen.batch_size, num_images)
    )
