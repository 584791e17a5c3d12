"""`Recipe`: the settings of training that belong to a family of networks."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import keras


@dataclasses.dataclass(frozen=True)
class Recipe:
    """What a family of networks is trained with.

    Attributes:
        loss: Name of the adversarial loss, or an `AdversarialLoss`.
        penalties: Penalties of the discriminator and of the generator, or
            "auto": those of the loss.
        generator_rate: Learning rate of the generator's Adam.
        discriminator_rate: Learning rate of the discriminator's Adam.
        beta_1: Of Adam for both players.
        beta_2: The same.
        discriminator_steps: Updates of the discriminator per step.
        update: "alternating" or "simultaneous".
        ema_momentum: Momentum of the averaged generator.
        batch_size: Images in a batch, those of all updates together.

    Example:

    >>> recipe = Recipe(loss="hinge", penalties=())
    >>> recipe.compile_arguments()["discriminator_steps"]
    1
    """

    loss: Any = "relativistic"
    penalties: Sequence[Any] | str = "auto"
    generator_rate: float = 2e-4
    discriminator_rate: float = 2e-4
    beta_1: float = 0.0
    beta_2: float = 0.99
    discriminator_steps: int = 1
    update: str = "alternating"
    ema_momentum: float = 0.999
    batch_size: int = 64

    def compile_arguments(self) -> dict[str, Any]:
        """Returns the arguments of `GAN.compile`, with new optimizers."""
        rates = {
            "generator_optimizer": self.generator_rate,
            "discriminator_optimizer": self.discriminator_rate,
        }
        return {
            **{name: self._adam(rate, name) for name, rate in rates.items()},
            "loss": self.loss,
            "penalties": self.penalties,
            "discriminator_steps": self.discriminator_steps,
            "update": self.update,
        }

    def _adam(self, rate: float, name: str) -> keras.optimizers.Optimizer:
        return keras.optimizers.Adam(
            rate,
            beta_1=self.beta_1,
            beta_2=self.beta_2,
            epsilon=1e-8,
            name=name.replace("optimizer", "adam"),
        )
