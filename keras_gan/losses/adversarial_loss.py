"""The base of all adversarial losses, and what they share."""

import abc
from typing import Any

import keras
from keras import ops

Tensor = Any
"""A tensor of whatever framework Keras runs on."""


@keras.saving.register_keras_serializable(package="keras_gan")
class AdversarialLoss(abc.ABC):
    """Two scalars from two batches of logits: one for D and one for G.

    A GAN has no single objective, so an adversarial loss is a pair of methods
    and not a `keras.Loss`. A subclass writes `discriminator_loss` and
    `generator_loss`; both take the discriminator's logits on real and on fake
    images and return the mean over the batch as a float32 scalar.

    Attributes:
        default_penalties: Names of the penalties that the loss is trained with
            when a GAN is compiled with `penalties="auto"`.
        generator_uses_real_logits: Whether `generator_loss` looks at
            `real_logits`. Where it does not, a GAN may leave out that pass
            through the discriminator and hand over `None`.

    Example:

    >>> class LogisticLoss(AdversarialLoss):
    ...     def discriminator_loss(self, real_logits, fake_logits):
    ...         return ops.mean(ops.softplus(-real_logits)) + (
    ...             ops.mean(ops.softplus(fake_logits))
    ...         )
    ...
    ...     def generator_loss(self, real_logits, fake_logits):
    ...         return ops.mean(ops.softplus(-fake_logits))
    >>> loss = LogisticLoss()
    >>> logits = ops.zeros((8, 1))
    >>> round(float(loss.generator_loss(logits, logits)), 4)
    0.6931

    Reference:
        [Goodfellow et al., 2014](https://arxiv.org/abs/1406.2661)
    """

    default_penalties: tuple[str, ...] = ()
    generator_uses_real_logits: bool = True

    @abc.abstractmethod
    def discriminator_loss(
        self, real_logits: Tensor, fake_logits: Tensor
    ) -> Tensor:
        """Returns what the discriminator minimises, a float32 scalar.

        Args:
            real_logits: Scores of real images, `(batch, 1)` or any shape.
            fake_logits: Scores of generated images, the same shape.
        """

    @abc.abstractmethod
    def generator_loss(
        self, real_logits: Tensor, fake_logits: Tensor
    ) -> Tensor:
        """Returns what the generator minimises, a float32 scalar.

        Args:
            real_logits: Scores of real images, `(batch, 1)` or any shape.
                `None` where `generator_uses_real_logits` is false.
            fake_logits: Scores of generated images, the same shape.
        """

    def real_margins(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """Returns how sure the discriminator is that each real image is real.

        Positive where it is right, as this loss asks the question; adaptive
        augmentation is steered by the sign. Here it is the logit itself. A loss
        whose decision does not lie at 0 says otherwise.

        Args:
            real_logits: Scores of real images, `(batch, 1)` or any shape.
            fake_logits: Scores of generated images, the same shape.

        Returns:
            Tensor of the shape of `real_logits`.
        """
        return real_logits

    def build(self) -> None:  # noqa: B027 (most losses have nothing to build)
        """Makes the loss' state; a second call changes nothing.

        The GAN calls it under its distribution strategy.
        """

    @property
    def seed_generators(self) -> list[keras.random.SeedGenerator]:
        """The seeds that the loss draws from, saved with the GAN."""
        return []

    def get_config(self) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "AdversarialLoss":
        return cls(**config)


def as_logits(logits: Tensor) -> Tensor:
    """Returns `logits` as a float32 tensor.

    Half precision would round a mean over the batch, and overflow in a square.
    """
    return ops.cast(ops.convert_to_tensor(logits), "float32")
