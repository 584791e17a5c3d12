"""Checks of the networks that filters score images with."""

from typing import Any

import keras

from keras_gan.utils.models import input_shapes
from keras_gan.utils.tensors import shapes_agree


def check_network(name: str, network: Any) -> Any:
    """Returns `network`, if it is a model.

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


def output_shapes(name: str, network: Any, inputs: Any) -> list[tuple]:
    """Shapes of what a model returns; builds it where it is not yet built.

    Args:
        name: Name of the argument, for the error.
        network: `keras.Model`.
        inputs: Symbolic tensor, or list of such.

    Raises:
        ValueError: If the model does not take such inputs.
    """
    shapes = [tuple(one.shape) for one in keras.tree.flatten(inputs)]
    own = input_shapes(network)
    if own is not None and not _fit(own, shapes):
        raise ValueError(
            f"`{name}` must take the generator's images, inputs of shape "
            f"{_words(shapes)}. Received: a model of inputs of shape "
            f"{_words(own)}. A `keras.layers.Resizing` in front changes sizes."
        )
    try:
        outputs = network(inputs)
    except Exception as error:
        raise ValueError(
            f"`{name}` could not be called on inputs of shape "
            f"{_words(shapes)}. Received: {type(error).__name__}: {error}"
        ) from error
    return [tuple(one.shape) for one in keras.tree.flatten(outputs)]


def _fit(own: list[tuple], shapes: list[tuple]) -> bool:
    return len(own) == len(shapes) and shapes_agree(own[0], shapes[0])


def _words(shapes: list[tuple]) -> str:
    return " and ".join(map(str, shapes))
