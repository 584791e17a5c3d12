import keras
import numpy as np
import pytest
from portable import assert_close, assert_equal, dtype_of, gradients

from keras_gan.layers import MinibatchStdDev


@pytest.mark.parametrize("shape", [(5, 3), (4, 2, 3, 2)])
def test_appends_the_mean_deviation(shape):
    x = np.random.default_rng(0).normal(size=shape).astype("float32")
    y = keras.ops.convert_to_numpy(MinibatchStdDev()(x))
    assert y.shape == (*shape[:-1], shape[-1] + 1)
    assert_equal(y[..., :-1], x)
    assert_close(y[..., -1], x.std(axis=0).mean(), rtol=1e-5)


@pytest.mark.quickest
def test_symbolic_shape():
    layer = MinibatchStdDev()
    assert layer(keras.Input((4, 4, 3))).shape == (None, 4, 4, 4)


def test_gradient_is_finite_for_a_collapsed_batch():
    (gradient,) = gradients(
        lambda x: keras.ops.sum(MinibatchStdDev()(x)),
        np.ones((3, 4), "float32"),
    )
    assert np.isfinite(gradient).all()


def test_half_precision():
    layer = MinibatchStdDev(dtype="mixed_float16")
    x = np.random.default_rng(0).normal(size=(8, 4))
    y = keras.ops.convert_to_numpy(layer(x))
    assert dtype_of(y) == "float16"
    assert_close(y[0, -1], x.std(axis=0).mean(), rtol=1e-2)


@pytest.mark.quickest
def test_round_trip():
    config = MinibatchStdDev(epsilon=1e-3).get_config()
    assert MinibatchStdDev.from_config(config).get_config() == config


@pytest.mark.quickest
def test_epsilon_must_be_positive():
    with pytest.raises(ValueError, match="`epsilon` must be above 0"):
        MinibatchStdDev(epsilon=0.0)
