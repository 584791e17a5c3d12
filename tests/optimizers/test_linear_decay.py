"""A learning rate that is constant, then falls to 0."""

import json

import keras
import numpy as np
import pytest
from portable import to_numpy

from keras_gan.optimizers import AdversarialOptimizer, LinearDecay

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


def test_constant_then_linear_then_zero():
    rate = LinearDecay(0.4, constant_steps=2, decay_steps=4)
    found = [float(to_numpy(rate(step))) for step in range(8)]
    wanted = [0.4, 0.4, 0.4, 0.3, 0.2, 0.1, 0.0, 0.0]
    np.testing.assert_allclose(found, wanted, atol=1e-7)


def test_config_as_part_of_an_optimizer():
    rates = LinearDecay(0.4, 2, 4), LinearDecay(0.1, 0, 1, name="own")
    pair = AdversarialOptimizer(*map(keras.optimizers.SGD, rates))
    config = json.loads(json.dumps(pair.get_config()))
    loaded = AdversarialOptimizer.from_config(config)
    for part, rate in zip(loaded.parts, rates, strict=True):
        assert part._learning_rate.get_config() == rate.get_config()


def test_an_optimizer_follows_it():
    weight = keras.Variable(0.0)
    optimizer = keras.optimizers.SGD(LinearDecay(0.5, 1, 2))
    optimizer.build([weight])
    values = []
    for _ in range(4):
        optimizer.apply([keras.ops.ones(())], [weight])
        values.append(float(to_numpy(weight)))
    np.testing.assert_allclose(values, [-0.5, -1.0, -1.25, -1.25])


@pytest.mark.parametrize(
    ("arguments", "error", "name"),
    [
        ((-1.0, 1, 1), ValueError, "initial_learning_rate"),
        (("fast", 1, 1), TypeError, "initial_learning_rate"),
        ((1.0, -1, 1), ValueError, "constant_steps"),
        ((1.0, 1, 0), ValueError, "decay_steps"),
        ((1.0, 1, 2.5), ValueError, "decay_steps"),
    ],
)
def test_bad_arguments(arguments, error, name):
    with pytest.raises(error, match=f"`{name}` must be.*Received"):
        LinearDecay(*arguments)
