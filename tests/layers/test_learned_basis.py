import keras
import numpy as np
import pytest
from portable import assert_close, assert_equal, to_numpy

from keras_gan.layers import LearnedBasis


def test_scales_each_channel_of_the_basis():
    layer = LearnedBasis((2, 3))
    x = np.random.default_rng(0).normal(size=(4, 5)).astype("float32")
    y = keras.ops.convert_to_numpy(layer(x))
    basis = keras.ops.convert_to_numpy(layer.basis)
    assert y.shape == (4, 2, 3, 5)
    assert_close(y, np.einsum("bc,hwc->bhwc", x, basis), rtol=1e-6)


@pytest.mark.quickest
def test_keeps_the_variance_at_first():
    layer = LearnedBasis(
        (8, 8), basis_initializer=keras.initializers.RandomNormal(1e-9, 1.0, 0)
    )
    y = layer(np.ones((1, 256), "float32"))
    assert_close(np.std(to_numpy(y)), 1.0, rtol=0.02)


@pytest.mark.quickest
def test_round_trip_and_unchanged_config():
    layer = LearnedBasis((2, 3), basis_initializer="ones")
    config = layer.get_config()
    layer.build((None, 4))
    assert layer.get_config() == config
    rebuilt = LearnedBasis.from_config(config)
    assert_equal(rebuilt(np.ones((1, 4))), np.ones((1, 2, 3, 4)))


@pytest.mark.quickest
def test_bad_size():
    with pytest.raises(ValueError, match=r"`size` must be .*Received: size="):
        LearnedBasis((0, 4))
