"""`Recipe`: the settings of training that belong to a family of networks."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.penalties import Penalty
from keras_gan.penalties import get as get_penalty


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
        scales_lazily: Whether rates and betas of a player are scaled to the
            share of its updates without a penalty that comes every k-th time:
            rate * c and beta ** c with c = k / (k + 1).
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
    scales_lazily: bool = False
    discriminator_steps: int = 1
    update: str = "alternating"
    ema_momentum: float = 0.999
    batch_size: int = 64

    def compile_arguments(self) -> dict[str, Any]:
        """Returns the arguments of `GAN.compile`.

        Optimizers and penalties are new at each call, so that two models share
        no state. `ema_momentum` is an argument of `GAN`, and `batch_size` one
        of the data.
        """
        return {
            **{
                f"{player}_optimizer": self._adam(player, rate)
                for player, rate in (
                    ("generator", self.generator_rate),
                    ("discriminator", self.discriminator_rate),
                )
            },
            "loss": self.loss,
            "penalties": self._new_penalties(),
            "discriminator_steps": self.discriminator_steps,
            "update": self.update,
        }

    def lazy_share(self, player: str) -> float:
        """Returns the factor of the rate and exponent of the betas of a player.

        Args:
            player: `"generator"` or `"discriminator"`.
        """
        if not self.scales_lazily or isinstance(self.penalties, str):
            return 1.0
        penalties: Any = self.penalties
        own = [
            one.every
            for one in map(get_penalty, penalties)
            if isinstance(one, Penalty) and one.player == player
        ]
        every = max(own, default=1)
        return every / (every + 1) if every > 1 else 1.0

    def _new_penalties(self) -> Any:
        if isinstance(self.penalties, str):
            return self.penalties
        return [_copy(penalty) for penalty in self.penalties]

    def _adam(self, player: str, rate: float) -> keras.optimizers.Optimizer:
        share = self.lazy_share(player)
        return keras.optimizers.Adam(
            rate * share,
            beta_1=self.beta_1**share,
            beta_2=self.beta_2**share,
            epsilon=1e-8,
            name=f"{player}_adam",
        )


def _copy(penalty: Any) -> Any:
    """A penalty of the same settings without state; others as they are."""
    if not isinstance(penalty, Penalty):
        return penalty
    return type(penalty).from_config(penalty.get_config())
