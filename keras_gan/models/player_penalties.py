"""Gives each penalty that `compile` takes to its player."""

from collections.abc import Mapping, Sequence
from typing import Any

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
