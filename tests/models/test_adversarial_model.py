"""A system of one's own, of three players: what it trains and logs."""

import contextlib

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan import Player, losses, penalties
from keras_gan.models.batch import batch_size, call_network

PLAYERS = ("maker", "critic", "judge")
STEP = 0.1


def numpy(values):
    return keras.tree.map_structure(ops.convert_to_numpy, values)


def weights_of(model):
    """Kernel and bias of each player's network, by its name."""
    return {n: getattr(model, n).get_weights() for n in PLAYERS}


def sgd(*rates):
    rates = rates or (STEP,) * 3
    pairs = zip(PLAYERS, rates, strict=True)
    return {name: keras.optimizers.SGD(rate) for name, rate in pairs}


def compiled(model, rates=(), **kwargs):
    # A few eager steps take less time than to trace a graph.
    model.compile(sgd(*rates), **{"run_eagerly": True, **kwargs})
    return model


def fit(model, data, **kwargs):
    kwargs = {"batch_size": 32, "shuffle": False, "verbose": 0, **kwargs}
    return model.fit(data, **kwargs).history


def of_data(self, batch, training):
    """Latents that are the real points: known, and the same on replicas."""
    return batch


def at_once(self, batch):
    yield self.players, batch


# The step --------------------------------------------------------------------


def test_each_player_plays_after_the_other_and_is_logged(make_three, pairs):
    model = compiled(make_three(latents=of_data))
    before = weights_of(model)
    logs = fit(model, pairs)
    # The name in `log_names` is first, then the order of the turns.
    names = ["judge_loss", "maker_loss", "critic_loss", "judge_gap"]
    assert list(model.get_metrics_result()) == names
    assert set(logs) == set(names)
    mean, (kernel, bias) = pairs.mean(0), before["maker"]
    slope = sum(before[name][0] for name in ("critic", "judge"))
    shift = sum(before[name][1] for name in ("critic", "judge"))
    loss = -((mean @ kernel + bias) @ slope + shift).item()
    assert logs["maker_loss"] == [pytest.approx(loss, rel=1e-5)]
    kernel = kernel + STEP * np.outer(mean, slope)
    bias = bias + STEP * slope[:, 0]
    after = weights_of(model)
    np.testing.assert_allclose(after["maker"][0], kernel, rtol=1e-5)
    np.testing.assert_allclose(after["maker"][1], bias, rtol=1e-5)
    # The others see what the maker makes after its update.
    gap = mean @ kernel + bias - mean
    for name in ("critic", "judge"):
        old, new = before[name], after[name]
        value = float(gap @ old[0][:, 0])
        assert logs[f"{name}_loss"] == [pytest.approx(value, rel=1e-4)]
        moved = old[0] - STEP * gap[:, None]
        np.testing.assert_allclose(new[0], moved, rtol=1e-4)
        np.testing.assert_array_equal(new[1], old[1])
    assert logs["judge_gap"] == [-logs["judge_loss"][0]]


@pytest.mark.quickest
def test_one_pass_for_all_gives_the_gradients_of_one_each(make_three, pairs):
    """From the same weights: in the others' turns only one player moves."""

    def trained(rates, **methods):
        model = compiled(make_three(latents=of_data, **methods), rates)
        fit(model, pairs)
        return weights_of(model)

    together = trained((STEP, STEP, STEP), turns=at_once)
    for number, name in enumerate(PLAYERS):
        rates = [0.0, 0.0, 0.0]
        rates[number] = STEP
        alone = trained(rates)
        for a, b in zip(together[name], alone[name], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6)


@pytest.mark.quickest
def test_a_shared_pass_draws_and_scores_once(make_three, pairs):
    drawn, scored = [], []

    def sample(self, batch, training=True):
        drawn.append(training)
        return make_three.system.sample(self, batch, training)

    def scores(self, turn):
        scored.append([player.name for player in turn.players])
        return make_three.system.scores(self, turn)

    model = make_three(sample=sample, scores=scores, turns=at_once)
    fit(compiled(model), pairs, batch_size=16)
    assert drawn == [True, True]
    assert scored == [list(PLAYERS)] * 2


@pytest.mark.quickest
def test_turns_may_have_parts_of_the_batch(make_three, pairs):
    seen, steps = [], []

    def turns(self, batch):
        maker, critic, judge = self.players
        yield (critic,), batch[:8]
        yield (critic, judge), batch[8:]
        yield (maker,), batch

    def after_turn(self, turn):
        names = [player.name for player in turn.players]
        # What was scored is at hand, and not scored again.
        logits = turn.scores["critic"].real.logits
        seen.append((names, tuple(logits.shape)))

    model = make_three(
        turns=turns,
        after_turn=after_turn,
        after_step=lambda self: steps.append(len(seen)),
    )
    logs = fit(compiled(model), pairs, batch_size=16)
    one = [
        (["critic"], (8, 1)),
        (["critic", "judge"], (8, 1)),
        (["maker"], (16, 1)),
    ]
    assert seen == one * 2
    assert steps == [3, 6]
    counts = [int(numpy(part.iterations)) for part in model.optimizer.parts]
    assert dict(zip(model.optimizer.names, counts, strict=True)) == {
        "maker": 2,
        "critic": 4,
        "judge": 2,
    }
    assert np.isfinite(list(logs.values())).all()


@pytest.mark.quickest
def test_samples_are_constant_to_whom_does_not_generate(make_three, pairs):
    def critic_loss(self, turn):
        # Its own weights do not matter to the samples, nor to this loss.
        return ops.mean(turn.samples) + 0.0 * self.gap(turn, "critic")

    model = compiled(make_three(critic_loss=critic_loss))
    before = weights_of(model)["critic"]
    fit(model, pairs)
    for a, b in zip(before, weights_of(model)["critic"], strict=True):
        np.testing.assert_array_equal(a, b)


# Penalties and regularizers --------------------------------------------------


class Reach(penalties.Penalty):
    """Half the mean square of what is made: of the maker, not of scores."""

    def of_turn(self, turn):
        squares = ops.sum(ops.square(turn.samples), axis=-1)
        return 0.5 * ops.mean(squares)


def of_maker(*chosen):
    return lambda self, name: chosen if name == "maker" else ()


def test_a_penalty_of_the_generator(make_three, pairs):
    model = compiled(
        make_three(
            latents=of_data,
            maker_loss=lambda self, turn: 0.0 * ops.mean(turn.samples),
            penalties_of=of_maker(Reach()),
        )
    )
    kernel, bias = model.maker.get_weights()
    made = pairs @ kernel + bias
    logs = fit(model, pairs)
    value = 0.5 * (made**2).sum(-1).mean()
    assert logs["reach"] == [pytest.approx(value, rel=1e-5)]
    assert logs["maker_loss"] == [0.0]
    after = model.maker.get_weights()
    slope = pairs.T @ made / len(pairs)
    np.testing.assert_allclose(after[0], kernel - STEP * slope, rtol=1e-4)
    np.testing.assert_allclose(after[1], bias - STEP * made.mean(0), rtol=1e-4)


@pytest.mark.parametrize("eager", [True, False])
def test_any_player_has_lazy_penalties(make_three, pairs, eager):
    def penalties_of(self, name):
        every = {"maker": 3, "judge": 2}.get(name)
        return (Reach(every=every, name=f"{name}_reach"),) if every else ()

    model = make_three(latents=of_data, penalties_of=penalties_of)
    # Nobody moves: a due step always has the same value.
    compiled(model, (0.0, 0.0, 0.0), run_eagerly=eager)
    kernel, bias = model.maker.get_weights()
    value = 0.5 * ((pairs @ kernel + bias) ** 2).sum(-1).mean()
    logs = fit(model, pairs, epochs=6)
    due = 3 * value, 0.0, 0.0, 3 * value, 0.0, 0.0
    np.testing.assert_allclose(logs["maker_reach"], due, rtol=1e-5)
    due = (2 * value, 0.0) * 3
    np.testing.assert_allclose(logs["judge_reach"], due, rtol=1e-5)


@pytest.mark.quickest
def test_penalties_are_summed_over_the_scores(make_three, pairs):
    model = make_three(
        latents=of_data,
        penalties_of=lambda self, name: (
            [penalties.R1(2.0)] if name == "critic" else []
        ),
    )
    logs = fit(compiled(model, (0.0, 0.0, 0.0)), pairs)
    # The slope of a linear network is its kernel.
    kernels = [getattr(model, n).get_weights()[0] for n in ("critic", "judge")]
    value = sum(float((kernel**2).sum()) for kernel in kernels)
    assert logs["r1"] == [pytest.approx(value, rel=1e-5)]


@pytest.mark.quickest
def test_regularizers_of_weights_are_counted(make_three, pairs):
    weight = 0.25
    critic = make_three.linear(1, 2, kernel_regularizer=_l2(weight))
    plain, model = (
        compiled(make_three(latents=of_data, **kwargs), (0.0, STEP, STEP))
        for kwargs in ({}, {"critic": critic})
    )
    kernel = critic.get_weights()[0]
    logs = fit(model, pairs)
    fit(plain, pairs)
    value = weight * float((kernel**2).sum())
    assert logs["critic_regularization"] == [pytest.approx(value, rel=1e-5)]
    assert "maker_regularization" not in logs
    moved = critic.get_weights()[0] - plain.critic.get_weights()[0]
    np.testing.assert_allclose(moved, -STEP * 2 * weight * kernel, rtol=1e-4)


def _l2(weight):
    return keras.regularizers.L2(weight)


# Batches ---------------------------------------------------------------------


@pytest.mark.quickest
def test_a_batch_is_any_structure(make_three, pairs):
    seen = []

    def unpack(self, data):
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        return {"points": x["points"], "others": (x["shift"], y)}

    def latents(self, batch, training):
        shift, _ = batch["others"]
        return batch["points"] + shift

    def scores(self, turn):
        seen.append(tuple(turn.batch["others"][1].shape))
        real = turn.batch["points"]
        networks = {n: getattr(self, n) for n in ("critic", "judge")}
        return {k: turn.score(v, real=real) for k, v in networks.items()}

    model = make_three(unpack=unpack, latents=latents, scores=scores)
    data = {"points": pairs, "shift": np.ones_like(pairs)}
    logs = compiled(model).fit(
        data, np.arange(32), batch_size=16, verbose=0, shuffle=False
    )
    assert np.isfinite(list(logs.history.values())).all()
    assert set(seen) == {(16,)} and len(seen) == 6
    found = model.evaluate(data, np.arange(32), verbose=0, return_dict=True)
    assert set(found) == set(logs.history)


@pytest.mark.quickest
def test_evaluation_is_not_training(make_three, pairs):
    seen = []

    def scores(self, turn):
        seen.append((turn.training, turn.players))
        return make_three.system.scores(self, turn)

    dropout = keras.layers.Dropout(0.5, seed=1)
    critic = keras.Sequential(
        [keras.Input((2,)), dropout, keras.layers.Dense(1)]
    )
    model, twin = (
        compiled(make_three(critic=c, scores=scores))
        for c in (critic, keras.models.clone_model(critic))
    )
    twin.set_weights(model.get_weights())
    before = [numpy(v) for v in model.variables]
    one, two = (model.evaluate(pairs, verbose=0) for _ in range(2))
    assert one == two
    assert set(seen) == {(False, ())}
    after = [numpy(v) for v in model.variables]
    changes = [model.evaluation_seed.state, *model.metrics_variables]
    changes = {id(variable) for variable in changes}
    for v, a, b in zip(model.variables, before, after, strict=True):
        assert id(v) in changes or (a == b).all()
    # And the run goes on as if nobody had looked.
    assert fit(model, pairs) == fit(twin, pairs)


@pytest.mark.quickest
@pytest.mark.parametrize("of_scores", ["critic", "judge", None])
def test_metrics_are_shown_one_of_the_scores(make_three, pairs, of_scores):
    class Mean(keras.metrics.Mean):
        def update_state(self, real, fake):
            super().update_state(real - fake)

    def scores(self, turn):
        both = {"critic": 1.0, "judge": 3.0}
        return {
            name: turn.score(getattr(self, name), turn.batch + shift)
            for name, shift in both.items()
        }

    model = make_three(
        scores=scores, sample=lambda self, batch, training=True: batch
    )
    metric = Mean(name="mean")
    compiled(model, metrics={of_scores: [metric]} if of_scores else [metric])
    found = model.evaluate(pairs, verbose=0, return_dict=True)
    assert found["mean"] == pytest.approx(3.0 if of_scores == "judge" else 1.0)


# As a Keras model ------------------------------------------------------------


@pytest.mark.quickest
def test_learning_rates_move_together(make_three, pairs):
    model = compiled(make_three(), (0.1, 0.4, 0.05))
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch, lr: lr / 2)
    fit(model, pairs, callbacks=[schedule])
    rates = [float(numpy(p.learning_rate)) for p in model.optimizer.parts]
    np.testing.assert_allclose(rates, [0.05, 0.2, 0.025], rtol=1e-6)


def test_float16_scales_the_loss_of_each_player(make_three, pairs):
    keras.config.set_dtype_policy("mixed_float16")
    model = make_three()
    model.compile(run_eagerly=True)
    scaled = keras.optimizers.LossScaleOptimizer
    assert [type(part) for part in model.optimizer.parts] == [scaled] * 3
    before = model.get_weights()
    logs = fit(model, pairs, epochs=2)
    assert np.isfinite(list(logs.values())).all()
    moved = [np.any(a != b) for a, b in zip(before, model.get_weights(),
                                            strict=True)]  # fmt: skip
    # Biases of the two critics have no influence on the difference.
    assert moved == [True, True, True, False, True, False]


@pytest.mark.quickest
def test_adam_is_what_is_left_out(make_three):
    for optimizer in (None, {"judge": None, "maker": None, "critic": "sgd"}):
        model = make_three()
        model.compile(optimizer)
        assert model.optimizer.names == PLAYERS
        adam, sgd = keras.optimizers.Adam, keras.optimizers.SGD
        kinds = adam, sgd if optimizer else adam, adam
        for part, kind in zip(model.optimizer.parts, kinds, strict=True):
            assert isinstance(part, kind)


@pytest.mark.quickest
@pytest.mark.parametrize("given", [None, "sgd"])
def test_a_generator_beside_a_critic(make_three, pairs, given):
    def make_players(self):
        return [
            Player("critic", (self.critic,), self.critic_loss),
            Player("generator", (self.maker,), self.maker_loss, (), True),
        ]

    model = make_three(make_players=make_players)
    model.compile({"generator": given, "critic": "sgd"}, run_eagerly=True)
    assert set(fit(model, pairs)) == {"critic_loss", "generator_loss"}


def test_two_replicas_are_one_device(make_three, pairs, two_cpus):
    def turns(self, batch):
        maker, critic, judge = self.players
        yield (critic, judge), batch
        yield (maker,), batch

    def penalties_of(self, name):
        if name == "maker":
            return (Reach(every=2),)
        return (penalties.GradientPenalty(seed=1, name=f"{name}_penalty"),)

    logs, models = [], []
    for scope in (contextlib.nullcontext, two_cpus.scope):
        with scope():
            critic = make_three.linear(1, 2, kernel_regularizer=_l2(0.1))
            model = make_three(
                latents=of_data,
                turns=turns,
                penalties_of=penalties_of,
                critic=critic,
            )
            compiled(model, run_eagerly=scope is contextlib.nullcontext)
        # The last batch, of one point, leaves the second replica with none.
        logs.append(fit(model, pairs[:17], batch_size=16, epochs=2))
        models.append(model)
    for a, b in zip(*(m.get_weights() for m in models), strict=True):
        assert np.abs(a - b).max() <= 1e-5 * np.abs(a).max()
    for name, values in logs[0].items():
        np.testing.assert_allclose(logs[1][name], values, rtol=1e-4, atol=1e-6)


@pytest.mark.quickest
def test_what_a_subclass_must_write():
    from keras_gan import AdversarialModel

    model = AdversarialModel(seed=1)
    with pytest.raises(NotImplementedError):
        model.compile()
    with pytest.raises(NotImplementedError):
        model.sample(None)
    assert model.scores(None) == {}
    data = np.ones((4, 2)), np.arange(4)
    assert model.unpack(data) is data[0]
    assert int(batch_size(model.unpack(data))) == 4


@pytest.mark.quickest
def test_shared_weights_count_once():
    dense = keras.layers.Dense(1)
    networks = [keras.Sequential([keras.Input((2,)), dense]) for _ in range(2)]
    player = Player("critic", tuple(networks), lambda turn: 0.0)
    assert [v.path for v in player.variables] == [
        v.path for v in dense.trainable_variables
    ]


def with_noisy_loss(make_three):
    """A model whose judge has a loss that draws numbers of its own."""

    def judge_loss(self, turn):
        scores = turn.scores["judge"]
        return self.noisy.discriminator_loss(
            scores.real.logits, scores.fake.logits
        )

    class Noisy(make_three.system):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.noisy = losses.NonSaturatingLoss(label_noise=0.3)

    return make_three(Noisy, judge_loss=judge_loss)


def test_a_loss_with_draws_of_its_own_is_resumed(make_three, pairs, tmp_path):
    first, second = (with_noisy_loss(make_three) for _ in "ab")
    for model in (first, second):
        model.compile(sgd(), jit_compile=False)
    fit(first, pairs)
    first.save_weights(tmp_path / "a.weights.h5")
    second.load_weights(tmp_path / "a.weights.h5")
    states = []
    for model in (first, second):
        fit(model, pairs)
        (generator,) = model.noisy.seed_generators
        states.append([numpy(generator.state), *model.get_weights()])
    for a, b in zip(*states, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.quickest
@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_losses_in_half_precision(make_three, pairs, policy):
    def judge_loss(self, turn):
        logits = turn.scores["judge"].fake.logits
        return ops.mean(ops.cast(logits, policy.removeprefix("mixed_")))

    keras.config.set_dtype_policy(policy)
    model = make_three(judge_loss=judge_loss)
    logs = fit(compiled(model), pairs)
    assert np.isfinite(list(logs.values())).all()


@pytest.mark.quickest
def test_metrics_of_scores_that_are_not_there(make_three, pairs):
    model = compiled(
        make_three(), metrics={"nope": [keras.metrics.Mean(name="mean")]}
    )
    with pytest.raises(ValueError, match="'critic', 'judge'.*Received: 'nope'"):
        model.evaluate(pairs, verbose=0)


def test_a_replica_without_data_counts_as_nothing(make_three, pairs, two_cpus):
    """A mean over nothing is NaN, which must not reach the other replica."""

    def judge_loss(self, turn):
        scores = turn.scores["judge"]
        gap = ops.mean(scores.fake.logits) - ops.mean(scores.real.logits)
        return gap, {"judge_loss": gap}

    methods = {"judge_loss": judge_loss, "sample": of_one_latent}
    one = make_three(**methods)
    with two_cpus.scope():
        two = make_three(**methods)
    for model in (one, two):
        model.compile(sgd(), jit_compile=False)
    logs = [fit(model, pairs[:17], batch_size=16) for model in (one, two)]
    for name, values in logs[0].items():
        np.testing.assert_allclose(logs[1][name], values, rtol=1e-5, atol=1e-6)
    for a, b in zip(one.get_weights(), two.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def of_one_latent(self, batch, training=True):
    """Samples that are the same on one device and on several."""
    return call_network(self.maker, ops.ones_like(batch), training)


def test_train_on_batch_hands_on_tensors(make_three, pairs):
    def unpack(self, data):
        batch = keras.utils.unpack_x_y_sample_weight(data)[0]
        kinds.append(ops.is_tensor(batch))
        return batch

    kinds: list = []
    model = compiled(make_three(unpack=unpack))
    model.train_on_batch(pairs)
    model.test_on_batch(pairs)
    assert kinds == [True, True]
