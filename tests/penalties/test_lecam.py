import keras
import numpy as np
import pytest
from keras import ops

from keras_gan import backend
from keras_gan.penalties import LeCam

to_numpy = ops.convert_to_numpy


def some_logits(num_batches=6):
    rng = np.random.default_rng(3)
    return rng.normal(size=(num_batches, 2, 8, 1)).astype("float32")


def averages(penalty):
    return [float(to_numpy(variable)) for variable in penalty.variables[:2]]


def test_averages_follow_the_recurrence():
    penalty = LeCam(decay=0.9)
    expected = None
    for real, fake in some_logits():
        penalty.update_state(real, fake)
        means = np.array([real.mean(), fake.mean()], "float64")
        expected = means if expected is None else 0.9 * expected + 0.1 * means
        np.testing.assert_allclose(averages(penalty), expected, rtol=1e-5)


def test_averages_agree_in_programs():
    eager, compiled = LeCam(), LeCam()
    compiled.build()
    update = backend.compiled(compiled.update_state)
    for real, fake in some_logits():
        eager.update_state(real, fake)
        update(ops.convert_to_tensor(real), ops.convert_to_tensor(fake))
    np.testing.assert_allclose(averages(compiled), averages(eager), rtol=1e-6)


def test_value_and_gradient_are_exact(quadratic, images, differentiated):
    real, fake = images
    penalty = LeCam(weight=0.3)
    penalty.update_state(np.float32([[0.4]]), np.float32([[-0.2]]))
    value, of_vector = differentiated(
        lambda: penalty(quadratic, real, fake), [quadratic.vector]
    )
    real_logits = to_numpy(quadratic(real)).astype("float64")
    fake_logits = to_numpy(quadratic(fake)).astype("float64")
    above = np.maximum(real_logits + 0.2, 0.0)
    below = np.maximum(0.4 - fake_logits, 0.0)
    assert (above > 0).any() and (below > 0).any()
    expected = 0.3 * ((above**2).mean() + (below**2).mean())
    np.testing.assert_allclose(value, expected, rtol=1e-6)
    # D depends on b through b x alone.
    rows = images.reshape(2, 8, -1)
    slope = 0.6 * ((above * rows[0]).mean(0) - (below * rows[1]).mean(0))
    np.testing.assert_allclose(of_vector, slope, rtol=1e-5, atol=1e-6)


def test_averages_are_constants_to_the_gradient(images, differentiated):
    real, fake = images
    penalty = LeCam()
    penalty.build()
    shift = keras.Variable(0.5)

    def score(batch):
        return shift + ops.sum(batch, axis=(1, 2, 3))[:, None]

    def value():
        penalty.update_state(score(real), score(fake))
        return penalty(score, real, fake)

    found, slope = differentiated(value, [shift])
    assert float(found) > 0.0
    # As if the averages were numbers.
    sums = images.sum((2, 3, 4)).astype("float64") + 0.5
    above = np.maximum(sums[0] - averages(penalty)[1], 0.0).mean()
    below = np.maximum(averages(penalty)[0] - sums[1], 0.0).mean()
    np.testing.assert_allclose(slope, 0.6 * (above - below), rtol=1e-4)


@pytest.mark.quickest
def test_a_call_changes_no_state(quadratic, images):
    penalty = LeCam()
    penalty.update_state(np.float32([[0.4]]), np.float32([[-0.2]]))
    before = averages(penalty)
    penalty(quadratic, *images)
    assert averages(penalty) == before


@pytest.mark.quickest
def test_saved_variables_continue_the_average():
    batches = some_logits()
    whole, first, second = LeCam(), LeCam(), LeCam()
    for real, fake in batches:
        whole.update_state(real, fake)
    for real, fake in batches[:3]:
        first.update_state(real, fake)
    second.build()
    for target, source in zip(second.variables, first.variables, strict=True):
        target.assign(to_numpy(source))
    for real, fake in batches[3:]:
        second.update_state(real, fake)
    assert averages(second) == averages(whole)


@pytest.mark.quickest
def test_build_makes_the_state_once():
    penalty = LeCam()
    assert penalty.variables == []
    before = penalty.get_config()
    penalty.build()
    first = penalty.variables
    penalty.build()
    assert [id(v) for v in penalty.variables] == [id(v) for v in first]
    assert not any(variable.trainable for variable in first)
    assert penalty.get_config() == before


@pytest.mark.quickest
@pytest.mark.parametrize("decay", [-0.1, 1.0, 1.5])
def test_decays_out_of_range_are_refused(decay):
    with pytest.raises(ValueError, match=f"`decay` must be .*decay={decay}"):
        LeCam(decay=decay)


@pytest.mark.quickest
def test_a_negative_weight_is_refused():
    with pytest.raises(ValueError, match="`weight` must be .*weight=-1"):
        LeCam(weight=-1.0)
