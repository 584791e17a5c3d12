"""The base of all losses that compare images."""

import abc
from typing import Any

import keras
from keras import ops

from keras_gan.utils.arguments import checked_weight
from keras_gan.utils.tensors import shapes_agree

Tensor = Any


@keras.saving.register_keras_serializable(package="keras_gan")
class ImageLoss(abc.ABC):
    """Base class: real and generated images to one float32 scalar.

    Systems that translate images add such losses to the generator's, and log
    each under its name. A subclass implements `compute`; the weight is applied
    here. A plain function `(real_images, fake_images) -> scalar` can be used in
    their place.

    Args:
        weight: Factor of the loss, 0 or more.
        name: Name in the logs; by default that of the class.

    Attributes:
        variables: The variables that a system saves with its own: those of a
            user's network that the loss compares images with.

    Call arguments: `real_images` and `fake_images`, tensors `(batch, height,
    width, channels)` in [-1, 1]. Returns the weighted loss.

    Example:

    >>> class Darkness(ImageLoss):
    ...     default_name = "darkness"
    ...
    ...     def compute(self, real_images, fake_images):
    ...         return ops.mean(1.0 - fake_images)
    >>> float(Darkness(weight=0.5)(None, np.zeros((2, 4, 4, 1))))
    0.5
    """

    default_name = "image_loss"

    def __init__(self, weight: float = 1.0, *, name: str | None = None) -> None:
        self.weight = checked_weight("weight", weight)
        self.name = name or self.default_name

    def __call__(self, real_images: Tensor, fake_images: Tensor) -> Tensor:
        return self.weight * self.compute(real_images, fake_images)

    @abc.abstractmethod
    def compute(self, real_images: Tensor, fake_images: Tensor) -> Tensor:
        """Returns the loss without its weight, a float32 scalar.

        Args:
            real_images: What the generator should have made.
            fake_images: What it has made.
        """

    @property
    def variables(self) -> list:
        """Variables of the networks that the loss compares images with."""
        return []

    def get_config(self) -> dict[str, Any]:
        return {"weight": self.weight, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "ImageLoss":
        return cls(**config)


def difference(real: Tensor, fake: Tensor) -> Tensor:
    """Returns `fake - real` in float32.

    Args:
        real: Images, or features of them.
        fake: The same of other images.

    Raises:
        ValueError: If their shapes differ.
    """
    real, fake = (
        ops.cast(ops.convert_to_tensor(one), "float32") for one in (real, fake)
    )
    if not shapes_agree(real.shape, fake.shape):
        raise ValueError(
            "Real and generated images must have the same shape. Received: "
            f"{tuple(real.shape)} and {tuple(fake.shape)}. Check what the "
            "generator returns."
        )
    return fake - real
