import keras
import numpy as np
import pytest
from portable import assert_equal

from keras_gan.layers import WeightClip


@pytest.mark.quickest
def test_clips_both_sides():
    clipped = WeightClip(0.5)(keras.ops.array([-3.0, -0.5, 0.1, 9.0]))
    assert_equal(clipped, np.array([-0.5, -0.5, 0.1, 0.5], "float32"))


@pytest.mark.quickest
def test_round_trip():
    config = keras.constraints.serialize(WeightClip(0.25))
    assert keras.constraints.deserialize(config).limit == 0.25


def test_holds_after_an_update():
    layer = keras.layers.Dense(4, kernel_constraint=WeightClip(0.01))
    layer.build((None, 3))
    optimizer = keras.optimizers.SGD(10.0)
    gradients = [keras.ops.ones(w.shape) for w in layer.trainable_variables]
    optimizer.apply(gradients, layer.trainable_variables)
    assert_equal(layer.kernel, np.full((3, 4), -0.01, "float32"))


@pytest.mark.quickest
@pytest.mark.parametrize("limit", [0, -1.0, float("nan")])
def test_limit_must_be_positive(limit):
    with pytest.raises(ValueError, match=r"`limit` must be above 0.*Received"):
        WeightClip(limit)
