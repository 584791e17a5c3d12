"""`Player`: networks that are trained together to minimize one loss."""

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any

import keras


@dataclasses.dataclass(frozen=True)
class Player:
    """Networks that minimize one loss while the other players are fixed.

    An `AdversarialModel` consists of players: a GAN has two players of one
    network each, a CycleGAN two players of two networks each.

    Args:
        name: Name of the player and of its optimizer.
        networks: Tuple of built Keras models that it trains. They may share
            weights.
        loss: Callable, `Turn` -> scalar, or `(scalar, logs)` where `logs` is a
            dict of scalars with names that no other player uses. Without logs
            the loss is logged as `<name>_loss`.
        penalties: Tuple of `Penalty`, or of callables `(score, real_images,
            fake_images) -> scalar`, that are added to the loss.
        generates: Whether gradients flow through the samples to its networks.
            For other players the samples are constant.
        frozen: Tuple of layers of the networks that are not trained.

    Example:

    >>> network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> player = Player("critic", (network,), lambda turn: turn.samples.mean())
    >>> [tuple(variable.shape) for variable in player.variables]
    [(2, 1), (1,)]
    """

    name: str
    networks: tuple
    loss: Callable[[Any], Any]
    penalties: tuple = ()
    generates: bool = False
    frozen: tuple = ()

    def __post_init__(self):
        networks = self.networks
        if not isinstance(networks, list | tuple) or not all(
            isinstance(one, keras.layers.Layer) for one in networks
        ):
            raise ValueError(
                "`networks` must be a tuple of Keras models. Received: "
                f"{networks!r}. For one network write `(network,)`."
            )

    @property
    def variables(self) -> list:
        """Variables of the networks that it trains, without duplicates."""
        kept = {id(weight) for layer in self.frozen for weight in layer.weights}
        unique = {
            id(variable): variable
            for network in self.networks
            for variable in network.trainable_variables
            if id(variable) not in kept
        }
        return list(unique.values())

    @property
    def uses_input_gradients(self) -> bool:
        """Whether its networks are differentiated twice."""
        return any(
            getattr(penalty, "uses_input_gradients", False)
            for penalty in self.penalties
        )


def check_players(players, model) -> tuple:
    """Returns the players of a model as a tuple, if they are valid.

    Args:
        players: What `model.make_players` returned.
        model: The `AdversarialModel`, with the networks as attributes.

    Raises:
        ValueError: If there are no players, names are equal or not identifiers,
            a player has no trainable weights or shares them with another
            player, or a network is not an attribute of the model.
    """
    players = tuple(players) if isinstance(players, Iterable) else (players,)
    for player in players:
        if not isinstance(player, Player):
            raise ValueError(
                "`make_players` must return a sequence of `Player`. Received: "
                f"{player!r}. Write `return (Player(...), Player(...))`."
            )
    names = [player.name for player in players]
    for name in names:
        _check_name(name)
    if not names or len(set(names)) < len(names):
        raise ValueError(
            "A model must have players with different names, because each "
            f"names an optimizer. Received: {names}. Rename one."
        )
    owners: dict[int, str] = {}
    known = {id(variable) for variable in model.variables}
    for player in players:
        _check_trainable(player)
        for variable in player.variables:
            owner = owners.setdefault(id(variable), player.name)
            if owner != player.name:
                raise ValueError(
                    "Each weight must be trained by one player. Received: "
                    f"{variable.path}, trained by {owner!r} and by "
                    f"{player.name!r}. Give its network to only one of them."
                )
            if id(variable) not in known:
                raise ValueError(
                    "Networks of players must be attributes of the model, so "
                    f"that Keras saves them. Received: {player.name!r} with "
                    f"{variable.path}, which is not among the model's "
                    "variables. Assign the network to `self` in `__init__`."
                )
    return players


def check_turns(players, turns) -> list:
    """Returns the turns of a step as a list, if every player plays.

    Args:
        players: The players of a model.
        turns: What `model.turns` returned.

    Raises:
        ValueError: If a player does not play, or a turn is not a pair of
            players of the model and their part of the batch.
    """
    turns = list(turns) if isinstance(turns, Iterable) else [turns]
    for turn in turns:
        if not _is_turn(turn):
            raise ValueError(
                "`turns` must yield pairs of a tuple of players and their part "
                f"of the batch. Received: {turn!r}. Write "
                "`yield (player,), batch`."
            )
    playing = {player.name for chosen, _ in turns for player in chosen}
    names = {player.name for player in players}
    if playing != names:
        raise ValueError(
            "`turns` must let every player of the model play. Received: turns "
            f"of {sorted(playing)}, for the players {sorted(names)}. Yield "
            "each player at least once, or leave it out of `make_players`."
        )
    return turns


def _is_turn(turn) -> bool:
    if not isinstance(turn, tuple | list) or len(turn) != 2:
        return False
    players = turn[0]
    return isinstance(players, tuple | list) and all(
        isinstance(player, Player) for player in players
    )


def check_gradients(players, gradients) -> None:
    """Raises an error if a loss depends on no weight of its player.

    Args:
        players: Players that are updated.
        gradients: For each player the list of gradients, None where the loss
            does not depend on a weight. JAX returns zeros instead.
    """
    for player, found in zip(players, gradients, strict=True):
        if all(gradient is None for gradient in found):
            hint = "" if player.generates else " or pass `generates=True`"
            raise ValueError(
                f"The loss of player {player.name!r} must depend on its "
                "weights. Received: a loss without gradients. Use the player's "
                f"network in the loss{hint}, and only `keras.ops`."
            )


def optimizer_of(player, optimizer):
    """Returns a player's part of an `AdversarialOptimizer`."""
    return getattr(optimizer, player.name)


def _check_name(name) -> None:
    usable = isinstance(name, str) and name.isidentifier()
    if not usable or name in ("name", "self"):
        raise ValueError(
            "The name of a player must be a Python identifier, because its "
            f"optimizer is an attribute of that name. Received: {name!r}. "
            'Use a name like "critic" or "generator_a"; "name" and "self" are '
            "reserved."
        )


def _check_trainable(player) -> None:
    unbuilt = [one.name for one in player.networks if not one.built]
    if unbuilt:
        raise ValueError(
            "The networks of a player must be built. Received: "
            f"{player.name!r} with {', '.join(unbuilt)}, not built. Give them "
            "a `keras.Input`, or call them once before `compile`."
        )
    if not player.variables:
        networks = ", ".join(network.name for network in player.networks)
        raise ValueError(
            "A player must have trainable weights. Received: "
            f"{player.name!r} with networks {networks or 'none'}, which have "
            "none. Build the networks, set `trainable = True`, or leave the "
            "player out."
        )
