"""Layers of a discriminator that are not trained."""

from typing import Any

from keras_gan.models.growing import growing_layers
from keras_gan.models.weighted_layers import class_layers, weighted_layers
from keras_gan.utils.arguments import integer


def first_layers(networks: Any, number: Any) -> list:
    """Returns the first layers of networks, which are not to be trained.

    Layers without weights, those whose weights belong to classes, and a count
    of steps do not count.

    Args:
        networks: The discriminators.
        number: How many layers of each, from the images on.

    Raises:
        ValueError: If it is no integer of 0 or more, or leaves nothing.
    """
    number = integer("freeze_layers", number, at_least=0)
    frozen = []
    for network in networks:
        apart = {id(layer) for layer in class_layers(network)}
        apart |= {id(layer) for layer in growing_layers([network])}
        layers = [x for x in weighted_layers(network) if id(x) not in apart]
        if 0 < len(layers) <= number:
            names = ", ".join(layer.name for layer in layers)
            raise ValueError(
                "`freeze_layers` must leave a layer to train. Received: "
                f"{number}, for a discriminator of {len(layers)} layers with "
                f"weights: {names}. Pass a smaller number."
            )
        frozen += layers[:number]
    return frozen
