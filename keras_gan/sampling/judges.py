"""Networks that judge images: how filters hold and check them."""

import copy
from typing import Any

import keras


class Held:
    """Something that is held without being a part of its holder.

    Keras looks neither for layers nor for weights inside of a plain object. So
    a network that only judges is not among the weights that a model which
    holds the filter trains; to freeze it instead would end the training of the
    GAN that it belongs to.

    Args:
        value: A `keras.Model`, `None`, or anything else.
    """

    def __init__(self, value: Any) -> None:
        self.value = value


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


def restored(config: dict[str, Any]) -> Any:
    """The network that a config describes.

    Args:
        config: What `keras.saving.serialize_keras_object` returned.
    """
    # Keras takes the dicts apart that it is given.
    return keras.saving.deserialize_keras_object(copy.deepcopy(config))


def known_inputs(network: Any) -> list[tuple] | None:
    """Shapes of a model's inputs, or `None` where it does not know them."""
    inputs = getattr(network, "inputs", None)
    return None if inputs is None else [tuple(one.shape) for one in inputs]


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
    own = known_inputs(network)
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
    first, second = own[0], shapes[0]
    return (
        len(own) == len(shapes)
        and len(first) == len(second)
        and all(
            None in pair or pair[0] == pair[1]
            for pair in zip(first, second, strict=True)
        )
    )


def _words(shapes: list[tuple]) -> str:
    return " and ".join(map(str, shapes))
