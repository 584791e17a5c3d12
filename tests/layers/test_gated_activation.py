"""One half of the channels gates the other."""

import numpy as np
import pytest
from portable import assert_close, quick

from keras_gan.layers import GatedActivation


def test_features_times_gates():
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 6)).astype("float32")
    features, gates = x[..., :3], x[..., 3:]
    elu = np.where(features > 0, features, np.expm1(features))
    wanted = elu / (1 + np.exp(-gates))
    layer = GatedActivation()
    assert_close(quick(layer)(x), wanted, rtol=1e-5, atol=1e-6)
    assert layer.compute_output_shape((None, 3, None, 6)) == (None, 3, None, 3)


@pytest.mark.once
def test_config():
    layer = GatedActivation("relu")
    again = GatedActivation.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert_close(again(np.array([[-3.0, 0.0]])), [[0.0]])


@pytest.mark.once
def test_bad_input():
    with pytest.raises(ValueError, match="Received: 3 channels"):
        GatedActivation()(np.ones((1, 3)))
    with pytest.raises(ValueError, match="nonsense"):
        GatedActivation("nonsense")
