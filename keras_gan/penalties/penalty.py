"""`Penalty`: the base class of all penalties."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from keras_gan.penalties.scores import Scores
from keras_gan.utils.arguments import positive_integer

Tensor = Any
"""A tensor of the framework that Keras runs on."""

_EVERY_HINT = "Use every=1 for each update, every=16 for every 16th update."


@keras.saving.register_keras_serializable(package="keras_gan")
class Penalty:
    """A term that is added to a player's loss to keep training stable.

    A subclass overrides `penalize(scores)`, or `__call__(score, real_images,
    fake_images)`, which returns a float32 scalar and has no side effects. A
    penalty with state creates its variables in `build` and updates them in
    `update_state`, which is called in every update of the player, whatever
    `every` is.

    Args:
        every: The model computes the penalty in every `every`-th update of the
            player only and multiplies it by `every`, which saves time and keeps
            the mean (lazy regularization). At least 1.
        name: Name of the penalty in the logs.

    Attributes:
        default_name: Name in the logs if the user gives none.
        uses_input_gradients: Whether the penalty uses the gradient of an
            image's logit with respect to that image. This gradient is not
            defined if the discriminator mixes the images of a batch, as batch
            normalization does.
        player: Name of the player of a `GAN` that has the penalty.
        num_statistics: Number of statistics that `of_turn` returns after the
            penalty, float32 scalars; `keep` takes them.

    Example:

    >>> class LogitDrift(Penalty):
    ...     default_name = "drift"
    ...
    ...     def penalize(self, scores):
    ...         return 0.001 * ops.mean(ops.square(scores.real.logits))
    >>> penalty = LogitDrift(every=4)
    >>> penalty.name, penalty.every
    ('drift', 4)
    >>> images = ops.ones((8, 2))
    >>> round(float(penalty(lambda x: 100.0 * x[:, :1], images, images)), 4)
    10.0

    Reference:
        [Karras et al., 2020](https://arxiv.org/abs/1912.04958) (lazy
        regularization)
    """

    default_name: str | None = None
    uses_input_gradients: bool = False
    player: str = "discriminator"
    num_statistics: int = 0

    def __init__(self, *, every: int = 1, name: str | None = None) -> None:
        if not _overrides_a_method(type(self)):
            raise TypeError(
                f"`{type(self).__name__}` must override `penalize(scores)`, "
                "`of_turn(turn)` or `__call__(score, real_images, "
                "fake_images)`. Received: a class that overrides none of them."
            )
        self.every = positive_integer("every", every, hint=_EVERY_HINT)
        self.name = name or self.default_name or type(self).__name__.lower()

    def __call__(
        self,
        score: Callable[[Tensor], Tensor],
        real_images: Tensor,
        fake_images: Tensor,
    ) -> Tensor:
        """Returns the penalty, a float32 scalar, without the factor `every`.

        Args:
            score: Callable, images `(batch, ...)` -> logits `(batch, ...)`. For
                a conditional network it passes the labels of the batch.
            real_images: Float tensor `(batch, ...)`.
            fake_images: Float tensor `(batch, ...)`.
        """
        known = isinstance(score, Scores) and (
            score.real.images is real_images
            and score.fake.images is fake_images
        )
        if not known:
            score = Scores(score, real_images, fake_images)
        return self.penalize(score)  # type: ignore[arg-type]

    def penalize(self, scores: Scores) -> Tensor:
        """Returns the penalty for scores that are computed once and shared.

        Args:
            scores: `Scores` of real and fake images by one network.
        """
        if type(self).__call__ is Penalty.__call__:
            raise TypeError(
                f"`{type(self).__name__}` must be used in a model. Received: a "
                "call of a penalty that only overrides `of_turn`. Override "
                "`penalize` or `__call__` to call it directly."
            )
        return self(scores, scores.real.images, scores.fake.images)

    def of_turn(self, turn: Any) -> Tensor:
        """Returns the penalty in one turn of training.

        By default this is the sum over all `Scores` of the turn. Penalties that
        do not use scores (path length of a generator, weights) override it.

        Args:
            turn: The `Turn`, with its batch, samples, players and scores.
        """
        return sum(self.penalize(scores) for scores in turn.scores.values())

    def keep(self, *statistics: Tensor) -> None:
        """Updates the state from what `of_turn` measured.

        Unlike `of_turn`, which may be skipped, it is called in every update of
        the player, and may thus communicate between replicas.

        Args:
            *statistics: Float32 scalars; all 0 if `of_turn` was skipped.
        """

    def check_networks(self, networks: Sequence[Any]) -> None:
        """Raises an error if the penalty is not possible for some networks.

        Args:
            networks: Those of the player that has the penalty.
        """

    def build(self) -> None:
        """Creates the penalty's state; a second call does nothing.

        The model calls it under its distribution strategy.
        """

    @classmethod
    def recommended(cls, image_shape: Sequence[int]) -> "Penalty":
        """Returns the penalty with recommended settings for an image shape.

        Args:
            image_shape: Shape of one image, without the batch.
        """
        return cls()

    @property
    def variables(self) -> list[keras.Variable]:
        """The penalty's state without its seeds; saved with the model."""
        return []

    @property
    def seed_generators(self) -> list[keras.random.SeedGenerator]:
        """The penalty's seed generators; saved with the model."""
        return []

    def update_state(self, real_logits: Tensor, fake_logits: Tensor) -> None:
        """Updates the state from one batch of logits.

        Args:
            real_logits: Logits of this replica's real images.
            fake_logits: Logits of this replica's generated images.
        """

    def get_config(self) -> dict[str, Any]:
        return {"every": self.every, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Penalty":
        return cls(**config)


def squared_norms(gradients: Tensor) -> Tensor:
    """Returns the squared norm of each sample's gradient, `(batch,)`."""
    gradients = ops.cast(gradients, "float32")
    axes = tuple(range(1, len(gradients.shape)))
    return ops.sum(ops.square(gradients), axis=axes)


def _overrides_a_method(cls: type[Penalty]) -> bool:
    names = ("__call__", "penalize", "of_turn")
    return any(getattr(cls, n) is not getattr(Penalty, n) for n in names)
