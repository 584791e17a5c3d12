"""Layers with an equalized learning rate, and pixel normalization."""

import keras
import numpy as np
import pytest
from keras import ops
from portable import array, assert_close, dtype_of, quick

from keras_gan.layers import (
    EqualizedConv2D,
    EqualizedDense,
    PixelNormalization,
)


def normal(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def test_dense_is_the_scaled_product():
    layer = EqualizedDense(
        3, gain=2.0, learning_rate_multiplier=0.5, bias_initializer="ones"
    )
    x = normal(4, 5)
    y = quick(layer)(x)
    kernel, bias = map(array, layer.weights)
    assert_close(bias, np.full(3, 2.0))
    assert_close(y, x @ kernel / np.sqrt(5) + 1.0, rtol=1e-5, atol=1e-6)
    assert layer.compute_output_shape((None, 7, 5)) == (None, 7, 3)


@pytest.mark.parametrize("padding", ["same", "valid"])
def test_convolution_is_that_of_keras(padding):
    options = {"strides": 2, "padding": padding, "activation": "relu"}
    layer = EqualizedConv2D(4, (3, 2), gain=1.5, **options)
    plain = keras.layers.Conv2D(4, (3, 2), **options)
    x = normal(2, 7, 6, 3)
    y = quick(layer)(x)
    plain.build(x.shape)
    plain.set_weights(
        [1.5 / np.sqrt(18) * array(layer.kernel), array(layer.bias)]
    )
    assert_close(y, plain(x), rtol=1e-5, atol=1e-5)
    assert layer.compute_output_shape(x.shape) == tuple(y.shape)
    unknown = layer.compute_output_shape((None, None, 6, 3))
    assert unknown[1:] == (None, *tuple(y.shape)[2:])


@pytest.mark.quickest
@pytest.mark.parametrize("multiplier", [1.0, 0.01])
def test_variance_of_the_inputs_is_kept(multiplier):
    options = {"learning_rate_multiplier": multiplier, "seed": 1}
    dense = EqualizedDense(256, **options)
    y = array(quick(dense)(normal(64, 300)))
    assert abs(y.var() - 1.0) < 0.05
    assert abs(array(dense.kernel).std() * multiplier - 1.0) < 0.02
    conv = EqualizedConv2D(128, 3, padding="valid", **options)
    assert abs(array(quick(conv)(normal(8, 9, 9, 64))).var() - 1.0) < 0.05


def test_pixels_have_a_mean_square_of_1():
    x = 30 * normal(2, 3, 3, 8)
    y = array(quick(PixelNormalization())(x))
    assert_close(np.square(y).mean(-1), np.ones((2, 3, 3)), rtol=1e-5)
    assert_close(y / x, np.repeat((y / x)[..., :1], 8, -1), rtol=1e-4)
    assert not array(PixelNormalization()(0 * x)).any()


def test_half_precision():
    x = 300 * normal(4, 64)
    y = PixelNormalization(dtype="mixed_float16")(x)
    assert dtype_of(y) == "float16"
    y = array(ops.cast(y, "float32"))
    assert_close(np.square(y).mean(-1), np.ones(4), rtol=1e-2)
    layer = EqualizedDense(
        64, dtype="mixed_float16", learning_rate_multiplier=0.01, seed=1
    )
    y = layer(y)
    assert dtype_of(y) == "float16"
    assert 0.5 < array(ops.cast(y, "float32")).std() < 2.0


@pytest.mark.once
@pytest.mark.parametrize(
    "layer",
    [
        EqualizedDense(3, gain=2.0, activation="relu", seed=1),
        EqualizedConv2D(3, (1, 2), strides=2, use_bias=False),
        PixelNormalization(1e-6),
    ],
)
def test_round_trip(layer):
    config = layer.get_config()
    layer(normal(2, 4, 4, 3))
    assert layer.get_config() == config
    again = type(layer).from_config(config)
    assert again.get_config() == config
    built = again(normal(2, 4, 4, 3))
    assert built.shape == layer(normal(2, 4, 4, 3)).shape


@pytest.mark.once
@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: EqualizedDense(0), "`units` must be"),
        (lambda: EqualizedDense(1, gain=float("nan")), "`gain` must be"),
        (
            lambda: EqualizedDense(1, learning_rate_multiplier=0.0),
            "`learning_rate_multiplier` must be above 0",
        ),
        (
            lambda: EqualizedDense(1, bias_initializer="twos"),
            "`bias_initializer` must be",
        ),
        (lambda: EqualizedDense(1, gain=0), "`gain` must not be 0.*gain=0"),
        (lambda: EqualizedConv2D(1, (3, 0)), "`kernel_size` must be"),
        (lambda: EqualizedConv2D(1, (3, 3, 3)), "`kernel_size` must be"),
        (lambda: EqualizedConv2D(1, (3,)), "`kernel_size` must be"),
        (lambda: EqualizedConv2D(1, 0), "`kernel_size` must be"),
        (lambda: EqualizedConv2D(1, 3, strides=0), "`strides` must be"),
        (lambda: EqualizedConv2D(1, 3, padding="full"), "`padding` must be"),
        (lambda: PixelNormalization(0.0), "`epsilon` must be above 0"),
    ],
)
def test_bad_arguments(build, message):
    with pytest.raises(ValueError, match=message):
        build()
