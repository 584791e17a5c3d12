"""Features with the statistics of others."""

import keras
import numpy as np
import pytest
from portable import array, assert_close, gradients

from keras_gan.layers import AdaptiveInstanceNormalization


def features(seed, shape=(2, 6, 5, 3)):
    rng = np.random.default_rng(seed)
    return (seed + rng.normal(size=shape) * (1 + seed)).astype("float32")


def moments(x):
    x = array(x, "float64")
    return x.mean((1, 2)), x.std((1, 2))


def test_statistics_are_those_of_the_style_and_places_those_of_the_content():
    x, style = features(1), features(4, (2, 3, 7, 3))
    y = AdaptiveInstanceNormalization()([x, style])
    for found, expected in zip(moments(y), moments(style), strict=True):
        assert_close(found, expected, rtol=1e-4, atol=1e-4)
    for image in range(2):
        for channel in range(3):
            pair = (array(one)[image, ..., channel].ravel() for one in (x, y))
            assert np.corrcoef(*pair)[0, 1] > 0.9999


@pytest.mark.quickest
def test_own_statistics_change_nothing():
    x = features(2)
    y = AdaptiveInstanceNormalization()([x, x])
    assert_close(y, x, rtol=1e-5, atol=1e-5)


def test_constant_channels_have_finite_gradients():
    layer = AdaptiveInstanceNormalization()
    constant = np.ones((2, 4, 4, 3), "float32")

    def total(x, style):
        return keras.ops.sum(layer([x, style]) ** 2)

    for slopes in gradients(total, constant, constant):
        assert np.isfinite(slopes).all()


def test_half_precision_computes_in_float32():
    layer = AdaptiveInstanceNormalization(dtype="mixed_float16")
    # Squares are beyond float16.
    x = 300.0 * features(0)
    y = layer([x, 2.0 * x])
    assert keras.backend.standardize_dtype(y.dtype) == "float16"
    assert_close(array(y, "float32"), 2.0 * x, rtol=2e-2, atol=2.0)


@pytest.mark.once
def test_shapes_and_config():
    layer = AdaptiveInstanceNormalization(name="adain")
    again = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(layer)
    )
    assert again.get_config() == layer.get_config()
    inputs = [keras.Input((None, None, 3)) for _ in range(2)]
    assert layer(inputs).shape == (None, None, None, 3)
    for wrong in (
        [np.ones((2, 4, 4, 3)), np.ones((2, 4, 4, 5))],
        [np.ones((2, 4)), np.ones((2, 4))],
    ):
        with pytest.raises(ValueError, match=r"must be \[x, style\]"):
            AdaptiveInstanceNormalization()(wrong)
