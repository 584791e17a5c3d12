"""Networks that grow while they are trained."""

import math
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from keras import ops

from keras_gan.layers.growth import levels_known
from keras_gan.models.state import all_layers


def growing_layers(networks: Any) -> list:
    """Finds the layers that count training steps in networks, each once.

    Args:
        networks: Keras models.
    """
    layers = {id(one): one for n in networks for one in all_layers(n)}
    return [one for one in layers.values() if hasattr(one, "count_step")]


def count_step(layers: dict) -> None:
    """Counts a training step.

    Args:
        layers: Layers that count steps, by names of players.
    """
    for own in layers.values():
        for layer in own:
            layer.count_step()


def levels_in_use(layers: dict) -> int | None:
    """Returns the finest level that the next step uses; it waits for it.

    Args:
        layers: Layers that count steps, by names of players.

    Returns:
        Its number, or `None` if networks of several players differ.
    """
    growths = {
        float(ops.convert_to_numpy(layer.value()))
        for own in layers.values()
        for layer in own
    }
    levels = {math.ceil(growth) for growth in growths}
    return levels.pop() if len(levels) == 1 else None


def with_levels(levels: int | None) -> AbstractContextManager:
    """Context in which networks compute the levels that are in use.

    Args:
        levels: The result of `levels_in_use`; of `None`, all are computed.
    """
    return nullcontext() if levels is None else levels_known(levels)


def variables_of(layers: dict) -> list:
    """Returns the variables that the growth depends on.

    Args:
        layers: Layers that count steps, by names of players.
    """
    return [v for own in layers.values() for one in own for v in one.variables]


def as_seen(layers: list, images: Any) -> Any:
    """Returns real images with as much detail as generated ones have.

    Args:
        layers: Layers that count steps, of the discriminator.
        images: Tensor `(batch, ...)`.
    """
    for layer in layers:
        images = layer.real_images(images)
    return images


def logs(layers: dict) -> dict:
    """Returns how far the networks have grown, if they do.

    Args:
        layers: Layers that count steps, by names of players.
    """
    found = [one for own in layers.values() for one in own]
    return {"growth": found[0].value()} if found else {}
