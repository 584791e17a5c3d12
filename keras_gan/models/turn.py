"""`Turn`: the batch, samples and scores of one update."""

from typing import Any

import keras
from keras import ops

from keras_gan.backend import cond, replica_count
from keras_gan.models.batch import call_network
from keras_gan.penalties import Penalty, Scores
from keras_gan.utils.added_losses import collected
from keras_gan.utils.arguments import is_number


class Turn:
    """The batch, samples and scores of one update of one or several players.

    It is passed to the losses and penalties of the players. The scores of real
    and generated data are computed once, when they are first used.

    Args:
        model: The `AdversarialModel`.
        batch: Part of the batch, as `model.unpack` returned it.
        samples: What `model.sample` returned.
        players: Tuple of the players that are updated; empty in evaluation.
        training: Whether networks are called in training mode.
        added: List of pairs of a layer and a loss that it has added in a call.

    Attributes:
        batch: The part of the batch.
        samples: The samples.
        players: The players that are updated.
        training: Whether networks are called in training mode.
        added: Pairs of a layer and a loss that it has added.
        scores: Dict of `penalties.Scores` by name, as `model.scores` returned
            it.

    Example:

    >>> class Sums(keras_gan.AdversarialModel):
    ...     def scores(self, turn):
    ...         return {"rows": turn.score(lambda x: ops.sum(x, axis=1))}
    >>> turn = Turn(Sums(), batch=np.ones((2, 3)), samples=np.zeros((2, 3)))
    >>> real = turn.scores["rows"].real.logits
    >>> ops.convert_to_numpy(real).tolist()
    [3.0, 3.0]
    """

    def __init__(
        self,
        model: Any,
        batch: Any,
        samples: Any,
        players: tuple = (),
        training: bool = True,
        added: list | None = None,
    ) -> None:
        self._model = model
        self.batch = batch
        self.samples = samples
        self.players = players
        self.training = training
        self.added = [] if added is None else added
        self._scores: dict[str, Any] | None = None

    @property
    def scores(self) -> dict[str, Any]:
        # Not `cached_property`: its lock is that of all turns in Python 3.11,
        # and replicas that wait for each other here would wait forever.
        if self._scores is None:
            self._scores = self._scores_of_model()
        return self._scores

    def _scores_of_model(self) -> dict[str, Any]:
        scores = self._model.scores(self)
        if not isinstance(scores, dict) or not all(
            isinstance(one, Scores) for one in scores.values()
        ):
            raise ValueError(
                "`scores` must return a dict of `Scores` by name. Received: "
                f'{scores!r}. Write `return {{"name": turn.score(network)}}`.'
            )
        return scores

    def score(self, network: Any, real: Any = None, fake: Any = None) -> Scores:
        """Returns a network's scores of real and of generated data.

        Args:
            network: Keras model, or callable, data `(batch, ...)` -> logits
                `(batch, ...)`, or a list of outputs with the logits first.
            real: Real data. Default: the batch.
            fake: Generated data. Default: the samples.
        """
        function = network
        if isinstance(network, keras.layers.Layer):

            def function(images):
                outputs = call_network(network, images, self.training)
                return keras.tree.map_structure(
                    lambda one: ops.cast(one, "float32"), outputs
                )

        real = self.batch if real is None else real
        fake = self.samples if fake is None else fake
        # Only penalties of scores, which are part of training only, need
        # gradients.
        keeps = any(
            getattr(penalty, "player", None) != "generator"
            for player in self.players
            for penalty in player.penalties
        )
        return Scores(function, real, fake, keeps_gradients=keeps)

    def added_by(self, player: Any) -> Any:
        """Returns the sum of losses that a player's layers added, or None.

        These are Keras' activity regularizers and losses of `add_loss`.
        """
        if not self.added:
            return None
        layers = {id(layer) for layer in self._model.layers_of(player)}
        own = [loss for layer, loss in self.added if id(layer) in layers]
        return sum(own) if own else None

    def anew(self) -> "Turn":
        """Returns a copy of the turn without computed scores.

        It is for branches of a graph, because tensors that are computed inside
        a branch cannot be used outside.
        """
        return Turn(
            self._model, self.batch, self.samples, self.players, self.training
        )


def terms_of(player, turn, step) -> tuple:
    """Returns a player's loss with penalties and regularizers, and its logs.

    Args:
        player: The `Player`.
        turn: The `Turn`.
        step: Number of updates that the player has made.
    """
    loss, logs = loss_of(player, turn)
    added = turn.added_by(player)
    if added is not None:
        _add_log(f"{player.name}_added_loss", added, player, logs)
        loss = loss + added
    for penalty in player.penalties:
        value = penalty_of(penalty, turn, step)
        _add_log(penalty_name(penalty), value, player, logs)
        loss = loss + value
    regularization = regularization_of(player)
    if regularization is not None:
        name = f"{player.name}_regularization"
        _add_log(name, regularization, player, logs)
        loss = loss + regularization
    return loss, logs


def weighted(loss, share):
    """Returns a replica's part of the mean loss over the global batch.

    The loss of a replica without data may be NaN, a mean over nothing.
    """
    if replica_count() == 1:
        return loss
    return ops.where(share > 0, loss * share, 0.0)


def loss_of(player, turn) -> tuple:
    """Returns a player's loss without penalties, float32, and its logs.

    Raises:
        ValueError: If the loss is not a scalar, or a log has a reserved name.
    """
    result = player.loss(turn)
    loss, logs = result if isinstance(result, tuple) else (result, None)
    if not ops.is_tensor(loss) or tuple(loss.shape) != ():
        received = f"{loss!r}"
        if hasattr(loss, "shape"):
            received = f"shape {tuple(loss.shape)}"
        raise ValueError(
            f"The loss of player {player.name!r} must be a scalar tensor, or a "
            f"scalar and a dict of logs. Received: {received}. Take the mean "
            "over the batch."
        )
    given, logs = logs or {}, {}
    for name, value in given.items():
        _add_log(name, value, player, logs)
    if not logs:
        logs = {f"{player.name}_loss": loss}
    elif all(value is not loss for value in logs.values()):
        # `FiniteLosses` only checks the logs, which do not show this loss.
        name = f"{player.name}_loss"
        name = name if name in logs else next(iter(logs))
        logs[name] = ops.where(ops.isfinite(loss), logs[name], float("nan"))
    # A product with the replica's share would fail in half precision.
    return ops.cast(loss, "float32"), logs


def _add_log(name, value, player, logs) -> None:
    """Adds a log; names with an underscore first are those of flags."""
    if name.startswith("_") or name in logs:
        raise ValueError(
            "Names of logs must be different and not begin with an underscore. "
            f"Received: {name!r} of player {player.name!r}. Rename it."
        )
    shape = getattr(value, "shape", () if is_number(value) else None)
    if shape is None or tuple(shape):
        received = f"{value!r}" if shape is None else f"shape {tuple(shape)}"
        raise ValueError(
            "Logs must be scalars. Received: "
            f"{name!r} of player {player.name!r} with {received}. Take the "
            "mean over the batch."
        )
    logs[name] = value


def penalty_of(penalty, turn, step):
    """Returns the value of a penalty, a scalar; 0 in steps that it skips.

    Args:
        penalty: `Penalty` or callable `(score, real_images, fake_images)`.
        turn: The `Turn`.
        step: Number of updates that the player has made.
    """
    update = getattr(type(penalty), "update_state", Penalty.update_state)
    if update is not Penalty.update_state:
        penalty.update_state(*_all_logits(turn))
    every = getattr(penalty, "every", 1)
    count = getattr(penalty, "num_statistics", 0)
    if every == 1:
        value, *statistics = _values(penalty, turn, count)
    else:

        def due():
            value, *others = _values(penalty, turn.anew(), count)
            return [ops.cast(value, "float32") * every, *others]

        def skipped():
            return [ops.zeros((), "float32") for _ in range(1 + count)]

        value, *statistics = cond(ops.equal(step % every, 0), due, skipped)
    if count:
        penalty.keep(*statistics)
    return value


def _all_logits(turn) -> tuple:
    """Returns the real and the fake logits of a turn, one tensor each."""
    pairs = [(one.real.logits, one.fake.logits) for one in turn.scores.values()]
    if len(pairs) == 1:
        return pairs[0]
    return tuple(
        ops.concatenate([ops.reshape(logits, (-1,)) for logits in side])
        for side in zip(*pairs, strict=True)
    )


def _values(penalty, turn, num_statistics) -> list:
    """Returns a penalty's value and its statistics."""
    value = _value(penalty, turn)
    if not num_statistics:
        return [value]
    return [value[0], *(ops.stop_gradient(one) for one in value[1:])]


def _value(penalty, turn):
    # What layers add in the passes of a penalty is not part of the loss.
    with collected():
        if hasattr(penalty, "of_turn"):
            return penalty.of_turn(turn)
        return sum(
            penalty(scores, scores.real.images, scores.fake.images)
            for scores in turn.scores.values()
        )


def penalty_name(penalty) -> str:
    """The name of a penalty in the logs: its `name`, or the callable's."""
    name = getattr(penalty, "name", None) or getattr(penalty, "__name__", None)
    return name or type(penalty).__name__.lower()


def regularization_of(player):
    """Returns the sum of Keras' weight regularizers, or None without any."""
    terms = [
        variable.regularizer(variable)
        for variable in player.variables
        if getattr(variable, "regularizer", None) is not None
    ]
    return sum(terms) if terms else None
