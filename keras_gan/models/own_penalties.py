"""Penalties that belong to layers of a discriminator."""

from collections.abc import Sequence
from typing import Any

from keras_gan.models.state import all_layers


def own_penalties(networks: Sequence[Any]) -> list[Any]:
    """Returns the classes of penalties that layers of networks come with.

    Such a layer has an attribute `own_penalty`, and what it returns beside the
    logits is the further output of the discriminator that the penalty takes.

    Args:
        networks: Keras models.
    """
    found = (
        getattr(layer, "own_penalty", None)
        for network in networks
        for layer in all_layers(network)
    )
    return list(dict.fromkeys(one for one in found if one is not None))


def with_own(penalties: Sequence[Any], networks: Sequence[Any]) -> list[Any]:
    """Returns penalties with those of layers that are not among them.

    Args:
        penalties: Penalties that `compile` was given.
        networks: The discriminators.
    """
    given = {type(one) for one in penalties}
    own = [one() for one in own_penalties(networks) if one not in given]
    return [*penalties, *own]
