"""The networks on fixed images, on every backend."""

import keras
import numpy as np
import pytest
from portable import assert_equal

from keras_gan import GAN, losses, networks
from keras_gan.callbacks.health.probe import Probe
from keras_gan.layers import NoiseInjection

SHAPE = (2,)


def linear_gan(loss, slope=(3.0, 4.0)):
    """A GAN whose logits are a linear function of the points."""
    generator = keras.Sequential([keras.Input(SHAPE), keras.layers.Dense(2)])
    discriminator = keras.Sequential(
        [keras.Input(SHAPE), keras.layers.Dense(1, use_bias=False)]
    )
    discriminator.set_weights([np.array(slope, "float32")[:, None]])
    gan = GAN(generator, discriminator, ema_momentum=None, seed=0)
    gan.compile(loss=loss, penalties=None)
    return gan


def test_logits_and_gradients_of_a_linear_discriminator():
    gan = linear_gan("wasserstein")
    probe = Probe(gan, 10, seed=1, batch_size=4)
    points = np.random.default_rng(0).normal(size=(10, 2)).astype("float32")
    logits = probe.score(points)
    assert logits.shape == (10, 1)
    np.testing.assert_allclose(logits[:, 0], points @ [3, 4], rtol=1e-5)
    # The gradient of -D(x), whatever the size of the parts.
    assert probe.slope(points, logits) == pytest.approx(5.0, rel=1e-5)


def test_gradient_of_the_minimax_loss_vanishes():
    points = np.full((6, 2), -3.0, "float32")
    gan = linear_gan("minimax")
    probe = Probe(gan, 6, seed=1, batch_size=6)
    # log(1 - sigmoid(logit)) has the derivative -sigmoid(logit).
    expected = 5 / (1 + np.exp(21))
    assert probe.slope(points, np.zeros((6, 1), "float32")) == (
        pytest.approx(expected, rel=1e-3)
    )
    assert isinstance(gan.loss, losses.MinimaxLoss)


def test_conditional_networks_take_labels():
    gan = GAN(
        *networks.mlp(SHAPE, latent_dim=2, hidden=(4,), num_classes=3),
        num_classes=3,
    )
    gan.compile(loss="hinge", penalties=None)
    probe = Probe(gan, 5, seed=1, batch_size=2)
    labels = np.array([0, 1, 2, 0, 1], "int32")
    samples = probe.draw(labels)
    assert samples.shape == (5, 2)
    assert np.abs(samples - probe.draw((labels + 1) % 3)).min() > 0
    logits = probe.score(samples, labels)
    assert np.abs(logits - probe.score(samples, (labels + 1) % 3)).min() > 0
    assert probe.slope(samples, logits, labels) > 0


def test_noise_is_fixed_and_nothing_is_changed():
    inputs = keras.Input((2,))
    x = keras.layers.Dense(16)(inputs)
    x = keras.layers.Reshape((4, 4, 1))(x)
    noise = NoiseInjection(seed=3)
    images = keras.layers.Activation("tanh")(noise(x))
    gan = GAN(
        keras.Model(inputs, images),
        networks.mlp_discriminator((4, 4, 1), hidden=(4,)),
        ema_momentum=None,
    )
    gan.compile(loss="hinge", penalties=None)
    noise.set_weights([np.ones_like(w) for w in noise.get_weights()])
    before = [np.array(v) for v in gan.get_weights()]
    probe = Probe(gan, 6, seed=1, batch_size=3)
    samples = probe.draw()
    assert_equal(samples, probe.draw())
    assert_equal(samples, Probe(gan, 6, seed=1, batch_size=3).draw())
    logits = probe.score(samples)
    probe.slope(samples, logits)
    for value, after in zip(before, gan.get_weights(), strict=True):
        assert_equal(value, after)
