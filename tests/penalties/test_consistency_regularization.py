"""CR and bCR: an image and its augmentation score the same."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan import backend, penalties
from keras_gan.layers import AdaptiveAugment
from keras_gan.penalties import ConsistencyRegularization, Scores

to_numpy = ops.convert_to_numpy
FLIP = {"mode": "horizontal", "seed": 4}


@keras.saving.register_keras_serializable(package="tests")
class Doubled(keras.layers.Layer):
    """T(x) = 2 x."""

    def call(self, images):
        return 2.0 * images


@keras.saving.register_keras_serializable(package="tests")
class Quantised(keras.layers.Layer):
    """An augmentation without a gradient."""

    def call(self, images):
        return ops.round(images * 4.0) / 4.0


class Adaptive(keras.layers.Layer):
    """Remembers the logits that it is fed."""

    def __init__(self):
        super().__init__()
        self.fed = []

    def call(self, images):
        return images

    def update_state(self, real_logits):
        self.fed.append(real_logits)


def test_value_and_gradient_are_exact(quadratic, images, differentiated):
    penalty = ConsistencyRegularization(Doubled(), 10.0, 3.0)
    value, received = differentiated(
        lambda: penalty(quadratic, *images), [quadratic.vector]
    )
    # D(2x) - D(x) = 3/2 x A x + b x
    rows = images.reshape(2, 8, -1).astype("float64")
    matrix = to_numpy(quadratic.matrix).astype("float64")
    vector = to_numpy(quadratic.vector).astype("float64")
    curved = 1.5 * np.einsum("sni,ij,snj->sn", rows, matrix, rows)
    difference = curved + rows @ vector
    weights = np.array([10.0, 3.0])
    expected = (weights * (difference**2).mean(1)).sum()
    np.testing.assert_allclose(to_numpy(value), expected, rtol=1e-5)
    slope = 2.0 * np.einsum("s,sn,sni->i", weights / 8, difference, rows)
    np.testing.assert_allclose(received, slope, rtol=1e-4, atol=1e-4)


@pytest.mark.quickest
@pytest.mark.parametrize("weights, side", [((5.0, 0.0), 0), ((0.0, 5.0), 1)])
def test_a_weight_of_zero_leaves_a_side_out(quadratic, images, weights, side):
    penalty = ConsistencyRegularization(Doubled(), *weights)
    value = penalty(quadratic, *images)
    assert len(quadratic.scored) == 2
    one = images[side]
    difference = to_numpy(quadratic(2.0 * one)) - to_numpy(quadratic(one))
    expected = 5.0 * np.mean(difference**2)
    np.testing.assert_allclose(to_numpy(value), expected, rtol=1e-5)


def test_nothing_passes_through_the_augmentation(
    quadratic, images, differentiated
):
    # Nor need it: an augmentation without a gradient will do.
    shift = keras.Variable(np.zeros(images.shape[1:], "float32"))
    variables = [quadratic.matrix, shift]

    def value():
        return penalty(quadratic, ops.add(images[0], shift), images[1])

    penalty = ConsistencyRegularization(Doubled(), 10.0, 0.0)
    _, _, of_images = differentiated(value, variables)
    # Only D(x) depends on x; D(2x) is a constant.
    one = images[0]
    difference = to_numpy(quadratic(2.0 * one)) - to_numpy(quadratic(one))
    slope = -(20.0 / 8) * difference * quadratic.gradients(one)
    np.testing.assert_allclose(of_images.reshape(8, -1), slope, rtol=1e-3)
    penalty = ConsistencyRegularization(Quantised())
    _, of_matrix, _ = differentiated(value, variables)
    assert np.abs(of_matrix).max() > 0


@pytest.mark.quickest
def test_both_images_of_a_pair_are_scored_and_the_plain_one_once(tensors):
    real, fake = tensors
    passes = []

    def network(batch):
        passes.append(batch)
        return ops.sum(batch, axis=(1, 2, 3))[:, None]

    scores = Scores(network, real, fake)
    assert scores(real) is scores.real.logits
    assert scores(fake) is scores.fake.logits
    ConsistencyRegularization(Doubled())(scores, real, fake)
    assert len(passes) == 4


def test_each_call_draws_anew(quadratic, tensors):
    penalty = ConsistencyRegularization(keras.layers.RandomFlip(**FLIP))
    real, fake = tensors
    values = {float(to_numpy(penalty(quadratic, real, fake))) for _ in range(4)}
    assert len(values) > 1


def test_programs_agree_with_eager(quadratic, tensors):
    def value(real, fake):
        return penalty(quadratic, real, fake)

    penalty = ConsistencyRegularization(Quantised())
    expected = to_numpy(penalty(quadratic, *tensors))
    received = to_numpy(backend.compiled(value)(*tensors))
    np.testing.assert_allclose(received, expected, rtol=1e-5)
    assert received.dtype == "float32"


@pytest.mark.quickest
def test_an_empty_batch_gives_zero(quadratic):
    none = ops.zeros((0, 3, 2, 1))
    value = ConsistencyRegularization(Doubled())(quadratic, none, none)
    assert float(to_numpy(value)) == 0.0


def test_an_adaptive_augmenter_is_fed():
    inside = Adaptive()
    pipeline = keras.layers.Pipeline([Doubled(), inside])
    for augmenter in (inside, pipeline):
        penalty = ConsistencyRegularization(augmenter)
        penalty.update_state(ops.ones((2, 1)), ops.zeros((2, 1)))
    assert [float(logits[0, 0]) for logits in inside.fed] == [1.0, 1.0]


@pytest.mark.quickest
def test_config_round_trip():
    penalty = ConsistencyRegularization(
        keras.layers.RandomFlip(**FLIP), 3.0, 0.0, every=4, name="cr"
    )
    before = penalty.get_config()
    again = penalties.deserialize(penalties.serialize(penalty))
    assert isinstance(again, ConsistencyRegularization)
    assert again.augmenter.get_config() == penalty.augmenter.get_config()
    assert (again.real_weight, again.fake_weight) == (3.0, 0.0)
    assert (again.every, again.name) == (4, "cr")
    assert again.get_config() == before
    again(lambda x: x[:, 0, 0], *ops.ones((2, 2, 3, 2, 1)))
    assert again.get_config() == before


@pytest.mark.quickest
def test_seeds_are_apart_from_other_variables():
    augmenter = keras.layers.Pipeline(
        [keras.layers.RandomFlip(**FLIP), AdaptiveAugment("b", seed=1)]
    )
    penalty = ConsistencyRegularization(augmenter)
    penalty(lambda x: x[:, 0, 0], *ops.ones((2, 2, 3, 2, 1)))
    states = [one.state for one in penalty.seed_generators]
    assert len(states) >= 2
    every = [*states, *penalty.variables]
    assert len({id(one) for one in every}) == len(every)
    assert {id(one) for one in augmenter.variables} == {id(v) for v in every}
    assert not any("seed" in one.path for one in penalty.variables)


@pytest.mark.quickest
def test_state_is_that_of_the_augmenter(quadratic, images):
    first, second = (
        ConsistencyRegularization(keras.layers.RandomFlip(**FLIP))
        for _ in range(2)
    )
    real, fake = images
    for _ in range(3):
        first(quadratic, real, fake)
    assert first.variables == []
    (source,), (target,) = first.seed_generators, second.seed_generators
    target.state.assign(to_numpy(source.state))
    for _ in range(3):
        one, other = (
            to_numpy(penalty(quadratic, real, fake))
            for penalty in (first, second)
        )
        assert one == other


@pytest.mark.quickest
def test_integer_images_are_refused(quadratic):
    penalty = ConsistencyRegularization(Doubled())
    images = ops.zeros((2, 3, 2, 1), "uint8")
    with pytest.raises(TypeError, match="Received: dtype uint8. Scale bytes"):
        penalty(quadratic, images, images)


@pytest.mark.quickest
@pytest.mark.parametrize("augmenter", [None, "ada", lambda x: x])
def test_what_is_no_layer_is_refused(augmenter):
    with pytest.raises(TypeError, match="`augmenter` must be a Keras layer"):
        ConsistencyRegularization(augmenter)


@pytest.mark.quickest
@pytest.mark.parametrize("name", ["real_weight", "fake_weight"])
def test_a_negative_weight_is_refused(name):
    with pytest.raises(ValueError, match=f"`{name}` must be .*{name}=-1"):
        ConsistencyRegularization(Doubled(), **{name: -1.0})
