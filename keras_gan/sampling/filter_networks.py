"""Checks of the networks that filters score images with."""

from typing import Any

import keras

from keras_gan.utils.models import input_shapes
from keras_gan.utils.tensors import shapes_agree


def check_network(name: str, network: Any) -> Any:
    """Returns `network`, if it is a `keras.Model`.

    Args:
        name: Name of the argument.
        network: What was given.
    """
    if not isinstance(network, keras.Model):
        raise TypeError(
            f"`{name}` must be a `keras.Model`. Received: {name}={network!r} "
            f"of type {type(network).__name__}."
        )
    return network


def choose_network(
    name: str, given: keras.Model | None, source: Any
) -> tuple[Any, bool]:
    """Chooses the discriminator of a filter.

    Args:
        name: Name of the filter.
        given: What was passed as `discriminator`.
        source: The source of the images, whose discriminator is the default.

    Returns:
        The discriminator, and whether it takes labels.

    Raises:
        ValueError: If there is none, or it does not fit the images.
    """
    if given is None:
        if source.discriminator is None:
            raise ValueError(
                f"`{name}` needs a discriminator, but the generator has none. "
                "Received: discriminator=None. Pass the whole GAN, or pass "
                "`discriminator=` to the filter."
            )
        return source.discriminator, source.conditional_discriminator
    known, has_classes = input_shapes(given), source.num_classes is not None
    conditional = has_classes if known is None else len(known) == 2
    if conditional and not has_classes:
        raise ValueError(
            "`discriminator` must take images only if there are no classes. "
            "Received: a model of `[images, labels]`. Pass `num_classes` with "
            "the generator if it has classes."
        )
    images = keras.KerasTensor((None, *source.image_shape), "float32")
    labels = keras.KerasTensor((None,), "int32")
    inputs = [images, labels] if conditional else images
    shape = output_shapes("discriminator", given, inputs)[0]
    if shape[1:] not in ((), (1,)):
        raise ValueError(
            "`discriminator` must return one logit per image, shape "
            f"(batch, 1). Received: shape {shape}. End it in "
            "`keras.layers.Dense(1)`."
        )
    return given, conditional


def output_shapes(name: str, network: Any, inputs: Any) -> list[tuple]:
    """Returns the output shapes of a model; builds it if necessary.

    Args:
        name: Name of the argument, for the error.
        network: `keras.Model`.
        inputs: Symbolic tensor, or a list of them.

    Raises:
        ValueError: If the model does not take such inputs.
    """
    shapes = [tuple(one.shape) for one in keras.tree.flatten(inputs)]
    own = input_shapes(network)
    if own is not None and not _fit(own, shapes):
        raise ValueError(
            f"`{name}` must take the generator's images, inputs of shape "
            f"{_joined(shapes)}. Received: a model with inputs of shape "
            f"{_joined(own)}. Put a `keras.layers.Resizing` in front of it."
        )
    try:
        outputs = network(inputs)
    except Exception as error:
        raise ValueError(
            f"`{name}` could not be called on inputs of shape "
            f"{_joined(shapes)}. Received: {type(error).__name__}: {error}"
        ) from error
    return [tuple(one.shape) for one in keras.tree.flatten(outputs)]


def _fit(own: list[tuple], shapes: list[tuple]) -> bool:
    return len(own) == len(shapes) and shapes_agree(own[0], shapes[0])


def _joined(shapes: list[tuple]) -> str:
    return " and ".join(map(str, shapes))
