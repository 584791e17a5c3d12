from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import layers, ops
from portable import array, assert_close, compiled, tensor, to_numpy

from keras_gan.sampling.discriminator_rejection_sampling import (
    DiscriminatorRejectionSampling,
)

# The toy: the generator draws from N(0, 1), the data are N(mean, deviation).
MEANS, DEVIATIONS = (0.5, -0.8), (0.7, 0.6)


def log_density_ratio(x, mean, deviation):
    own = -0.5 * ops.square((x - mean) / deviation) - ops.log(deviation)
    return own + 0.5 * ops.square(x)


def ideal(num_classes=None):
    """The discriminator that knows both densities."""
    x = keras.Input((1,))
    if num_classes is None:
        return keras.Model(x, log_density_ratio(x, MEANS[0], DEVIATIONS[0]))
    labels = keras.Input((), dtype="int32")
    second = ops.expand_dims(ops.cast(labels, "float32"), 1)
    mean, deviation = (
        first + second * (other - first) for first, other in (MEANS, DEVIATIONS)
    )
    return keras.Model([x, labels], log_density_ratio(x, mean, deviation))


def identity():
    """A discriminator whose logit is the image, of one pixel."""
    return keras.Sequential([keras.Input((1,)), layers.Rescaling(1.0)])


def bound(network, num_classes=None, **arguments):
    made = DiscriminatorRejectionSampling(discriminator=network, **arguments)
    made.bind(
        SimpleNamespace(
            num_classes=num_classes, image_shape=(1,), generator=None
        )
    )
    return made


def draws(number, seed):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((number, 1), dtype="float32")
    return x, np.arange(number) % 2, rng.random(number, dtype="float32")


def within_three_errors(values, mean, deviation):
    """Whether mean and variance of a sample are those of a normal law."""
    number = values.size
    off = abs(values.mean() - mean) / (deviation / np.sqrt(number))
    wide = abs(values.var(ddof=1) / deviation**2 - 1) / np.sqrt(2 / number)
    return off < 3 and wide < 3


@pytest.mark.quickest
def test_what_is_accepted_has_the_distribution_of_the_data():
    made = bound(ideal(), gamma=0.0)
    made.calibrate(draws(4000, seed=1)[0])
    x, _, uniform = draws(200_000, seed=2)
    accepted = array(made.accept(x, None, uniform))
    assert not within_three_errors(x, MEANS[0], DEVIATIONS[0])
    assert within_three_errors(x[accepted], MEANS[0], DEVIATIONS[0])
    # As many as rejection sampling accepts at best: one in the largest ratio.
    grid = np.linspace(-5, 5, 10_001, dtype="float32")
    highest = np.max(array(log_density_ratio(grid, MEANS[0], DEVIATIONS[0])))
    assert abs(accepted.mean() - np.exp(-highest)) < 0.01


@pytest.mark.quickest
def test_each_class_has_the_distribution_of_its_data():
    made = bound(ideal(2), 2, gamma=0.0)
    x, labels, uniform = draws(200_000, seed=4)
    made.calibrate(x[:4000], labels[:4000])
    accepted = array(made.accept(x, labels, uniform))
    for label in range(2):
        values = x[accepted & (labels == label)]
        other = 1 - label
        assert within_three_errors(values, MEANS[label], DEVIATIONS[label])
        assert not within_three_errors(values, MEANS[other], DEVIATIONS[other])


@pytest.mark.quickest
def test_a_smaller_gamma_accepts_more():
    x, _, uniform = draws(2000, seed=5)
    kept = []
    for arguments in (
        {"gamma": 1.0},
        {"gamma": 0.0},
        {"gamma": -3.0},
        {"percentile": 80.0},
        {"percentile": 20.0},
    ):
        made = bound(ideal(), **arguments)
        made.calibrate(x)
        kept.append(int(np.sum(array(made.accept(x, None, uniform)))))
    assert kept[0] < kept[1] < kept[2]
    assert 0 < kept[3] < kept[4] < 2000


def probability(made, x, label=None):
    """By bisection of the draw that just is accepted."""
    low, high = 0.0, 1.0
    labels = None if label is None else np.array([label])
    for _ in range(24):
        middle = (low + high) / 2
        image = np.array([[x]], "float32")
        if bool(made.accept(image, labels, np.array([middle]))[0]):
            low = middle
        else:
            high = middle
    return low


@pytest.mark.parametrize("gamma", [0.0, 0.7, -2.0])
@pytest.mark.parametrize("logit", [2.9, 2.0, -4.0])
def test_the_probability_is_that_of_the_paper(gamma, logit):
    made = bound(identity(), gamma=gamma)
    made.calibrate(np.array([[0.0], [3.0], [1.0]]))
    below = logit - 3.0
    odds = below - np.log(1 - np.exp(below - 1e-8)) - gamma
    expected = 1 / (1 + np.exp(-odds))
    assert abs(probability(made, logit) - expected) < 2e-6


@pytest.mark.quickest
def test_the_default_accepts_a_logit_at_the_percentile_half_the_time():
    made = bound(identity())
    made.calibrate(np.arange(11, dtype="float32")[:, None])
    assert abs(probability(made, 8.0) - 0.5) < 1e-6


@pytest.mark.quickest
def test_maxima_and_gammas_are_those_of_each_class():
    made = bound(identity(), 2)
    images = np.array([0, 1, 2, 10, 30, 50], "float32")[:, None]
    made.calibrate(images, np.array([0, 0, 0, 1, 1, 1]))
    assert to_numpy(made.maxima).tolist() == [2.0, 50.0]
    odds = [-1 - np.log(1 - np.exp(-1.0)), -20.0]
    assert_close(to_numpy(made.gammas), odds, rtol=1e-5)


@pytest.mark.quickest
def test_a_logit_above_the_maximum_raises_it_for_its_class_and_call():
    made = bound(identity(), 2, gamma=0.0)
    made.calibrate(np.array([[0.0], [1.0]] * 2), np.array([0, 0, 1, 1]))
    before = [to_numpy(one).tolist() for one in made.variables]
    images = np.array([[1.0], [4.0], [0.9]], "float32")
    labels = np.array([0, 0, 1])
    # exp(1 - 4), exp(0) and exp(0.9 - 1).
    chances = [np.exp(-3.0), 1.0, np.exp(-0.1)]
    for shift, expected in ((-1e-3, True), (1e-3, False)):
        uniform = array(chances) + shift
        accepted = array(made.accept(images, labels, uniform))
        assert accepted[[0, 2]].tolist() == [expected] * 2
    assert bool(made.accept(images, labels, np.full(3, 0.9999))[1])
    assert [to_numpy(one).tolist() for one in made.variables] == before
    assert bool(made.accept(images[:1], labels[:1], np.array([0.9999]))[0])


@pytest.mark.parametrize("jit_compile", [None, False, True])
@pytest.mark.parametrize("epsilon", [1e-30, 1e-8, 1e-2])
def test_no_logit_is_too_large_or_too_small(jit_compile, epsilon):
    made = bound(identity(), gamma=0.0, epsilon=epsilon)
    made.calibrate(np.array([[0.0], [100.0]]))
    logits = np.array([100.0, 99.999, 0.0, -1e4, -1e30], "float32")
    odds = made._log_odds
    if jit_compile is not None:
        odds = compiled(odds, jit_compile)
    values = array(odds(tensor(logits - 100.0)))
    assert np.isfinite(values).all()
    assert (np.diff(values) < 0).all()


@pytest.mark.quickest
def test_all_logits_alike_are_no_fault():
    made = bound(identity())
    images = np.ones((10, 1), "float32")
    made.calibrate(images)
    uniform = np.arange(10) / 10
    accepted = array(made.accept(images, None, uniform))
    assert accepted.tolist() == [True] * 5 + [False] * 5


@pytest.mark.quickest
def test_round_trip():
    made = DiscriminatorRejectionSampling(1, percentile=60, epsilon=1e-6)
    config = keras.saving.serialize_keras_object(made)
    again = keras.saving.deserialize_keras_object(config)
    assert again.get_config() == made.get_config()
    assert again.gamma == 1.0 and again.percentile == 60.0
    assert DiscriminatorRejectionSampling().get_config()["gamma"] == "auto"


@pytest.mark.quickest
@pytest.mark.parametrize("percentile", [-1, 100, 250])
def test_percentiles_out_of_range_are_refused(percentile):
    with pytest.raises(ValueError, match=f"percentile={percentile}"):
        DiscriminatorRejectionSampling(percentile=percentile)


@pytest.mark.quickest
@pytest.mark.parametrize("epsilon", [0.0, -1e-8, 1e-40])
def test_an_epsilon_that_is_too_small_is_refused(epsilon):
    with pytest.raises(ValueError, match="`epsilon` must be above 0"):
        DiscriminatorRejectionSampling(epsilon=epsilon)


@pytest.mark.quickest
def test_gammas_that_are_none_are_refused():
    with pytest.raises(ValueError, match="`gamma` must be .*'percentile'"):
        DiscriminatorRejectionSampling("percentile")
    with pytest.raises(TypeError, match="`gamma` must be a number"):
        DiscriminatorRejectionSampling(None)
