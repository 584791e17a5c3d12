import keras
import numpy as np
import pytest
from portable import (
    JIT_COMPILE,
    assert_equal,
    compiled,
    differentiated,
    to_numpy,
)

from keras_gan.layers.augmentation.random_layers import RandomLayers


def plus(*values):
    return [keras.layers.Rescaling(1.0, value) for value in values]


def drawn(layer, count=20_000):
    images = keras.ops.zeros((count, 1, 1, 1))
    return to_numpy(layer(images, training=True)).ravel()


@pytest.mark.quickest
def test_each_layer_is_drawn_equally_often():
    values = drawn(RandomLayers(plus(1, 2, 3), 1, rate=0.75, seed=1))
    counts = np.bincount(values.astype(int), minlength=4)
    # Three standard errors of 5,000 of 20,000.
    assert np.abs(counts - 5000).max() < 3 * np.sqrt(20_000 * 0.25 * 0.75)


@pytest.mark.quickest
def test_several_act_one_after_the_other():
    values = drawn(RandomLayers(plus(1, 10), 2, rate=1.0, seed=1))
    found, counts = np.unique(values, return_counts=True)
    assert found.tolist() == [2, 11, 20]
    expected = np.array([5000, 10_000, 5000])
    assert np.abs(counts - expected).max() < 3 * np.sqrt(20_000 * 0.25)


def test_draws_follow_the_seed_and_move_on():
    one, other = (RandomLayers(plus(1, 2), seed=5) for _ in range(2))
    first = drawn(one, 100)
    assert_equal(first, drawn(other, 100))
    assert (first != drawn(one, 100)).any()


def test_the_identity_at_inference():
    images = keras.random.normal((4, 2, 2, 1))
    layer = RandomLayers(plus(1, 2))
    assert_equal(layer(images, training=False), images)


@pytest.mark.parametrize("jit_compile", JIT_COMPILE)
def test_graphs_and_gradients(jit_compile):
    layer = RandomLayers([keras.layers.Rescaling(3.0)], 1, rate=0.5, seed=2)

    @differentiated
    def total(images):
        return keras.ops.sum(layer(images, training=True))

    run = compiled(total, jit_compile)
    slopes = to_numpy(run(keras.ops.ones((64, 2, 2, 1)))[1])
    assert set(np.unique(slopes)) == {1.0, 3.0}
    assert (slopes == slopes[:, :1, :1]).all()


@pytest.mark.quickest
def test_config_and_saving_inside_a_model(tmp_path):
    layer = RandomLayers([keras.layers.RandomFlip(seed=1)], 3, 0.5, seed=4)
    before = layer.get_config()
    model = keras.Sequential([keras.Input((4, 4, 1)), layer])
    assert layer.get_config() == before
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.layers[0].get_config() == before
    assert model.output_shape == (None, 4, 4, 1)


@pytest.mark.quickest
@pytest.mark.parametrize(
    "arguments", [{"num_layers": 0}, {"rate": 0.0}, {"rate": 1.5}]
)
def test_bad_arguments_are_refused(arguments):
    with pytest.raises(ValueError, match="`num_layers`.*Received"):
        RandomLayers(plus(1), **arguments)
    with pytest.raises(ValueError, match="`layers` must not be empty"):
        RandomLayers([])
