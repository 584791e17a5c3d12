"""`CoupledGAN`: two GANs that share weights and latents."""

import keras
import numpy as np
import pytest
from coupled_models import (
    FIRST,
    LATENTS,
    SECOND,
    SHAPE,
    coupled,
    fit,
    make,
    numpy,
    uniform,
)
from keras import layers, ops
from portable import BACKEND, QUICK_STEPS, corners, with_a_compiler

from keras_gan import GAN, CoupledGAN, networks, penalties
from keras_gan.layers import AdaptiveAugment


class KnownLatents:
    """A mix-in: the latents are given, not drawn."""

    def sample_latents(self, batch, seed):
        size = keras.tree.flatten(batch.images)[0].shape[0]
        return ops.convert_to_tensor(LATENTS[:size])


class KnownCoupledGAN(KnownLatents, CoupledGAN):
    pass


class KnownGAN(KnownLatents, GAN):
    pass


def shared(first, second):
    """For each trainable weight of a model, whether the other has it too."""
    theirs = {id(v) for v in second.trainable_weights}
    return [id(v) in theirs for v in first.trainable_weights]


# One step --------------------------------------------------------------------


class Half(layers.Layer):
    """An augmenter whose effect is known: images of half the contrast."""

    def call(self, images):
        return 0.5 * images


CASES = {
    "non_saturating": {"loss": "non_saturating"},
    "relativistic, R1, R2": {},
    "hinge, WGAN-GP": {
        "loss": "hinge",
        "penalties": lambda: [penalties.GradientPenalty(2.0, seed=1)],
    },
    "augmenter": {"augmenter": Half, "penalties": lambda: [penalties.R1(0.5)]},
}


@pytest.fixture
def fixed_draws(monkeypatch):
    """Points of the gradient penalty in the middle, for all models alike."""
    monkeypatch.setattr(
        penalties.GradientPenalty,
        "_draw",
        lambda self, shape: ops.full(shape, 0.5),
    )


def one_step(cls, parts, data, case, **options):
    """Logs of a step of gradient descent, and the moves of the weights."""
    case = {k: v() if callable(v) else v for k, v in CASES[case].items()}
    rates = [keras.optimizers.SGD(0.1) for _ in "gd"]
    pair = [part if isinstance(part, tuple) else (part,) for part in parts]
    models = [model for one in pair for model in one]
    before = [model.get_weights() for model in models]
    gan = make(
        parts,
        cls,
        generator_optimizer=rates[0],
        discriminator_optimizer=rates[1],
        **case,
        **options,
    )
    logs = gan.train_on_batch(*data, return_dict=True)
    moves = [
        [new - old for new, old in zip(model.get_weights(), start, strict=True)]
        for model, start in zip(models, before, strict=True)
    ]
    return {name: float(value) for name, value in logs.items()}, moves


def two_gans(case, sharing, **options):
    """The same as two GANs, which know nothing of each other."""
    results = []
    for domain, images in enumerate((FIRST[:8], SECOND[:8])):
        parts = [pair[domain] for pair in coupled(shared=sharing)]
        results.append(one_step(KnownGAN, parts, (images,), case, **options))
    return zip(*results, strict=True)


def check_logs(logs, others):
    first, second = others
    assert set(logs) == set(first)
    for name, value in logs.items():
        total = first[name] + second[name]
        if name.endswith("accuracy"):
            total = total / 2
        assert value == pytest.approx(total, rel=1e-4, abs=1e-6), name


@pytest.mark.parametrize(
    ("case", "update", "steps"),
    corners(
        [
            ("relativistic, R1, R2", "alternating", 2),
            ("hinge, WGAN-GP", "simultaneous", 1),
            ("relativistic, R1, R2", "simultaneous", 1),
            ("non_saturating", "simultaneous", 2),
            *((case, "alternating", 1) for case in CASES),
        ],
        everywhere=2,
    ),
)
def test_without_sharing_it_is_two_gans(case, update, steps, fixed_draws):
    options = {"update": update, "discriminator_steps": steps}
    data = FIRST[:8], SECOND[:8]
    logs, moves = one_step(
        KnownCoupledGAN, coupled(shared=False), data, case, **options
    )
    others, (first, second) = two_gans(case, False, **options)
    check_logs(logs, others)
    apart = [first[0], second[0], first[1], second[1]]
    for ours, theirs in zip(moves, apart, strict=True):
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)
            # To a relativistic loss the last bias does not matter.
            assert np.abs(a).max() > 1e-6 or a.shape == (1,)


@pytest.mark.parametrize("case", corners(CASES))
def test_shared_weights_get_the_gradients_of_both_domains(case, fixed_draws):
    # In one pass for both players, each GAN alone is at the same weights.
    options = {"update": "simultaneous"}
    data = FIRST[:8], SECOND[:8]
    parts = coupled()
    logs, moves = one_step(KnownCoupledGAN, parts, data, case, **options)
    others, (first, second) = two_gans(case, True, **options)
    check_logs(logs, others)
    for role, models in enumerate(parts):
        alone = first[role], second[role]
        for domain, model in enumerate(models):
            common = shared(model, models[1 - domain])
            assert 0 < sum(common) < len(common)
            for move, both, own in zip(
                moves[2 * role + domain],
                common,
                zip(*alone, strict=True),
                strict=True,
            ):
                expected = sum(own) if both else own[domain]
                np.testing.assert_allclose(move, expected, atol=1e-6)


@pytest.mark.quickest
def test_lecam_is_summed_over_domains():
    penalty = penalties.LeCam(0.3)
    still = [keras.optimizers.SGD(0.0) for _ in "gd"]
    parts = generators, discriminators = coupled()
    gan = make(parts, KnownCoupledGAN, penalties=[penalty],
               generator_optimizer=still[0],
               discriminator_optimizer=still[1])  # fmt: skip
    logs = gan.train_on_batch(FIRST[:8], SECOND[:8], return_dict=True)
    reals, fakes = [], []
    for images, generator, network in zip(
        (FIRST[:8], SECOND[:8]), generators, discriminators, strict=True
    ):
        reals.append(numpy(network(images)))
        fakes.append(numpy(network(generator(LATENTS))))
    # The first averages are the means of all that the step has seen.
    ema_real, ema_fake = np.mean(reals), np.mean(fakes)
    value = sum(
        np.mean(np.maximum(real - ema_fake, 0) ** 2)
        + np.mean(np.maximum(ema_real - fake, 0) ** 2)
        for real, fake in zip(reals, fakes, strict=True)
    )
    assert float(logs["lecam"]) == pytest.approx(0.3 * value, rel=1e-4)


def convolutional():
    return networks.coupled(SHAPE, latent_dim=3, width=4, kernel_size=3, seed=1)


@with_a_compiler
def test_ways_to_run_a_step_agree():
    # JAX compiles anyhow.
    jit = True if BACKEND == "tensorflow" else "auto"
    ways = {"run_eagerly": True}, {"run_eagerly": False, "jit_compile": jit}
    # Of networks that are not dense.
    gans = [
        make(convolutional(), KnownCoupledGAN, loss="hinge", **way)
        for way in ways
    ]
    logs = [fit(gan) for gan in gans]
    for name in ("d_loss", "g_loss"):
        eager, compiled = (one[name] for one in logs)
        np.testing.assert_allclose(compiled, eager, rtol=2e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("update", "steps"), corners([("alternating", 2), ("simultaneous", 1)])
)
def test_fit_moves_every_weight(update, steps):
    gan = make(loss="non_saturating", update=update, discriminator_steps=steps)
    before = gan.get_weights()
    logs = fit(gan, epochs=2)
    assert set(logs) == {
        "d_loss",
        "g_loss",
        "d_real_accuracy",
        "d_fake_accuracy",
    }
    assert np.isfinite(list(logs.values())).all()
    for old, new in zip(before, gan.get_weights(), strict=True):
        assert np.abs(old - new).max() > 0
    assert int(numpy(gan.optimizer.generator.iterations)) == 4
    assert int(numpy(gan.optimizer.discriminator.iterations)) == 4 * steps


@pytest.mark.quickest
def test_an_adaptive_augmenter_sees_both_domains():
    augmenter = AdaptiveAugment(
        ["contrast"], probability=0.2, interval=1, seed=4
    )
    gan = make(coupled((8, 8, 3)), augmenter=augmenter, **QUICK_STEPS)
    second = uniform(1, -1, 1, (8, 8, 3))
    logs = fit(gan, second=second)
    assert -1 <= logs["real_sign"][0] <= 1
    assert 0 <= logs["augment_probability"][0] <= 1
    # Four batches of eight images have been counted, two of each domain.
    counted = []
    augmenter.update_state = lambda real: counted.append(tuple(real.shape))
    gan.train_on_batch(FIRST[:8], second[:8])
    assert counted == [(8, 1)] * 2


@pytest.mark.parametrize("policy", corners(["mixed_float16", "mixed_bfloat16"]))
def test_mixed_precision(policy):
    keras.config.set_dtype_policy(policy)
    gan = make(**QUICK_STEPS)
    scaled = keras.optimizers.LossScaleOptimizer
    wraps = [isinstance(part, scaled) for part in gan.optimizer.parts]
    assert wraps == [policy == "mixed_float16"] * 2
    logs = fit(gan)
    assert np.isfinite(list(logs.values())).all()
    assert {v.dtype for v in gan.trainable_variables} == {"float32"}
    assert [images.dtype for images in gan.generate(2)] == [np.float32] * 2


# Data ------------------------------------------------------------------------


@pytest.mark.quickest
def test_arrays_may_be_given_as_two_or_as_a_pair():
    ways = ((FIRST, SECOND), ((FIRST, SECOND), None), ([FIRST, SECOND], None))
    logs = [fit(make(loss="hinge"), *way) for way in ways]
    assert logs[0] == logs[1] == logs[2]
    held_out = fit(
        make(loss="hinge"),
        (FIRST, SECOND),
        None,
        validation_data=(FIRST[:8], SECOND[:8]),
    )
    assert set(held_out) == set(logs[0]) | {f"val_{n}" for n in logs[0]}
    assert {name: held_out[name] for name in logs[0]} == logs[0]


@pytest.mark.quickest
def test_data_sets_of_two_domains():
    pytest.importorskip("tensorflow")
    from keras_gan import datasets

    # The second domain is smaller: it begins anew.
    data = datasets.domains(FIRST, SECOND[:8], batch_size=8, shuffle=False)
    gan, twin = make(loss="hinge"), make(loss="hinge")
    logs = gan.fit(data, verbose=0).history
    same = fit(twin, FIRST, np.concatenate([SECOND[:8]] * 2))
    for name, values in logs.items():
        np.testing.assert_allclose(values, same[name], rtol=1e-4, atol=1e-6)
    assert set(gan.evaluate(data, verbose=0, return_dict=True)) == set(logs)


# Drawing and evaluation ------------------------------------------------------


@pytest.fixture(scope="module")
def mirror():
    """Draws the latents as images, and their negatives."""
    latents = keras.Input((64,))
    images = layers.Reshape(SHAPE)(latents)
    generator = keras.Model(latents, [images, layers.Rescaling(-1.0)(images)])
    return CoupledGAN(generator, coupled()[1], seed=1)


@pytest.mark.quickest
def test_pairs_are_of_the_same_latents(mirror):
    first, second = mirror.generate(5)
    assert first.shape == second.shape == (5, *SHAPE)
    np.testing.assert_array_equal(first, -second)
    again, _ = mirror.generate(5)
    assert np.abs(first - again).min(axis=(1, 2, 3)).max() > 0


@pytest.mark.quickest
def test_generate_is_a_function_of_its_seed(mirror):
    first, second = mirror.generate(5, seed=2)
    for a, b in zip(
        (first, second), mirror.generate(5, seed=2, batch_size=2), strict=True
    ):
        np.testing.assert_array_equal(a, b)
    assert np.abs(first - mirror.generate(5, seed=3)[0]).max() > 0.1


@pytest.mark.quickest
def test_truncation_bounds_the_latents(mirror):
    free, _ = mirror.generate(20, seed=2)
    bound, negatives = mirror.generate(20, seed=2, truncation=0.5)
    assert np.abs(free).max() > 1 and 0.3 < np.abs(bound).max() <= 0.5
    np.testing.assert_array_equal(bound, -negatives)


@pytest.mark.quickest
def test_call_and_predict_return_pairs(mirror):
    latents = np.random.default_rng(0).normal(size=(3, 64)).astype("float32")
    for pair in (mirror(latents), mirror.predict(latents, verbose=0)):
        for images, sign in zip(numpy(list(pair)), (1, -1), strict=True):
            np.testing.assert_array_equal(images.reshape(3, 64), sign * latents)


@keras.saving.register_keras_serializable(package="tests")
class MeanOfReal(keras.metrics.Mean):
    """Mean of the real images; the fakes must be as many."""

    def update_state(self, real, fake):
        assert tuple(real.shape) == tuple(fake.shape)
        super().update_state(real)


@pytest.mark.quickest
def test_metrics_of_a_list_are_of_the_first_domain():
    gan = make(loss="hinge", metrics=[MeanOfReal(name="mean")])
    found = gan.evaluate(FIRST, SECOND, verbose=0, return_dict=True)
    assert found["mean"] == pytest.approx(FIRST.mean(), abs=1e-6)
    values = gan.evaluate((FIRST, SECOND), verbose=0)
    assert values == list(found.values())


@pytest.mark.quickest
def test_metrics_by_domain(tmp_path):
    metrics = {
        "second": [MeanOfReal(name="b")],
        "first": [MeanOfReal(name="a")],
    }
    gan = make(coupled((8, 8, 3)), loss="hinge", metrics=metrics)
    images = uniform(1, -0.2, 1.0, (8, 8, 3))
    gan.save(tmp_path / "gan.keras")
    for one in (gan, keras.saving.load_model(tmp_path / "gan.keras")):
        found = one.evaluate(FIRST, images, verbose=0, return_dict=True)
        assert found["a"] == pytest.approx(FIRST.mean(), abs=1e-6)
        assert found["b"] == pytest.approx(images.mean(), abs=1e-6)


@pytest.mark.quickest
def test_metrics_of_a_domain_that_is_not_there():
    metrics = {"third": [MeanOfReal()]}
    with pytest.raises(ValueError, match="'first', 'second'.*'third'"):
        make(metrics=metrics)


@pytest.mark.quickest
def test_evaluation_draws_the_same_and_leaves_training_alone(same_state):
    gan, twin = make(loss="hinge"), make(loss="hinge")
    assert gan.evaluate(FIRST, SECOND, verbose=0) == gan.evaluate(
        FIRST, SECOND, verbose=0
    )
    assert fit(gan) == fit(twin)
    for one, other in zip(gan.weights, twin.weights, strict=True):
        np.testing.assert_array_equal(*numpy([one, other]))


@pytest.mark.quickest
def test_average_has_shared_weights_once():
    gan = make(loss="hinge", ema_momentum=0.75)
    start = gan.generator.get_weights()
    fit(gan, FIRST[:8], SECOND[:8])
    average = gan.ema_generator.get_weights()
    assert len(average) == len(start) == 6
    for mean, old, new in zip(
        average, start, gan.generator.get_weights(), strict=True
    ):
        assert np.abs(old - new).max() > 0
        np.testing.assert_allclose(mean, 0.75 * old + 0.25 * new, atol=1e-6)
    pair = zip(gan(LATENTS), gan.ema_generator(LATENTS), strict=True)
    for images, drawn in pair:
        np.testing.assert_array_equal(*numpy([images, drawn]))


@pytest.mark.quickest
def test_no_average():
    gan = make(loss="hinge", ema_momentum=None)
    assert gan.ema_generator is None
    fit(gan)
    pair = zip(gan(LATENTS), gan.generator(LATENTS), strict=True)
    for images, drawn in pair:
        np.testing.assert_array_equal(*numpy([images, drawn]))


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"seed": -1}, ValueError, "`seed` must be"),
        ({"ema_momentum": 1.0}, ValueError, "`ema_momentum`"),
        ({"augmenter": "flip"}, TypeError, "`augmenter` must be"),
    ],
)
def test_bad_arguments(options, error, message):
    with pytest.raises(error, match=message):
        CoupledGAN(*coupled(), **options)


# Saving ----------------------------------------------------------------------


def everything():
    """Options that have a state of their own."""
    augmenter = AdaptiveAugment(["contrast"], interval=1, speed=1.0, seed=8)
    return {
        "augmenter": augmenter,
        "penalties": [
            penalties.GradientPenalty(seed=3, every=2),
            penalties.LeCam(),
        ],
        "discriminator_steps": 2,
        "ema_momentum": 0.9,
        **QUICK_STEPS,
    }


@pytest.mark.parametrize(
    ("options", "policy"),
    corners(
        [
            (everything, "float32"),
            (lambda: {"update": "simultaneous"}, "float32"),
            (lambda: {"loss": "hinge", **QUICK_STEPS}, "mixed_bfloat16"),
        ]
    ),
)
def test_saved_and_continued_equals_unbroken(
    options, policy, same_state, tmp_path
):
    keras.config.set_dtype_policy(policy)
    unbroken, broken = make(**options()), make(**options())
    fit(unbroken, epochs=2)
    fit(broken)
    broken.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    fit(loaded, initial_epoch=1, epochs=2)
    same_state(unbroken, loaded)
    for a, b in zip(unbroken.generate(3), loaded.generate(3), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.quickest
def test_a_loaded_model_shares_what_it_shared(tmp_path):
    gan = make(loss="hinge")
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    for role in ("generator", "ema_generator", "discriminator"):
        ours, theirs = getattr(gan, role), getattr(loaded, role)
        assert len(ours.weights) == len(theirs.weights) == 6
    # The first layer of the generators decides on both images.
    before = numpy(list(loaded.generator(LATENTS)))
    loaded.generator.trainable_weights[0].assign_add(ops.ones((3, 8)))
    after = numpy(list(loaded.generator(LATENTS)))
    for old, new in zip(before, after, strict=True):
        assert np.abs(old - new).max() > 1e-3


@pytest.mark.quickest
def test_weights_alone_hold_the_whole_state(same_state, tmp_path):
    gan, other = make(loss="hinge"), make(loss="hinge", seed=99)
    fit(gan)
    gan.save_weights(tmp_path / "gan.weights.h5")
    other.load_weights(tmp_path / "gan.weights.h5")
    same_state(gan, other)


@pytest.mark.quickest
def test_config(tmp_path):
    gan = CoupledGAN(*coupled(), seed=5, ema_momentum=0.5, name="twins")
    loaded = CoupledGAN.from_config(gan.get_config())
    for one in (gan, loaded):
        assert (one.seed, one.ema_momentum, one.name) == (5, 0.5, "twins")
        assert one.latent_dim == 3 and one.augmenter is None
    assert len(loaded.weights) == len(gan.weights) == 18
