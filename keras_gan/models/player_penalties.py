"""Which penalties there are, and whose: of players and of layers."""

from collections.abc import Mapping, Sequence
from typing import Any

from keras_gan.models.state import all_layers
from keras_gan.models.turn import penalty_name
from keras_gan.penalties import Penalty

PLAYERS = ("generator", "discriminator")


def of_player(penalties: Sequence[Any], player: str) -> list[Any]:
    """Returns the penalties of one player.

    Args:
        penalties: Penalties, or callables, which are the discriminator's.
        player: One of `PLAYERS`.
    """
    return [one for one in penalties if _player(one) == player]


def check(
    penalties: Sequence[Any], networks: Mapping[str, Sequence[Any]]
) -> None:
    """Checks penalties with the networks that they are for.

    Args:
        penalties: As for `of_player`.
        networks: The networks of each of `PLAYERS`.

    Raises:
        ValueError: If a penalty is for no player, or cannot be computed.
    """
    for penalty in penalties:
        player = _player(penalty)
        if player not in PLAYERS:
            raise ValueError(
                f"`player` of a penalty must be one of {', '.join(PLAYERS)}. "
                f"Received: {player!r} of {penalty_name(penalty)!r}."
            )
        if isinstance(penalty, Penalty):
            penalty.check_networks(networks[player])


def _player(penalty: Any) -> Any:
    return getattr(penalty, "player", Penalty.player)


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
