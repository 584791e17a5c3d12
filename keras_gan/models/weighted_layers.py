"""The layers of a network that have weights, and those that are of classes."""

from typing import Any

from keras_gan.models.growing import growing_layers
from keras_gan.models.state import leaves
from keras_gan.utils.arguments import integer
from keras_gan.utils.inner_layers import calls


def weighted_layers(network: Any) -> list:
    """Returns the layers of a network that have weights, in its order.

    Models inside it are taken apart; other layers are not.

    Args:
        network: A built model. One with weights of its own counts as one layer.
    """
    layers = {id(one): one for one in leaves(network) if one.weights}
    found = {id(w) for layer in layers.values() for w in layer.weights}
    if any(id(weight) not in found for weight in network.weights):
        return [network]
    return list(layers.values())


def class_layers(network: Any) -> list:
    """Returns the layers whose weights belong to classes.

    These are the first ones with weights that labels reach: embeddings, and
    normalizations with a gain for each class.

    Args:
        network: A model of `[latents or images, labels]`. Of one that is not
            functional, nothing is known.
    """
    inputs = getattr(network, "inputs", None) or []
    return _reached(network, inputs[1:])


def class_head(network: Any, output: int | None) -> list:
    """Returns the layer that makes class logits, if there is one.

    Args:
        network: A functional or sequential model.
        output: Which of its outputs they are; None if none is.
    """
    if output is None or not getattr(network, "outputs", None):
        return []
    layer = network.outputs[output]._keras_history.operation
    return [layer, getattr(layer, "layer", layer)]


def _reached(network: Any, tensors: list) -> list:
    """The first layers with weights that tensors flow into."""
    known = {id(tensor) for tensor in tensors}
    found = []
    for operation in getattr(network, "operations", ()):
        for inputs, outputs in calls(operation):
            places = [i for i, one in enumerate(inputs) if id(one) in known]
            if not places:
                continue
            if hasattr(operation, "operations"):
                inner = [operation.inputs[place] for place in places]
                found += _reached(operation, inner)
            elif getattr(operation, "weights", ()):
                found.append(operation)
            else:
                known |= {id(output) for output in outputs}
    return found


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
