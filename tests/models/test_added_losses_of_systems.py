"""Regularizers and added losses of layers, in every system: closed forms."""

import coupled_models
import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_gan import ACGAN, GAN, networks

# The step of `GAN` is tested on every backend by test_added_losses.py.
pytestmark = pytest.mark.quickest

RATE, WEIGHT = 0.1, 0.05
IMAGES = np.random.default_rng(0).normal(size=(16, 2)).astype("float32")
LABELS = np.arange(16) % 3


def linear(outputs, seed):
    start = keras.initializers.GlorotUniform(seed)
    dense = layers.Dense(outputs, kernel_initializer=start)
    return keras.Sequential([layers.Input((2,)), dense])


def gan(**kwargs):
    model = GAN(linear(2, 1), linear(1, 2), seed=1, **kwargs)
    return model, model.generator, model.discriminator, (IMAGES,)


def acgan(**kwargs):
    generator = networks.mlp_generator(
        (2,), latent_dim=2, num_classes=3, hidden=(4,), seed=1
    )
    discriminator = networks.with_classifier(linear(1, 2), 3, seed=3)
    model = ACGAN(generator, discriminator, num_classes=3, seed=1, **kwargs)
    return model, generator, discriminator, (IMAGES, LABELS)


def coupled(**kwargs):
    model = coupled_models.make(penalties=[], **kwargs)
    data = (coupled_models.FIRST, coupled_models.SECOND)
    return model, model.generators[0], model.discriminators[0], data


SYSTEMS = [gan, acgan, coupled]


def dense_layers(network):
    return [
        layer
        for layer in network._flatten_layers()
        if isinstance(layer, layers.Dense)
    ]


def step(model, data, players=("generator", "discriminator")):
    """Logs of one step of gradient descent."""
    rates = {name: keras.optimizers.SGD(RATE) for name in players}
    if "generator" in players:
        model.compile(*rates.values(), penalties=[], run_eagerly=True)
    else:
        model.compile(rates, run_eagerly=True)
    return model.train_on_batch(*data, return_dict=True)


def one_player(make_three, make, name):
    """A system with data, and a function that finds a player's network."""
    if make == "three":
        model = make_three()
        names = {"generator": "maker", "discriminator": "critic"}
        data, players = (IMAGES,), ("maker", "critic", "judge")
        return model, getattr(model, names[name]), data, players, names[name]
    model, generator, discriminator, data = make(ema_momentum=None)
    network = generator if name == "generator" else discriminator
    return model, network, data, ("generator", "discriminator"), name


@pytest.mark.parametrize("player", ["generator", "discriminator"])
@pytest.mark.parametrize("make", [*SYSTEMS, "three"])
def test_weight_decay_counts_for_the_player(make_three, make, player):
    def trained(decays):
        model, network, data, players, name = one_player(
            make_three, make, player
        )
        kernel = dense_layers(network)[-1].kernel
        if decays:
            kernel.regularizer = keras.regularizers.L2(WEIGHT)
        before = ops.convert_to_numpy(kernel)
        logs = step(model, data, players)
        return before, ops.convert_to_numpy(kernel), logs, name

    before, plain, _, _ = trained(False)
    _, decayed, logs, name = trained(True)
    np.testing.assert_allclose(
        decayed - plain, -RATE * 2 * WEIGHT * before, rtol=1e-3, atol=1e-6
    )
    found = float(logs[f"{name}_regularization"])
    assert found == pytest.approx(WEIGHT * np.sum(before**2), rel=1e-5)


@pytest.mark.parametrize("player", ["generator", "discriminator"])
@pytest.mark.parametrize("make", [*SYSTEMS, "three"])
def test_activities_count_for_the_player(make_three, make, player):
    """The last layer gives its bias, so the loss is known."""

    def trained(adds):
        model, network, data, players, name = one_player(
            make_three, make, player
        )
        layer = dense_layers(network)[-1]
        layer.kernel.assign(ops.zeros(layer.kernel.shape))
        layer.bias.assign(ops.full(layer.bias.shape, 0.5))
        if adds:
            layer.activity_regularizer = keras.regularizers.L2(WEIGHT)
        logs = step(model, data, players)
        return ops.convert_to_numpy(layer.bias), logs, name

    plain, _, _ = trained(False)
    moved, logs, name = trained(True)
    # Real and generated images of each domain are scored once.
    domains = 2 if make is coupled else 1
    passes = 2 * domains if player == "discriminator" else 1
    np.testing.assert_allclose(
        moved - plain, -RATE * passes * WEIGHT * 2 * 0.5, rtol=1e-3
    )
    found = float(logs[f"{name}_added_loss"])
    expected = passes * WEIGHT * 0.25 * len(moved)
    assert found == pytest.approx(expected, rel=1e-5)
