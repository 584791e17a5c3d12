"""Growing networks in JAX on a processor: a program for each level."""

import keras
import numpy as np
import pytest
from portable import assert_close

import keras_gan
from keras_gan import networks
from keras_gan.models.growing import growing_layers

SHAPE = (8, 8, 1)
IMAGES = np.random.default_rng(6).uniform(-1, 1, (4, *SHAPE)).astype("float32")


def small_gan(**schedule):
    pair = networks.progressive(
        SHAPE, width=2, latent_dim=4, seed=1, **schedule
    )
    gan = keras_gan.GAN(*pair, seed=1)
    sgd = [keras.optimizers.SGD(0.1) for _ in "gd"]
    gan.compile(*sgd, loss="hinge", penalties=None)
    return gan


@pytest.fixture
def convolutions(monkeypatch):
    """The number of convolutions in each program, in their order."""
    found, conv = [0], keras.ops.conv

    def counted(*args, **kwargs):
        found[-1] += 1
        return conv(*args, **kwargs)

    monkeypatch.setattr(keras.ops, "conv", counted)
    return found


def test_only_levels_in_use_are_in_the_program(convolutions):
    one = small_gan(steps_per_stage=2, fade_steps=2)
    other = small_gan(steps_per_stage=2, fade_steps=2)
    other.program_key = lambda: None  # All levels in one program.
    for step in range(5):
        logs = one.train_on_batch(IMAGES, return_dict=True)
        if step in (2, 3):
            convolutions.append(0)
        assert logs["growth"] == [0.0, 0.0, 0.5, 1.0, 1.0][step]
    coarse, both, none = convolutions
    assert 0 < coarse < both and none == 0
    for _ in range(5):
        other.train_on_batch(IMAGES)
    for a, b in zip(one.weights, other.weights, strict=True):
        assert_close(a, b, rtol=1e-4, atol=1e-6)


def test_networks_that_differ_compute_all_levels():
    gan = small_gan(steps_per_stage=2, fade_steps=2)
    assert gan.program_key() == 0
    (layer,) = growing_layers([gan.discriminator])
    layer.steps.assign(3.0)
    assert gan.program_key() is None
    layer.steps.assign(0.0)
    for one in growing_layers([gan]):
        one.steps.assign(3.0)
    assert gan.program_key() == 1
