"""The base of all adversarial losses, and what they share."""

import abc
from typing import Any

import keras
from keras import ops

Tensor = Any
"""A tensor of the framework that Keras runs on."""


@keras.saving.register_keras_serializable(package="keras_gan")
class AdversarialLoss(abc.ABC):
    """Base class: two batches of logits to one scalar for D and one for G.

    A GAN has no single objective, so an adversarial loss is a pair of methods
    rather than a `keras.Loss`. Subclasses implement `discriminator_loss` and
    `generator_loss`. Both take the discriminator's logits for real and for
    fake images and return the mean over the batch as a float32 scalar.

    Attributes:
        default_penalties: Names of the penalties to use when a GAN is
            compiled with this loss and `penalties="auto"`.
        generator_uses_real_logits: Whether `generator_loss` uses
            `real_logits`. If not, the GAN may skip that pass through the
            discriminator and pass `None`.

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
        """Returns the discriminator's loss, a float32 scalar.

        Args:
            real_logits: Scores of real images, `(batch, 1)` or any shape.
            fake_logits: Scores of generated images, the same shape.
        """

    @abc.abstractmethod
    def generator_loss(
        self, real_logits: Tensor, fake_logits: Tensor
    ) -> Tensor:
        """Returns the generator's loss, a float32 scalar.

        Args:
            real_logits: Scores of real images, `(batch, 1)` or any shape.
                `None` where `generator_uses_real_logits` is false.
            fake_logits: Scores of generated images, the same shape.
        """

    def real_margins(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """Returns how confident the discriminator is about each real image.

        The value is positive where the discriminator classifies the image as
        real. Adaptive augmentation uses its sign. By default it is the logit
        itself; losses whose decision boundary is not at 0 override this.

        Args:
            real_logits: Scores of real images, `(batch, 1)` or any shape.
            fake_logits: Scores of generated images, the same shape.

        Returns:
            Tensor of the shape of `real_logits`.
        """
        return real_logits

    def build(self) -> None:  # noqa: B027 (most losses have nothing to build)
        """Creates the state of the loss; a second call does nothing.

        The GAN calls it under its distribution strategy.
        """

    @property
    def seed_generators(self) -> list[keras.random.SeedGenerator]:
        """The seed generators of the loss, saved with the GAN."""
        return []

    def get_config(self) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "AdversarialLoss":
        return cls(**config)


def as_logits(logits: Tensor) -> Tensor:
    """Returns `logits` as a float32 tensor.

    In half precision a mean over the batch loses digits and a square may
    overflow.
    """
    return ops.cast(ops.convert_to_tensor(logits), "float32")
