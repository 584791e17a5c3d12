"""The base of all penalties, and what they share."""

import abc
import numbers
from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

Tensor = Any
"""A tensor of whatever framework Keras runs on."""


@keras.saving.register_keras_serializable(package="keras_gan")
class Penalty(abc.ABC):
    """What is added to the discriminator's loss to keep the game stable.

    A subclass writes `__call__(score, real_images, fake_images)`, which returns
    a float32 scalar and changes nothing. A penalty that remembers something
    makes its variables in `build` and writes them in `update_state`, which is
    called at every update of the discriminator, also between the `every`-th.

    Args:
        every: The penalty is computed on every `every`-th update of the
            discriminator and multiplied by `every`, which keeps its mean and
            saves time (lazy regularisation). The caller does both.
        name: Name of the penalty in the logs.

    Attributes:
        default_name: Name in the logs where the user gives none.
        uses_input_gradients: Whether the penalty takes the gradient of an
            image's score with respect to that image, which a discriminator that
            mixes the images of a batch (batch normalisation) does not have.

    Example:

    >>> class LogitDrift(Penalty):
    ...     default_name = "drift"
    ...
    ...     def __call__(self, score, real_images, fake_images):
    ...         return 0.001 * batch_mean(ops.square(score(real_images)))
    >>> penalty = LogitDrift(every=4)
    >>> penalty.name, penalty.every
    ('drift', 4)
    >>> images = ops.ones((8, 2))
    >>> round(float(penalty(lambda x: 100.0 * x[:, :1], images, images)), 4)
    10.0

    Reference:
        [Karras et al., 2020](https://arxiv.org/abs/1912.04958), for lazy
        regularisation
    """

    default_name: str | None = None
    uses_input_gradients: bool = False

    def __init__(self, *, every: int = 1, name: str | None = None) -> None:
        self.every = _positive_integer("every", every)
        self.name = name or self.default_name or type(self).__name__.lower()

    @abc.abstractmethod
    def __call__(
        self,
        score: Callable[[Tensor], Tensor],
        real_images: Tensor,
        fake_images: Tensor,
    ) -> Tensor:
        """Returns the penalty, a float32 scalar, not yet times `every`.

        Args:
            score: The discriminator, images `(batch, ...)` -> logits. Where it
                is conditional the labels are bound to it, in the order of the
                images.
            real_images: Float tensor `(batch, ...)`.
            fake_images: Float tensor `(batch, ...)`.
        """

    def build(self) -> None:  # noqa: B027 (most penalties have no state)
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

    def update_state(  # noqa: B027 (most penalties have no state)
        self, real_logits: Tensor, fake_logits: Tensor
    ) -> None:
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


def batch_mean(values: Tensor) -> Tensor:
    """Returns the float32 mean of `values`, and 0 (not NaN) of none.

    The last batch of an epoch may leave a replica without a single image.
    """
    values = ops.cast(values, "float32")
    count = ops.cast(ops.size(values), "float32")
    return ops.sum(values) / ops.maximum(count, 1.0)


def squared_norms(gradients: Tensor) -> Tensor:
    """Returns the squared norm of each sample's gradient, `(batch,)`."""
    gradients = ops.cast(gradients, "float32")
    axes = tuple(range(1, len(gradients.shape)))
    return ops.sum(ops.square(gradients), axis=axes)


def non_negative(name: str, value: Any) -> float:
    """Returns `value` as a float, or raises an error that names it."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(
            f"`{name}` must be a number. Received: {name}={value!r} of type "
            f"{type(value).__name__}."
        )
    value = float(value)
    # Written so that NaN, which compares with nothing, is refused too.
    if not 0.0 <= value < float("inf"):
        raise ValueError(
            f"`{name}` must be finite and not negative. "
            f"Received: {name}={value}. Give a number of 0 or more."
        )
    return value


def optional_seed(seed: Any) -> int | None:
    """Returns `seed` as an int or `None`, or raises an error that names it."""
    if seed is None:
        return None
    if isinstance(seed, bool) or not isinstance(seed, numbers.Integral):
        raise TypeError(
            "`seed` must be an integer, or `None` for a new one. "
            f"Received: seed={seed!r} of type {type(seed).__name__}."
        )
    return int(seed)


def _positive_integer(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(
            f"`{name}` must be an integer. Received: {name}={value!r} of type "
            f"{type(value).__name__}."
        )
    if value < 1:
        raise ValueError(
            f"`{name}` must be at least 1. Received: {name}={value}. "
            f"Use {name}=1 for each update, {name}=16 for each sixteenth."
        )
    return int(value)
