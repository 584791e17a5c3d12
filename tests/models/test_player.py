"""Players that do not go together, and what is said of them."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan import Player
from keras_gan.models.player import check_players, check_turns
from keras_gan.penalties import R1

BACKEND = keras.backend.backend()


@pytest.fixture
def refused(make_three, pairs):
    """The error of `compile`, or of `fit` where one is given methods of turns.

    Whatever it is, no weight has moved.
    """

    def received(optimizer=None, *, system=None, fits=False, **methods):
        model = system or make_three(**methods)
        before = model.get_weights()
        if fits:
            model.compile(optimizer)
        with pytest.raises(ValueError) as error:
            model.fit(pairs, verbose=0) if fits else model.compile(optimizer)
        assert model.compiled is fits
        for old, new in zip(before, model.get_weights(), strict=True):
            np.testing.assert_array_equal(old, new)
        assert "Received: " in str(error.value)
        return str(error.value)

    return received


def players(*named):
    """Players of the networks of given attributes, by their names."""

    def make_players(self):
        return [
            Player(name, (getattr(self, network),), self.maker_loss)
            for name, network in named
        ]

    return make_players


@pytest.mark.quickest
def test_equal_names(refused):
    message = refused(
        make_players=players(("critic", "critic"), ("critic", "judge"))
    )
    assert "players with different names" in message
    assert "['critic', 'critic']" in message and "Rename one" in message


@pytest.mark.quickest
def test_no_players(refused):
    assert "Received: []" in refused(make_players=lambda self: ())


@pytest.mark.quickest
@pytest.mark.parametrize("name", ["a/b", "", "two words", "name", 3, None])
def test_names_that_cannot_be_attributes(refused, name):
    message = refused(make_players=players((name, "critic")))
    assert "Python identifier" in message and repr(name) in message


@pytest.mark.quickest
@pytest.mark.parametrize(
    "name",
    ["iterations", "learning_rate", "variables", "clipnorm", "parts", "names"],
)
def test_names_that_optimizers_use_themselves(refused, name):
    message = refused({name: "sgd"}, make_players=players((name, "critic")))
    assert f"Received: {name}" in message and "Rename the player" in message


@pytest.mark.quickest
def test_frozen_networks(refused, make_three):
    model = make_three()
    model.judge.trainable = False
    message = refused(system=model)
    assert "must have trainable weights" in message
    assert f"'judge' with networks {model.judge.name}" in message
    message = refused(
        make_players=lambda self: [Player("idle", (), self.maker_loss)]
    )
    assert "'idle' with networks none" in message


@pytest.mark.quickest
def test_a_weight_with_two_trainers(refused):
    message = refused(
        make_players=players(("one", "critic"), ("two", "critic"))
    )
    assert "trained by one player" in message
    assert "trained by 'one' and by 'two'" in message and "kernel" in message


@pytest.mark.quickest
def test_a_network_that_keras_would_not_save(refused, make_three):
    stranger = make_three.linear(1, 5)
    message = refused(
        make_players=lambda self: [
            Player("stranger", (stranger,), self.maker_loss)
        ]
    )
    assert "attributes of the model" in message
    assert "'stranger'" in message and "Assign the network" in message


@pytest.mark.quickest
def test_networks_in_a_list_are_attributes_too(make_three):
    model = make_three()
    model.others = [make_three.linear(1, 5)]
    more = Player("other", tuple(model.others), model.maker_loss)
    check_players((*model.make_players(), more), model)


@pytest.mark.quickest
@pytest.mark.parametrize(
    "given",
    [
        {"maker": "sgd", "critic": "sgd"},
        {"maker": "sgd", "critic": "sgd", "judge": "sgd", "other": "sgd"},
        {},
    ],
    ids=["one is missing", "one too many", "none"],
)
def test_an_optimizer_for_each_player(refused, given):
    message = refused(given)
    assert "one part per player, ['critic', 'judge', 'maker']" in message
    assert f"Received: {sorted(given)}" in message


@pytest.mark.quickest
def test_other_optimizers(refused):
    message = refused("adam")
    assert "dict of optimizers" in message and "Received: 'adam'" in message
    assert "The players are: maker, critic, judge" in message
    from keras_gan.optimizers import AdversarialOptimizer

    message = refused(AdversarialOptimizer())
    assert "Received: ['discriminator', 'generator']" in message


@pytest.mark.quickest
def test_one_optimizer_twice(refused):
    one = keras.optimizers.SGD()
    message = refused({"maker": one, "critic": one, "judge": None})
    assert "`maker` and `critic` must be two" in message


@pytest.mark.quickest
def test_penalties_of_equal_names(refused):
    message = refused(penalties_of=lambda self, name: [R1(1.0)])
    assert "'r1' of 'maker' and of 'critic'" in message
    assert "`name=`" in message
    message = refused(
        penalties_of=lambda self, name: [R1(1.0)] * 2 * (name == "judge")
    )
    assert "'r1' of 'judge' and of 'judge'" in message


@pytest.mark.parametrize(
    "loss, received",
    [
        (lambda self, turn: turn.scores["judge"].real.logits[:, 0],
         r"shape (32,)"),
        (lambda self, turn: None, "None"),
        # Without a gradient, each backend would do something else.
        (lambda self, turn: 0.0, "0.0"),
        (lambda self, turn: [turn.scores["judge"].real.logits], "["),
        (lambda self, turn: (None, {}), "None"),
        (lambda self, turn: (turn.samples, {"judge_loss": 0.0}),
         "shape (32, 2)"),
    ],
)  # fmt: skip
def test_losses_that_are_no_scalars(refused, loss, received):
    message = refused(judge_loss=loss, fits=True, turns=_all_at_once)
    assert "loss of player 'judge' must be a scalar tensor" in message
    assert f"Received: {received}" in message and "Take the mean" in message


def _all_at_once(self, batch):
    yield self.players, batch


@pytest.mark.quickest
def test_turns_that_leave_a_player_out(refused):
    def turns(self, batch):
        maker, critic, _ = self.players
        yield (critic,), batch
        yield (maker,), batch

    message = refused(turns=turns, fits=True)
    assert "`turns` must let every player" in message
    assert "turns of ['critic', 'maker']" in message and "judge" in message


@pytest.mark.quickest
def test_turns_of_a_stranger(make_three):
    model = make_three()
    known = tuple(model.make_players())
    other = Player("other", (model.judge,), model.judge_loss)
    with pytest.raises(ValueError, match="'other'"):
        check_turns(known, [(known, None), ((other,), None)])
    check_turns(known, [(known, None)])


@pytest.mark.parametrize(
    ("log", "received"), [(np.ones(3), "shape (3,)"), ("much", "'much'")]
)
def test_logs_that_are_no_scalars(refused, log, received):
    message = refused(
        judge_loss=lambda self, turn: (self.gap(turn, "judge"), {"gap": log}),
        turns=_all_at_once,
        fits=True,
    )
    assert f"Received: 'gap' of player 'judge' with {received}" in message


@pytest.mark.parametrize("logged", [True, False])
def test_a_loss_that_is_not_finite_is_named(make_three, pairs, logged):
    def judge_loss(self, turn):
        loss = self.gap(turn, "judge") / 0.0
        zero = ops.zeros(())
        return loss if logged else (loss, {"gap": zero, "judge_loss": zero})

    model = make_three(judge_loss=judge_loss)
    model.compile(run_eagerly=True)
    # An innocent log is not blamed.
    words = "finite: judge_loss at epoch 1"
    with pytest.raises(FloatingPointError, match=words):
        model.fit(pairs, verbose=0)


@pytest.mark.quickest
def test_networks_that_are_no_tuple_of_models(make_three):
    network = make_three().judge
    for given in (network, "judge", (network, "judge")):
        with pytest.raises(ValueError, match=r"(?s)Received: .*`\(network,\)`"):
            Player("judge", given, len)


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("logs", "words"),
    [
        ({"critic_loss": 0.0}, "'critic_loss' of 'critic' and of 'judge'"),
        ({"_hidden": 0.0}, "'_hidden' of player 'judge'"),
        ({"r1": 0.0}, "'r1' of player 'judge'"),
        ({"judge_regularization": 0.0}, "'judge_regularization' of player"),
    ],
)
def test_names_of_logs_that_are_taken(make_three, pairs, logs, words):
    def judge_loss(self, turn):
        return self.gap(turn, "judge"), logs

    model = make_three(
        judge_loss=judge_loss,
        penalties_of=lambda self, name: [R1(1.0)] * (name == "judge"),
    )
    model.judge.trainable_variables[0].regularizer = keras.regularizers.L2(0.1)
    model.compile()
    with pytest.raises(ValueError, match=f"Received: {words}.*Rename"):
        model.fit(pairs, verbose=0)


@pytest.mark.quickest
def test_networks_that_are_not_built(refused):
    def make_players(self):
        self.extra = keras.Sequential([keras.layers.Dense(1)])
        networks = (self.critic, self.extra)
        return [Player("critic", networks, self.maker_loss)]

    message = refused(make_players=make_players)
    assert "must be built" in message and "'critic' with sequential" in message


@pytest.mark.quickest
@pytest.mark.parametrize(
    "make_players",
    [lambda self: [self.critic], lambda self: None, lambda self: 3],
)
def test_players_that_are_none(refused, make_players):
    message = refused(make_players=make_players)
    assert "must return a sequence of `Player`" in message


@pytest.mark.quickest
@pytest.mark.parametrize(
    "turns",
    [
        lambda self, batch: None,
        lambda self, batch: [self.players],
        lambda self, batch: [(self.players[0], batch)],
        lambda self, batch: [(("critic",), batch)],
    ],
)
def test_turns_that_are_no_pairs(refused, turns):
    message = refused(turns=turns, fits=True)
    assert "must yield pairs of a tuple of players and" in message


@pytest.mark.quickest
@pytest.mark.parametrize("scores", [None, [], {"judge": 1.0}])
def test_scores_that_are_no_dict_of_scores(refused, scores):
    message = refused(scores=lambda self, turn: scores, fits=True)
    assert f"dict of `Scores` by name. Received: {scores!r}" in message


@pytest.mark.skipif(BACKEND == "jax", reason="JAX returns gradients of zero")
def test_a_loss_without_gradients(refused):
    message = refused(
        judge_loss=lambda self, turn: ops.sum(turn.batch),
        turns=_all_at_once,
        fits=True,
    )
    assert "loss of player 'judge' must depend on its weights" in message
