"""`CycleGAN`: translation between two domains without pairs."""

import keras
import numpy as np
import pytest
from keras import layers, ops
from portable import (
    array,
    assert_close,
    assert_equal,
    tensor,
    variable_gradients,
)
from unpaired_models import (
    FIRST,
    SECOND,
    cycle,
    fit,
    generator,
    make_cycle,
    uniform,
)

from keras_gan import CycleGAN, penalties


def weights(parts):
    return [
        [array(v) for v in model.weights] for pair in parts for model in pair
    ]


def one_step(parts=None, x=FIRST[:8], y=SECOND[:8], **options):
    """Logs of a step of gradient descent, and the moves of the weights."""
    parts = parts or cycle()
    before = weights(parts)
    rates = [keras.optimizers.SGD(0.1) for _ in "gd"]
    model = make_cycle(
        parts, generator_optimizer=rates[0], discriminator_optimizer=rates[1],
        **options,
    )  # fmt: skip
    logs = model.train_on_batch(x, y, return_dict=True)
    moves = [
        [new - old for new, old in zip(*pair, strict=True)]
        for pair in zip(weights(parts), before, strict=True)
    ]
    return {name: float(value) for name, value in logs.items()}, moves


# Losses ----------------------------------------------------------------------


def published(parts, first, second):
    """The terms of the paper's code, with means over all pixels."""
    (to_second, to_first), (of_first, of_second) = parts
    first, second = tensor(first), tensor(second)
    fakes = to_first(second), to_second(first)
    ones = zip((of_first, of_second), (first, second), fakes, strict=True)
    judged = [(network(real), network(fake)) for network, real, fake in ones]

    def mean(terms):
        return sum(map(ops.mean, terms))

    return {
        "d_loss": mean([(r - 1) ** 2 / 2 + f**2 / 2 for r, f in judged]),
        "fooling": mean([(fake - 1) ** 2 for _, fake in judged]),
        "cycle_loss": mean(
            [abs(to_first(fakes[1]) - first), abs(to_second(fakes[0]) - second)]
        ),
        "identity_loss": mean(
            [abs(to_second(second) - second), abs(to_first(first) - first)]
        ),
    }


@pytest.mark.quickest
def test_losses_are_those_of_the_paper():
    parts, images = cycle(), (FIRST[:8], SECOND[:8])
    wanted = published(parts, *images)
    logs = make_cycle(parts).evaluate(*images, verbose=0, return_dict=True)
    for name in ("d_loss", "cycle_loss", "identity_loss"):
        assert logs[name] == pytest.approx(float(wanted[name]), rel=1e-4)
    # The least-squares loss of this package has a factor of 1/2.
    assert 2 * logs["g_loss"] == pytest.approx(float(wanted["fooling"]), 1e-4)


def test_one_step_follows_the_gradients_of_the_paper():
    # All gradients are at the weights before the step. The pool is empty.
    parts = generators, discriminators = cycle()
    images = FIRST[:8], SECOND[:8]

    def loss_of(player):
        def loss():
            terms = published(parts, *images)
            if player == "discriminator":
                return terms["d_loss"]
            cycle_and_identity = (
                terms["cycle_loss"] + 0.5 * terms["identity_loss"]
            )
            return terms["fooling"] + 10.0 * cycle_and_identity

        return loss

    wanted = []
    for player, pair in (
        ("generator", generators),
        ("discriminator", discriminators),
    ):
        variables = [v for one in pair for v in one.trainable_variables]
        wanted += variable_gradients(loss_of(player), variables)
    _, moves = one_step(parts)
    found = [move for model in moves for move in model]
    for move, slope in zip(found, wanted, strict=True):
        assert_close(move, -0.1 * slope, rtol=1e-3, atol=1e-5)
        assert np.abs(move).max() > 1e-6


@pytest.mark.quickest
def test_weights_of_the_losses():
    model = make_cycle(loss="non_saturating", cycle_weight=0.0)
    assert model.adversarial_weight == 1.0
    logs = model.evaluate(FIRST, SECOND, verbose=0, return_dict=True)
    assert set(logs) == {
        *("d_loss", "g_loss", "d_real_accuracy", "d_fake_accuracy")
    }


def convolution(seed):
    """A generator for images of any size, of one factor and a bias."""
    images = keras.Input((None, None, 1))
    start = keras.initializers.GlorotUniform(seed)
    factor = layers.Conv2D(1, 1, kernel_initializer=start)
    return keras.Model(images, factor(images))


@pytest.mark.quickest
def test_identity_alone_makes_generators_the_identity():
    generators = convolution(1), convolution(2)
    model = make_cycle(
        (generators, cycle()[1]),
        generator_optimizer=keras.optimizers.Adam(0.15, 0.5),
        cycle_weight=1e-3,
        identity_weight=1e3,
        adversarial_weight=0.0,
        ema_momentum=None,
    )
    fit(model, FIRST, -SECOND, batch_size=16, epochs=20)
    for one in generators:
        factor, offset = map(array, one.weights)
        assert abs(factor.item() - 1) < 0.15 and abs(offset.item()) < 0.15


# The pool --------------------------------------------------------------------


@pytest.mark.quickest
def test_without_a_pool_the_newest_fakes_are_shown():
    models = [make_cycle(pool_size=size) for size in (0, 8)]
    logs = [fit(m, FIRST[:8], SECOND[:8], epochs=3) for m in models]
    assert not models[0].pools
    # The pool is full after one step, in which all images were shown.
    for name, values in logs[0].items():
        assert values[0] == pytest.approx(logs[1][name][0], rel=1e-5)
    assert logs[0]["d_loss"][2] != logs[1]["d_loss"][2]
    pools = dict(zip(models[1].image_shapes(), models[1].pools, strict=True))
    assert {int(array(pool.count)) for pool in pools.values()} == {8}
    # What it holds are translations to its own domain.
    first = models[1].generator([FIRST[:8], SECOND[:8]])[1]
    near, far = (np.abs(array(pools[n].images) - array(first)).max()
                 for n in ("first", "second"))  # fmt: skip
    assert near < far


def test_discriminators_learn_from_what_the_pool_shows(monkeypatch):
    old = np.full((8, 8, 8, 1), 0.25, "float32")
    parts = cycle()
    model = make_cycle(parts, pool_size=8, loss="hinge")
    for pool in model.pools:
        monkeypatch.setattr(
            pool, "exchange", lambda images: ops.convert_to_tensor(old)
        )
    (first, second) = images = FIRST[:8], SECOND[:8]
    wanted = sum(
        np.maximum(0, 1 - array(network(real))).mean()
        + np.maximum(0, 1 + array(network(old))).mean()
        for network, real in zip(parts[1], images, strict=True)
    )
    fooling = -sum(
        array(network(translator(real))).mean()
        for network, translator, real in zip(
            parts[1], parts[0][::-1], (second, first), strict=True
        )
    )
    logs = model.train_on_batch(first, second, return_dict=True)
    assert float(logs["d_loss"]) == pytest.approx(wanted, rel=1e-4)
    # The generators are judged by their own images.
    assert float(logs["g_loss"]) == pytest.approx(fooling, rel=1e-4)


@pytest.mark.quickest
def test_a_pool_exchanges_once_per_turn_of_the_discriminators(monkeypatch):
    model = make_cycle(
        update="alternating",
        discriminator_steps=2,
        penalties=[penalties.GradientPenalty(seed=3, every=2)],
    )
    sizes = []
    for pool in model.pools:
        monkeypatch.setattr(
            pool, "exchange", lambda images: sizes.append(len(images)) or images
        )
    model.train_on_batch(FIRST[:8], SECOND[:8])
    assert sizes == [4] * 4


# Use -------------------------------------------------------------------------


@pytest.mark.quickest
def test_translates_with_the_averages():
    parts = cycle(1, 3)
    model = make_cycle(parts, ema_momentum=0.5)
    second = uniform(1, -1, 1, channels=3)
    fit(model, FIRST[:8], second[:8])
    for to, images, channels in (("second", FIRST, 3), ("first", second, 1)):
        found = model.translate(images, to=to, batch_size=5)
        assert found.shape == (16, 8, 8, channels)
        assert found.dtype == np.float32
        assert_close(found, model.translator(to)(images), atol=1e-6)
        trained = parts[0][to == "first"]
        assert np.abs(found - array(trained(images))).max() > 1e-5
    assert model.identity_weight == 0.0
    both = model.predict([FIRST, second], verbose=0)
    assert_close(both[0], model.translate(FIRST), atol=1e-6)


@keras.saving.register_keras_serializable(package="tests")
class ErrorOfNegatives(keras.metrics.Mean):
    """Mean of absolute differences of aligned images."""

    def update_state(self, real, fake):
        super().update_state(ops.abs(real - fake))


@pytest.mark.quickest
def test_metrics_by_domain(tmp_path):
    metrics = {
        name: [ErrorOfNegatives(name=f"to_{name}")]
        for name in ("first", "second")
    }
    model = make_cycle(metrics=metrics)
    listed = make_cycle(metrics=[ErrorOfNegatives(name="error")])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    wanted = {
        "to_second": np.abs(model.translate(FIRST) - SECOND).mean(),
        "to_first": np.abs(model.translate(SECOND, "first") - FIRST).mean(),
    }
    for one in (model, loaded):
        logs = one.evaluate(FIRST, SECOND, verbose=0, return_dict=True)
        for name, value in wanted.items():
            assert logs[name] == pytest.approx(value, rel=1e-4)
    logs = listed.evaluate(FIRST, SECOND, verbose=0, return_dict=True)
    assert logs["error"] == pytest.approx(wanted["to_second"], rel=1e-4)


@pytest.mark.quickest
def test_one_image_of_each_domain_is_enough():
    logs = fit(make_cycle(), FIRST[:1], SECOND[:1])
    assert np.isfinite(list(logs.values())).all()


def test_mixed_precision():
    keras.config.set_dtype_policy("mixed_float16")
    model = make_cycle(pool_size=4)
    logs = fit(model)
    assert np.isfinite(list(logs.values())).all()
    assert {v.dtype for v in model.trainable_variables} == {"float32"}
    assert {pool.images.dtype for pool in model.pools} == {"float32"}
    assert model.translate(FIRST[:2]).dtype == np.float32


# Saving ----------------------------------------------------------------------


def test_saved_and_continued_equals_unbroken(same_state, tmp_path):
    options = {"pool_size": 3, "ema_momentum": 0.9, "cycle_weight": 3.0}
    unbroken, broken = (make_cycle(**options) for _ in "ab")
    fit(unbroken, epochs=2)
    fit(broken)
    broken.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.cycle_weight == broken.cycle_weight
    fit(loaded, initial_epoch=1, epochs=2)
    same_state(unbroken, loaded)
    assert_equal(unbroken.translate(FIRST), loaded.translate(FIRST))


@pytest.mark.quickest
def test_config():
    model = CycleGAN(*cycle(), seed=5, pool_size=2, ema_momentum=None)
    loaded = CycleGAN.from_config(model.get_config())
    for one in (model, loaded):
        assert (one.seed, one.pool_size, one.ema_momentum) == (5, 2, None)
        assert list(one.image_shapes()) == ["second", "first"]
    assert len(loaded.weights) == len(model.weights)


@pytest.mark.quickest
def test_layers_may_be_shared(tmp_path):
    one = generator()
    model = make_cycle(((one, one), cycle()[1]))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for made in (model, loaded):
        assert len(made.generator.weights) == 4
        assert_equal(made.translate(FIRST), made.translate(FIRST, to="first"))


# Errors ----------------------------------------------------------------------


@pytest.mark.quickest
def test_generators_of_any_size_train_at_that_of_the_discriminators():
    generators = convolution(1), convolution(2)
    model = CycleGAN(generators, cycle()[1])
    assert model.image_shapes()["first"] == (8, 8, 1)
    assert model.translate(np.zeros((1, 5, 6, 1))).shape == (1, 5, 6, 1)
    with pytest.raises(ValueError, match="size of the images to train on"):
        CycleGAN(generators, (convolution(3), convolution(4)))
    small = keras.Sequential([keras.Input((6, 6, 1)), convolution(4)])
    with pytest.raises(
        ValueError, match=r"images of shape \(8, 8, 1\) for .*\(6, 6, 1\)"
    ):
        CycleGAN(generators, (cycle()[1][0], small))


BAD_NETWORKS = {
    "must translate images back": lambda g, d: ((g[0], generator(3, 1)), d),
    "must take the images": lambda g, d: (g, cycle(3, 3)[1]),
    "`generators` must be a pair": lambda g, d: (g[:1], d),
    "`discriminators` must be a pair": lambda g, d: (g, d[0]),
}


@pytest.mark.quickest
@pytest.mark.parametrize("message", BAD_NETWORKS)
def test_networks_that_do_not_match(message):
    parts = BAD_NETWORKS[message](*cycle())
    with pytest.raises(ValueError, match=f"{message}.*Received"):
        CycleGAN(*parts)


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"pool_size": -1}, ValueError, "`pool_size` must be.*-1"),
        ({"cycle_weight": -1.0}, ValueError, "`cycle_weight` must be.*-1.0"),
        ({"identity_weight": "x"}, ValueError, "`identity_weight` must be"),
        ({"adversarial_weight": -1}, ValueError, "`adversarial_weight` must"),
        ({"optimizer": "adam"}, TypeError, "an optimizer each"),
        ({"metrics": {"third": [ErrorOfNegatives()]}}, ValueError, "'third'"),
        ({"augmenter": "flip"}, TypeError, "`augmenter` must be"),
    ],
)
def test_bad_arguments(options, error, message):
    with pytest.raises(error, match=message):
        make_cycle(**options)


@pytest.mark.quickest
def test_identity_of_other_channels():
    with pytest.raises(ValueError, match="`identity_weight` must be 0.*0.5"):
        make_cycle(cycle(1, 3), identity_weight=0.5)


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("data", "message"),
    [
        ((FIRST, None), "images of two domains.*1 part"),
        ((FIRST, SECOND[:8]), "same number of images.*16 and 8"),
        ((FIRST, SECOND[:, :6]), "must have the shape.*Received"),
        ((FIRST, 2 * SECOND), "must be in.*Received"),
        ((FIRST[:0], SECOND[:0]), "must be at least one image"),
    ],
)
def test_bad_data(data, message):
    with pytest.raises(ValueError, match=message):
        fit(make_cycle(), *data)


@pytest.mark.quickest
def test_bad_images_to_translate():
    model = make_cycle()
    with pytest.raises(ValueError, match="`to` must be one of.*'third'"):
        model.translate(FIRST, to="third")
    with pytest.raises(ValueError, match="must have the shape.*Received"):
        model.translate(FIRST[0])
