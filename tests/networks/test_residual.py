import keras
import numpy as np
import pytest
from portable import assert_close, assert_equal, to_numpy

from keras_gan.networks.initialization import Initializers
from keras_gan.networks.residual import (
    residual_block,
    residual_stages,
    with_channels,
)


def block_model(channels=6, **options):
    inputs = keras.Input((5, 4, channels))
    outputs = residual_block(
        inputs,
        **{
            "groups": 1,
            "expansion": 1,
            "gain": 1.0,
            "initializers": Initializers(0, stream=0),
            **options,
        },
    )
    return keras.Model(inputs, outputs)


@pytest.mark.quickest
def test_block_starts_as_the_identity():
    x = np.random.default_rng(0).normal(size=(2, 5, 4, 6)).astype("float32")
    model = block_model(groups=3, expansion=2)
    assert_equal(model(x), x)


def test_block_equals_its_formula_for_a_constant_pixel():
    """One pixel: the 3x3 convolution sees zeros all around it."""
    inputs = keras.Input((1, 1, 6))
    model = keras.Model(
        inputs,
        residual_block(
            inputs,
            groups=1,
            expansion=2,
            gain=1.0,
            initializers=Initializers(0, stream=0),
        ),
    )
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=w.shape) for w in model.weights]
    model.set_weights(weights)
    first, first_bias, second, second_bias, last = weights
    x = rng.normal(size=(3, 6))

    def leaky(y):
        return np.maximum(y, 0.2 * y)

    y = leaky(x @ first[0, 0] + first_bias)
    y = leaky(y @ second[1, 1] + second_bias)
    expected = x + y @ last[0, 0]
    actual = to_numpy(model(x[:, None, None]))[:, 0, 0]
    assert_close(actual, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.quickest
def test_weights_start_with_the_deviation_of_the_paper():
    inputs = keras.Input((4, 4, 128))
    stage = residual_stages(
        blocks=2,
        groups=4,
        expansion=1,
        num_stages=8,
        initializers=Initializers(0, stream=0),
    )
    model = keras.Model(inputs, stage(inputs))
    first, _, grouped, _, last = model.get_weights()[:5]
    scale = np.sqrt(2 / 1.04) * 16**-0.25
    assert_close(first.std(), scale / np.sqrt(128), rtol=0.02)
    assert_close(grouped.std(), scale / np.sqrt(9 * 32), rtol=0.02)
    assert not last.any()


@pytest.mark.quickest
def test_with_channels_leaves_equal_widths_alone():
    x = keras.Input((4, 4, 3))
    initializers = Initializers(None, stream=0)
    assert with_channels(x, 3, initializers) is x
    assert with_channels(x, 5, initializers).shape == (None, 4, 4, 5)
