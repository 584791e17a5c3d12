"""Instance normalization: values, constant channels, precision."""

import keras
import numpy as np
import pytest
from portable import array, assert_close, dtype_of, gradients, quick

from keras_gan.layers import InstanceNormalization


def images(shape=(2, 5, 4, 3)):
    return np.random.default_rng(0).normal(2, 3, shape).astype("float32")


def test_mean_0_and_variance_1_per_image_and_channel():
    y = array(quick(InstanceNormalization(center=False, scale=False))(images()))
    assert_close(y.mean((1, 2)), np.zeros((2, 3)), atol=1e-6)
    assert_close(y.std((1, 2)), np.ones((2, 3)), rtol=1e-5)


@pytest.mark.quickest
def test_gain_and_offset_act_after_the_normalization():
    layer = InstanceNormalization()
    layer.build((None, 5, 4, 3))
    layer.set_weights([np.array([1.0, 2, 3]), np.array([0.0, 5, -1])])
    y = array(quick(layer)(images()))
    assert_close(y.mean((1, 2)), [[0.0, 5, -1]] * 2, atol=1e-5)
    assert_close(y.std((1, 2)), [[1.0, 2, 3]] * 2, rtol=1e-5)


@pytest.mark.once
@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("scale", [True, False])
def test_weights_are_those_that_were_asked_for(center, scale):
    layer = InstanceNormalization(center=center, scale=scale)
    layer.build((None, None, None, 4))
    assert len(layer.weights) == center + scale
    assert layer.compute_output_shape((None, 3, None, 4)) == (None, 3, None, 4)
    again = InstanceNormalization.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()


def test_nearly_constant_channels():
    # As a difference of squares, their variance may be negative.
    x = 30 + 1e-4 * np.random.default_rng(0).normal(size=(2, 8, 8, 16))
    x = x.astype("float32")
    deviations = x.astype("float64") - x.mean((1, 2), "float64", keepdims=True)
    variance = np.mean(deviations**2, axis=(1, 2), keepdims=True)
    wanted = deviations / np.sqrt(variance + 1e-5)
    found = quick(InstanceNormalization())(x)
    assert_close(found, wanted, atol=5e-3)
    assert np.abs(wanted).max() > 0.05


def test_gradient_of_a_constant_channel_is_finite():
    def total(x):
        return keras.ops.sum(InstanceNormalization()(x) ** 2)

    (slope,) = gradients(total, np.full((1, 4, 4, 1), 12345.678, "float32"))
    assert np.isfinite(slope).all()


@pytest.mark.parametrize("policy", ["mixed_float16"])
def test_statistics_are_of_float32(policy):
    # The squares of these numbers are too large for float16.
    x = 1000 * images((1, 4, 4, 1))
    y = quick(InstanceNormalization(dtype=policy))(x)
    assert dtype_of(y) == policy.removeprefix("mixed_")
    y = array(keras.ops.cast(y, "float32"))
    assert_close(y, (x - x.mean()) / x.std(), atol=0.05)


@pytest.mark.once
def test_epsilon_must_be_positive():
    with pytest.raises(ValueError, match="`epsilon` must be above 0"):
        InstanceNormalization(epsilon=0)
