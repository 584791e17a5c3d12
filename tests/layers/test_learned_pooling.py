import keras
import numpy as np
import pytest
from portable import assert_close, to_numpy

from keras_gan.layers import LearnedPooling


def test_equals_a_depthwise_convolution_over_the_whole_map():
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype("float32")
    layer = LearnedPooling()
    y = layer(x)
    convolution = keras.layers.DepthwiseConv2D((3, 4), use_bias=False)
    convolution.build(x.shape)
    convolution.set_weights([keras.ops.expand_dims(layer.kernel, -1)])
    assert_close(y, convolution(x)[:, 0, 0, :], rtol=1e-4, atol=1e-5)


@pytest.mark.quickest
def test_default_keeps_the_variance():
    keras.utils.set_random_seed(0)
    layer = LearnedPooling()
    x = np.random.default_rng(0).normal(size=(64, 4, 4, 64))
    assert_close(np.std(to_numpy(layer(x))), 1.0, rtol=0.1)


@pytest.mark.quickest
def test_round_trip_and_unchanged_config():
    for initializer in (None, "ones"):
        layer = LearnedPooling(kernel_initializer=initializer)
        config = layer.get_config()
        layer.build((None, 3, 4, 5))
        assert layer.get_config() == config
        assert LearnedPooling.from_config(config).get_config() == config
