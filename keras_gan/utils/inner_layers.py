"""What is inside a layer: the only use of what is private to Keras."""

from typing import Any


def with_inner_layers(layer: Any) -> list:
    """Returns a layer or model and all layers inside it, at any depth.

    Args:
        layer: The layer or model.

    Example:

    >>> len(with_inner_layers(keras.Sequential([keras.layers.ReLU()])))
    2
    """
    return list(layer._flatten_layers())


def inner_layers(layer: Any, *, recursive: bool = True) -> list:
    """Returns the layers inside a layer or model.

    Args:
        layer: The layer or model.
        recursive: Whether to look into them, too.
    """
    return list(layer._flatten_layers(include_self=False, recursive=recursive))


def seed_generators(layer: Any) -> list:
    """Returns the seed generators of a layer and of all layers inside it.

    Args:
        layer: The layer or model.
    """
    return [g for one in with_inner_layers(layer) for g in one._seed_generators]


def calls(operation: Any) -> list[tuple[list, list]]:
    """Returns the symbolic inputs and outputs of each call of a layer.

    Args:
        operation: Layer or operation of functional models.
    """
    return [
        (list(node.input_tensors), list(node.output_tensors))
        for node in operation._inbound_nodes
    ]
