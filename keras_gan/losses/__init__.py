"""Losses: of logits, one scalar for D and one for G; of images, one scalar."""

from typing import Any

import keras

from keras_gan.losses.adversarial_loss import AdversarialLoss
from keras_gan.losses.hinge import HingeLoss
from keras_gan.losses.image_loss import ImageLoss
from keras_gan.losses.least_squares import LeastSquaresLoss
from keras_gan.losses.minimax import MinimaxLoss
from keras_gan.losses.non_saturating import NonSaturatingLoss
from keras_gan.losses.perceptual import PerceptualLoss
from keras_gan.losses.pixel import PixelLoss
from keras_gan.losses.relativistic import RelativisticLoss
from keras_gan.losses.style import StyleLoss, gram_matrix
from keras_gan.losses.total_variation import TotalVariation
from keras_gan.losses.wasserstein import WassersteinLoss

__all__ = [
    "AdversarialLoss",
    "HingeLoss",
    "ImageLoss",
    "LeastSquaresLoss",
    "MinimaxLoss",
    "NonSaturatingLoss",
    "PerceptualLoss",
    "PixelLoss",
    "RelativisticLoss",
    "StyleLoss",
    "TotalVariation",
    "WassersteinLoss",
    "deserialize",
    "get",
    "gram_matrix",
    "serialize",
]

_BY_NAME: dict[str, type[AdversarialLoss]] = {
    "relativistic": RelativisticLoss,
    "non_saturating": NonSaturatingLoss,
    "minimax": MinimaxLoss,
    "least_squares": LeastSquaresLoss,
    "hinge": HingeLoss,
    "wasserstein": WassersteinLoss,
}


def get(identifier: Any) -> AdversarialLoss:
    """Returns the adversarial loss that `identifier` refers to.

    Args:
        identifier: The name of a loss, a config made by `serialize`, or an
            object with the methods `discriminator_loss` and `generator_loss`,
            which is returned unchanged.

    Returns:
        An object with both methods.

    Raises:
        ValueError: If `identifier` is none of these.

    Example:

    >>> type(get("hinge")).__name__
    'HingeLoss'
    """
    if isinstance(identifier, str) and identifier in _BY_NAME:
        return _BY_NAME[identifier]()
    if isinstance(identifier, dict) and "class_name" in identifier:
        return get(keras.saving.deserialize_keras_object(identifier))
    if _is_loss(identifier):
        return identifier
    raise ValueError(
        "`loss` must be the name of an adversarial loss, the config of one, or "
        "an object with the methods `discriminator_loss` and "
        f"`generator_loss`. Received: {identifier!r}. "
        f"The names are: {', '.join(_BY_NAME)}."
    )


def serialize(loss: AdversarialLoss) -> dict[str, Any]:
    """Returns the config of `loss`, from which `deserialize` recreates it.

    Args:
        loss: An `AdversarialLoss`, or an object of another registered class.

    Example:

    >>> serialize(NonSaturatingLoss(label_smoothing=0.1))["class_name"]
    'NonSaturatingLoss'
    """
    return keras.saving.serialize_keras_object(loss)


def deserialize(
    config: dict[str, Any], custom_objects: dict[str, Any] | None = None
) -> AdversarialLoss:
    """Returns the loss that a config from `serialize` describes.

    Args:
        config: What `serialize` returned.
        custom_objects: Unregistered classes by their name.

    Example:

    >>> type(deserialize(serialize(HingeLoss()))).__name__
    'HingeLoss'
    """
    with keras.saving.custom_object_scope(custom_objects or {}):
        return get(config)


def _is_loss(candidate: Any) -> bool:
    return not isinstance(candidate, type) and all(
        callable(getattr(candidate, method, None))
        for method in ("discriminator_loss", "generator_loss")
    )
