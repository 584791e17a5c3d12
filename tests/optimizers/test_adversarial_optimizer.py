"""Two optimizers that Keras sees as one."""

import json

import keras
import numpy as np
import pytest

from keras_gan import backend
from keras_gan.optimizers import AdversarialOptimizer

to_numpy = keras.ops.convert_to_numpy
adam, sgd = keras.optimizers.Adam, keras.optimizers.SGD


def variables(*values):
    return [keras.Variable(np.float32(value)) for value in values]


@pytest.fixture
def built():
    """A pair of plain gradient descents, and the weights of each."""
    pair = AdversarialOptimizer(sgd(0.1), sgd(0.5))
    weights = variables([1.0, 2.0], 3.0), variables(4.0)
    pair.build_parts(*weights)
    return pair, *weights


def tensor(value):
    return keras.ops.convert_to_tensor(np.float32(value))


def values_of(weights):
    return [keras.ops.convert_to_numpy(v).tolist() for v in weights]


@pytest.mark.quickest
def test_defaults_are_those_of_gans():
    for part in AdversarialOptimizer().parts:
        config = part.get_config()
        chosen = [config[k] for k in ("beta_1", "beta_2", "epsilon")]
        assert isinstance(part, adam) and chosen == [0.0, 0.99, 1e-8]
        assert float(part.learning_rate) == pytest.approx(1e-3)


@pytest.mark.quickest
def test_names_and_configs_stand_for_optimizers():
    config = keras.optimizers.serialize(adam(0.3))
    pair = AdversarialOptimizer("rmsprop", config)
    assert isinstance(pair.generator, keras.optimizers.RMSprop)
    assert float(pair.discriminator.learning_rate) == pytest.approx(0.3)


@pytest.mark.quickest
def test_variables_are_those_of_both():
    pair = AdversarialOptimizer()
    pair.build_parts(variables([1.0, 2.0]), variables(3.0))
    first, second = pair.generator.variables, pair.discriminator.variables
    assert len(first) > 2 and len(second) > 2
    assert list(map(id, pair.variables)) == list(map(id, first + second))
    assert pair.iterations is pair.generator.iterations


@pytest.mark.parametrize("order", [1, -1])
def test_apply_goes_by_the_variable(built, order):
    pair, generator, discriminator = built
    weights = (generator + discriminator)[::order]
    gradients = [tensor(np.ones(v.shape)) for v in weights]
    pair.apply(gradients, weights)
    np.testing.assert_allclose(generator[0], [0.9, 1.9], rtol=1e-6)
    np.testing.assert_allclose(generator[1], 2.9, rtol=1e-6)
    np.testing.assert_allclose(discriminator[0], 3.5, rtol=1e-6)
    counts = [int(part.iterations) for part in pair.parts]
    assert counts == [1, 1]


def test_apply_equals_applying_each_part():
    shapes = [np.arange(3.0), 2.0], [np.ones((2, 2))]
    together, apart = AdversarialOptimizer(), AdversarialOptimizer()
    ours = [variables(*values) for values in shapes]
    theirs = [variables(*values) for values in shapes]
    together.build_parts(*ours)
    apart.build_parts(*theirs)
    rng = np.random.default_rng(0)
    for _ in range(3):
        gradients = [
            [tensor(rng.normal(size=v.shape)) for v in part] for part in ours
        ]
        together.apply(gradients[0] + gradients[1])  # In the order built.
        for part, slopes, weights in zip(
            apart.parts, gradients, theirs, strict=True
        ):
            part.apply(slopes, weights)
    for a, b in zip(
        ours[0] + ours[1] + together.variables,
        theirs[0] + theirs[1] + apart.variables,
        strict=True,
    ):
        np.testing.assert_array_equal(a, b)


def test_one_networks_gradients_leave_the_other_alone(built):
    pair, generator, discriminator = built
    pair.apply([tensor(1.0)], discriminator)
    assert values_of(generator) == [[1.0, 2.0], 3.0]
    assert [int(part.iterations) for part in pair.parts] == [0, 1]


@pytest.mark.quickest
def test_learning_rate_keeps_the_ratio():
    pair = AdversarialOptimizer(sgd(0.1), sgd(0.4))
    assert float(pair.learning_rate) == pytest.approx(0.1)
    for rate in (0.02, 0.0, 0.05):
        pair.learning_rate = rate
        rates = [float(part.learning_rate) for part in pair.parts]
        np.testing.assert_allclose(rates, [rate, 4 * rate], rtol=1e-6)


def test_schedules_in_the_parts(built):
    decay = keras.optimizers.schedules.PiecewiseConstantDecay([1], [0.5, 0.25])
    pair = AdversarialOptimizer(sgd(decay), sgd(decay))
    weights = variables(0.0), variables(0.0)
    pair.build_parts(*weights)
    for _ in range(3):
        pair.apply([tensor(1.0)] * 2)
    assert values_of(weights[0] + weights[1]) == [-1.25, -1.25]
    clone = AdversarialOptimizer.from_config(pair.get_config())
    assert clone.generator.get_config() == pair.generator.get_config()


def test_loss_scales_are_apart():
    pair = AdversarialOptimizer(sgd(0.1), sgd(0.5))
    pair.scale_losses()
    parts = pair.parts
    pair.scale_losses()  # A second call changes nothing.
    assert pair.parts == parts
    assert all(
        isinstance(part, keras.optimizers.LossScaleOptimizer) for part in parts
    )
    weights = variables(0.0), variables(0.0)
    pair.build_parts(*weights)
    for part in parts:
        assert float(part.scale_loss(tensor(1.0))) == 2.0**15
    for part, slope, variable in zip(
        parts, (2.0**15, float("inf")), weights, strict=True
    ):
        backend.apply_gradients(part, [tensor(slope)], variable)
    # The step that overflowed is left out and its scale halved.
    np.testing.assert_allclose(values_of(weights[0]), [-0.1], rtol=1e-6)
    assert values_of(weights[1]) == [0.0]
    scales = [float(part.scale_loss(tensor(1.0))) for part in parts]
    assert scales == [2.0**15, 2.0**14]
    pair.learning_rate = 0.2
    assert float(parts[1].inner_optimizer.learning_rate) == pytest.approx(1.0)


def test_averages_of_the_parts_are_finalized():
    pair = AdversarialOptimizer(
        sgd(1.0, use_ema=True, ema_momentum=0.5), sgd(1.0)
    )
    weights = variables(0.0), variables(0.0)
    pair.build_parts(*weights)
    for _ in range(2):
        pair.apply([tensor(1.0)] * 2)
    pair.finalize_variable_values(weights[0] + weights[1])
    average = pair.generator._model_variables_moving_average[0]
    np.testing.assert_array_equal(weights[0][0], average)
    assert float(average) > -2.0
    assert values_of(weights[1]) == [-2.0]


@pytest.mark.quickest
def test_config_round_trip_is_the_same_before_and_after_build():
    pair = AdversarialOptimizer(adam(1e-3), "rmsprop", name="both")
    config = pair.get_config()
    pair.build_parts(variables(0.0), variables(0.0))
    assert pair.get_config() == config
    json.dumps(config)
    clone = AdversarialOptimizer.from_config(config)
    assert clone.get_config() == config
    whole = keras.saving.serialize_keras_object(pair)
    clone = keras.saving.deserialize_keras_object(whole)
    assert isinstance(clone, AdversarialOptimizer) and clone.name == "both"
    assert clone.get_config() == config


@pytest.mark.quickest
def test_ratio_survives_a_rate_of_zero():
    pair = AdversarialOptimizer(sgd(0.1), sgd(0.4))
    pair.learning_rate = 0.0
    clone = AdversarialOptimizer.from_config(pair.get_config())
    clone.learning_rate = 1.0
    assert float(clone.discriminator.learning_rate) == pytest.approx(4.0)


def test_keras_file_round_trip(make_trained, tmp_path):
    gan = make_trained
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras").optimizer
    assert isinstance(loaded, AdversarialOptimizer)
    assert loaded.get_config() == gan.optimizer.get_config()
    pairs = zip(gan.optimizer.variables, loaded.variables, strict=True)
    for ours, theirs in pairs:
        assert ours.path.split("/")[-1] == theirs.path.split("/")[-1]
        np.testing.assert_array_equal(ours, theirs)
    assert int(loaded.iterations) == 2


@pytest.fixture
def make_trained():
    from keras_gan import GAN, networks

    gan = GAN(*networks.mlp((2,), latent_dim=2, hidden=(4,)), seed=1)
    gan.compile(adam(1e-3), keras.optimizers.RMSprop(1e-3), run_eagerly=True)
    points = np.random.default_rng(0).normal(size=(16, 2)).astype("float32")
    gan.fit(points, batch_size=8, verbose=0)
    return gan


@pytest.mark.quickest
def test_same_object_twice():
    one = adam()
    with pytest.raises(ValueError, match="Received: the same.*Make two"):
        AdversarialOptimizer(one, one)


THREE = ("maker", "critic", "judge")


@pytest.fixture
def three():
    """Three optimizers of players with names of their own."""
    return AdversarialOptimizer(
        maker=sgd(0.1), critic=adam(0.4), judge="rmsprop"
    )


def test_any_number_of_named_parts(three):
    assert three.names == THREE and len(three.parts) == 3
    assert not hasattr(three, "generator")
    assert isinstance(three.judge, keras.optimizers.RMSprop)
    weights = [variables(value) for value in (1.0, 2.0, 3.0)]
    three.build_parts(*weights)
    states = [id(v) for part in three.parts for v in part.variables]
    assert [id(v) for v in three.variables] == states
    three.apply([tensor(1.0)] * 2, weights[0] + weights[2])
    counts = [int(to_numpy(part.iterations)) for part in three.parts]
    assert counts == [1, 0, 1]
    np.testing.assert_allclose(to_numpy(weights[0][0]), 0.9, rtol=1e-6)
    np.testing.assert_array_equal(to_numpy(weights[1][0]), 2.0)


@pytest.mark.quickest
def test_named_parts_beside_a_generator():
    more = AdversarialOptimizer(sgd(0.1), critic=None)
    assert more.names == ("generator", "critic")
    assert isinstance(more.critic, adam)
    assert AdversarialOptimizer.from_config(more.get_config()).names == (
        more.names
    )
    assert AdversarialOptimizer().names == ("generator", "discriminator")


@pytest.mark.quickest
def test_all_learning_rates_keep_their_ratios(three):
    for rate in (0.01, 0.0, 0.02):
        three.learning_rate = rate
        rates = [float(to_numpy(p.learning_rate)) for p in three.parts]
        np.testing.assert_allclose(rates, [rate, 4 * rate, rate / 100], 1e-5)


@pytest.mark.quickest
def test_config_of_named_parts(three):
    three.learning_rate = 0.0
    config = three.get_config()
    assert set(config) == {*THREE, "learning_rate_ratios", "name"}
    clone = AdversarialOptimizer.from_config(json.loads(json.dumps(config)))
    # In the order of the config: the first one leads.
    assert clone.names == THREE and clone.get_config() == config
    clone.learning_rate = 0.1
    assert float(to_numpy(clone.critic.learning_rate)) == pytest.approx(0.4)


@pytest.mark.quickest
def test_files_from_when_there_were_two(built):
    config = built[0].get_config()
    del config["learning_rate_ratios"]
    old = {**config, "learning_rate_ratio": 3.0}
    clone = AdversarialOptimizer.from_config(old)
    clone.learning_rate = 1.0
    rate = float(to_numpy(clone.discriminator.learning_rate))
    assert rate == pytest.approx(3.0)


@pytest.mark.quickest
@pytest.mark.parametrize("name", ["iterations", "apply", "names", "parts"])
def test_names_that_are_taken(name):
    with pytest.raises(ValueError, match=f"Received: {name}. Rename the pl"):
        AdversarialOptimizer(**{name: sgd()})


@pytest.mark.quickest
def test_pair_in_a_pair():
    with pytest.raises(ValueError, match="`discriminator`.*one player"):
        AdversarialOptimizer(adam(), AdversarialOptimizer())


@pytest.mark.quickest
def test_not_an_optimizer():
    with pytest.raises(ValueError, match="`generator`: .*nadamax"):
        AdversarialOptimizer("nadamax")
    with pytest.raises(ValueError, match="clipnorm.*to the part itself"):
        AdversarialOptimizer(adam(), adam(), clipnorm=1.0)


@pytest.mark.quickest
def test_an_optimizer_of_another_model(built):
    part = built[0].generator
    other = keras.Variable(np.zeros(3))
    with pytest.raises(ValueError, match="for one model only.*Make a new one"):
        AdversarialOptimizer.of({"generator": part}).build_parts([other])


def test_apply_needs_to_know_whose_weights_are_whose(built):
    pair = AdversarialOptimizer()
    weights = variables(0.0)
    for call in (
        lambda: pair.build(weights),
        lambda: pair.apply([tensor(1.0)], weights),
        lambda: pair.finalize_variable_values(weights),
    ):
        with pytest.raises(ValueError, match="Received.*build_parts"):
            call()
    with pytest.raises(ValueError, match="Received: .*variable"):
        built[0].apply([tensor(1.0)], weights)


@pytest.mark.quickest
@pytest.mark.parametrize("name", ["generator", "discriminator"])
def test_one_part_with_the_name_of_a_pairs(name):
    one = AdversarialOptimizer.of({name: None})
    assert one.names == (name,) and isinstance(one.parts[0], adam)
    clone = AdversarialOptimizer.from_config(one.get_config())
    assert clone.get_config() == one.get_config()


@pytest.mark.quickest
@pytest.mark.parametrize("with_schedule", [0, 1])
def test_a_schedule_keeps_the_rates_of_all_parts(with_schedule):
    decay = keras.optimizers.schedules.ExponentialDecay(0.4, 10, 0.5)
    rates = [0.1, 0.1]
    rates[with_schedule] = decay
    pair = AdversarialOptimizer(*map(sgd, rates))
    roles = "generator", "discriminator"
    with pytest.raises(TypeError, match=f"part '{roles[with_schedule]}' with"):
        pair.learning_rate = 0.02
    other = pair.parts[1 - with_schedule]
    assert float(to_numpy(other.learning_rate)) == pytest.approx(0.1)


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("rate", "error"),
    [
        (keras.optimizers.schedules.ExponentialDecay(0.4, 10, 0.5), TypeError),
        ("fast", TypeError),
        (float("nan"), ValueError),
        (-0.1, ValueError),
    ],
    # The text of a schedule holds its address, another in each test worker.
    ids=["schedule", "text", "nan", "negative"],
)
def test_a_rate_that_is_no_number_changes_no_part(rate, error):
    pair = AdversarialOptimizer(sgd(0.1), sgd(0.4))
    with pytest.raises(error, match="`learning_rate` must be .*Received: "):
        pair.learning_rate = rate
    rates = [float(to_numpy(part.learning_rate)) for part in pair.parts]
    np.testing.assert_allclose(rates, [0.1, 0.4], rtol=1e-6)


@pytest.mark.quickest
@pytest.mark.parametrize("parts", [{}, "adam", None])
def test_parts_that_are_no_dict(parts):
    with pytest.raises(ValueError, match="`parts` must be a dict.*Received: "):
        AdversarialOptimizer.of(parts)
