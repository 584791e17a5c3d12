"""Penalties: scalars that are added to a player's loss."""

from collections.abc import Callable, Sequence
from typing import Any

import keras

from keras_gan.penalties.consistency_regularization import (
    ConsistencyRegularization,
)
from keras_gan.penalties.default_gamma import default_gamma
from keras_gan.penalties.dragan import DRAGAN
from keras_gan.penalties.drift import Drift
from keras_gan.penalties.gradient_penalty import GradientPenalty
from keras_gan.penalties.lecam import LeCam
from keras_gan.penalties.orthogonal_regularization import (
    OrthogonalRegularization,
)
from keras_gan.penalties.path_length import PathLength
from keras_gan.penalties.penalty import Penalty
from keras_gan.penalties.r1 import R1
from keras_gan.penalties.r2 import R2
from keras_gan.penalties.reconstruction import Reconstruction
from keras_gan.penalties.san_direction import SANDirection
from keras_gan.penalties.scores import Scored, Scores, input_gradients

__all__ = [
    "DRAGAN",
    "R1",
    "R2",
    "ConsistencyRegularization",
    "Drift",
    "GradientPenalty",
    "LeCam",
    "OrthogonalRegularization",
    "PathLength",
    "Penalty",
    "Reconstruction",
    "SANDirection",
    "Scored",
    "Scores",
    "default_gamma",
    "deserialize",
    "get",
    "input_gradients",
    "recommended",
    "serialize",
]

_BY_NAME: dict[str, type[Penalty]] = {
    "r1": R1,
    "r2": R2,
    "gradient_penalty": GradientPenalty,
    "dragan": DRAGAN,
    "lecam": LeCam,
    "drift": Drift,
    "path_length": PathLength,
    "orthogonality": OrthogonalRegularization,
}


def get(identifier: Any) -> Callable[..., Any]:
    """Returns the penalty that `identifier` names.

    Args:
        identifier: The name of a penalty, which is created with its default
            arguments (`ConsistencyRegularization` has none, because it needs an
            augmenter, nor have `Reconstruction` and `SANDirection`, which
            models add by themselves); a config from `serialize`; or a
            `Penalty` or other callable `(score, real_images, fake_images) ->
            scalar`, which is returned unchanged.

    Returns:
        A `Penalty`, or the callable that was given.

    Raises:
        ValueError: If `identifier` is none of these.

    Example:

    >>> get("gradient_penalty").weight
    10.0
    """
    if isinstance(identifier, str) and identifier in _BY_NAME:
        return _BY_NAME[identifier]()
    if isinstance(identifier, dict) and "class_name" in identifier:
        return get(keras.saving.deserialize_keras_object(identifier))
    if callable(identifier) and not isinstance(identifier, type):
        return identifier
    raise ValueError(
        "A penalty must be a name, a config or a callable "
        "`(score, real_images, fake_images) -> scalar`. "
        f"Received: {identifier!r}. The names are: {', '.join(_BY_NAME)}."
    )


def recommended(identifier: Any, image_shape: Sequence[int]) -> Any:
    """Returns a penalty with the recommended settings for an image shape.

    R1 and R2 of images are then computed in every fourth update, which trains
    as well as in every update, and faster.

    Args:
        identifier: The name of a penalty, or anything else that `get` accepts,
            which keeps its own settings.
        image_shape: Shape of one image, without the batch.

    Returns:
        A `Penalty`, or the callable that was given.

    Example:

    >>> recommended("r1", (64, 64, 3)).gamma
    1.6
    """
    if isinstance(identifier, str) and identifier in _BY_NAME:
        return _BY_NAME[identifier].recommended(image_shape)
    return get(identifier)


def serialize(penalty: Callable[..., Any]) -> dict[str, Any]:
    """Returns the config of `penalty`, from which `deserialize` recreates it.

    Args:
        penalty: A `Penalty`, or a callable that is registered with Keras.

    Example:

    >>> serialize(R1(gamma=0.5))["config"]["gamma"]
    0.5
    """
    return keras.saving.serialize_keras_object(penalty)


def deserialize(
    config: dict[str, Any], custom_objects: dict[str, Any] | None = None
) -> Callable[..., Any]:
    """Returns the penalty that a config from `serialize` describes.

    Args:
        config: What `serialize` returned.
        custom_objects: Unregistered classes and functions by name.

    Example:

    >>> deserialize(serialize(R1(gamma=0.5, every=16))).every
    16
    """
    with keras.saving.custom_object_scope(custom_objects or {}):
        return get(config)
