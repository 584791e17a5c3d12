"""The base of all penalties, and what they share."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from keras_gan.penalties.scores import Scores
from keras_gan.utils.arguments import positive_integer

Tensor = Any
"""A tensor of whatever framework Keras runs on."""

_LAZY = "Use every=1 for each update, every=16 for each sixteenth."


@keras.saving.register_keras_serializable(package="keras_gan")
class Penalty:
    """A term that is added to a player's loss to keep training stable.

    A subclass overrides `penalize(scores)`, or `__call__(score, real_images,
    fake_images)`, which returns a float32 scalar and changes nothing. A penalty
    with state makes its variables in `build` and writes them in `update_state`,
    which is called at every update of the player, whatever `every` is.

    Args:
        every: The penalty is computed on every `every`-th update of the player
            and multiplied by `every`, which keeps its mean and saves time (lazy
            regularization). The model does both.
        name: Name of the penalty in the logs.

    Attributes:
        default_name: Name in the logs where the user gives none.
        uses_input_gradients: Whether the penalty takes the gradient of an
            image's score with respect to that image, which a discriminator that
            mixes the images of a batch (batch normalization) does not have.

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
        [Karras et al., 2020](https://arxiv.org/abs/1912.04958), for lazy
        regularization
    """

    default_name: str | None = None
    uses_input_gradients: bool = False

    def __init__(self, *, every: int = 1, name: str | None = None) -> None:
        if not _is_written(type(self)):
            raise TypeError(
                f"`{type(self).__name__}` must override `penalize(scores)`, "
                "`of_turn(turn)` or `__call__(score, real_images, "
                "fake_images)`. Received: a class that overrides none of them."
            )
        self.every = positive_integer("every", every, hint=_LAZY)
        self.name = name or self.default_name or type(self).__name__.lower()

    def __call__(
        self,
        score: Callable[[Tensor], Tensor],
        real_images: Tensor,
        fake_images: Tensor,
    ) -> Tensor:
        """Returns the penalty, a float32 scalar, not yet times `every`.

        Args:
            score: The network, images `(batch, ...)` -> logits `(batch, ...)`.
                Where it is conditional the labels are bound to it, in the order
                of the images.
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
        """Returns the penalty of images that are scored once for all.

        Args:
            scores: `Scores` of real and fake images by one network.
        """
        return self(scores, scores.real.images, scores.fake.images)

    def of_turn(self, turn: Any) -> Tensor:
        """Returns the penalty in one turn of training.

        Here it is the sum over all `Scores` of the turn. A penalty that is not
        on scores (on a generator's path length, on weights) overrides this.

        Args:
            turn: The `Turn`: its batch, samples, players and scores.
        """
        return sum(self.penalize(scores) for scores in turn.scores.values())

    def build(self) -> None:
        """Makes the penalty's state; a second call changes nothing.

        The GAN calls it under its distribution strategy.
        """

    @classmethod
    def recommended(cls, image_shape: Sequence[int]) -> "Penalty":
        """Returns the penalty with the settings for images of this shape.

        Args:
            image_shape: Shape of one image, without the batch.
        """
        return cls()

    @property
    def variables(self) -> list[keras.Variable]:
        """The penalty's state, saved with the GAN (its seeds stand apart)."""
        return []

    @property
    def seed_generators(self) -> list[keras.random.SeedGenerator]:
        """The seeds that the penalty draws from, saved with the GAN."""
        return []

    def update_state(self, real_logits: Tensor, fake_logits: Tensor) -> None:
        """Takes note of one batch of logits.

        Args:
            real_logits: Scores of this replica's real images.
            fake_logits: Scores of this replica's generated images.
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


def _is_written(cls: type[Penalty]) -> bool:
    names = ("__call__", "penalize", "of_turn")
    return any(getattr(cls, n) is not getattr(Penalty, n) for n in names)
