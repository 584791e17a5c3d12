"""What a task trains with, by the size and the number of its images."""

import dataclasses
import math
from collections.abc import Callable, Sequence

import keras

Shape = Sequence[int]
Optimizers = Callable[[str], keras.optimizers.Optimizer]


@dataclasses.dataclass(frozen=True)
class Recipe:
    """Networks and training of a task.

    Attributes:
        network: Name of the generator.
        width: Channels of the finest layers.
        batch_size: Examples in a batch.
        steps: Training steps that usually suffice.
        learning_rate: Of Adam for both players.
        final_learning_rate: The same at the end, if it decays.
        beta_1: Of Adam for both players.
        beta_2: The same.
        ema_momentum: Momentum of the averaged generator.
        loss: Name of the adversarial loss, or "none".
        jit: Whether XLA compiles the step. None leaves it to Keras.
        precision: "auto", "float32", "bfloat16" or "float16".
    """

    network: str
    width: int = 64
    batch_size: int = 16
    steps: int = 20_000
    learning_rate: float = 2e-4
    final_learning_rate: float = 2e-6
    beta_1: float = 0.5
    beta_2: float = 0.999
    ema_momentum: float = 0.999
    loss: str = "non_saturating"
    jit: bool | None = None
    precision: str = "auto"

    def adam(self, name: str) -> keras.optimizers.Optimizer:
        """Returns an optimizer with a constant learning rate.

        Args:
            name: Name of the optimizer.
        """
        return keras.optimizers.Adam(
            self.learning_rate,
            beta_1=self.beta_1,
            beta_2=self.beta_2,
            epsilon=1e-8,
            name=name,
        )


# By the longest side of the images in pixels: what fits into the time of a
# step, and batches that are larger the less an image has to teach.
_BY_SIDE: tuple[tuple[float, dict[str, int]], ...] = (
    (16, {"width": 16, "batch_size": 32, "steps": 5_000}),
    (32, {"width": 32, "batch_size": 32, "steps": 10_000}),
    (64, {"width": 32, "batch_size": 16, "steps": 20_000}),
    (128, {"width": 32, "batch_size": 4, "steps": 40_000}),
    (math.inf, {"width": 64, "batch_size": 1, "steps": 80_000}),
)


def recipe(shape: Shape, num_examples: int, **chosen) -> Recipe:
    """Returns what suits images of a size.

    Args:
        shape: `(height, width, channels)`.
        num_examples: How many there are.
        **chosen: Attributes of the `Recipe` that do not depend on the size,
            and those to choose in their place.

    Example:

    >>> recipe((28, 28, 1), 60_000, network="unet").batch_size
    32
    """
    side = max(shape[:2])
    numbers = next(value for limit, value in _BY_SIDE if side <= limit)
    chosen = numbers | chosen
    batch_size = min(chosen.pop("batch_size"), num_examples)
    return Recipe(batch_size=batch_size, **chosen)


def residual_blocks(shape: Shape) -> int:
    """Returns the residual blocks of a network for images of a size.

    Args:
        shape: `(height, width, channels)`.

    Example:

    >>> [residual_blocks((side, side, 3)) for side in (8, 28, 128, 256)]
    [1, 4, 6, 9]
    """
    side = min(shape[:2])
    return 9 if side > 128 else max(1, min(6, side // 7))


def of_any_size(shape: Shape) -> tuple[None, None, int]:
    """Returns the shape of inputs of any height and width.

    Args:
        shape: `(height, width, channels)`.
    """
    return None, None, shape[-1]
