"""Presets: complete, and fit for the networks they name."""

import pytest

from keras_gan import networks
from keras_gan.cli.presets import FAMILIES, NETWORKS, preset
from keras_gan.networks.ladagan_blocks import plan_of

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

SHAPES = [(8, 8, 1), (28, 28, 1), (32, 32, 3), (48, 64, 3), (256, 256, 3)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("network", [None, *NETWORKS])
def test_settings_are_in_their_ranges(shape, network):
    chosen = preset(10_000, shape, network)
    assert chosen.network in NETWORKS
    assert network in (None, chosen.network)
    assert min(chosen.width, chosen.latent_dim, chosen.steps) >= 1
    assert 0 < chosen.final_learning_rate <= chosen.learning_rate
    assert 0 < chosen.beta_2 < 1 and 0 <= chosen.ema_momentum < 1
    if network == "ladagan":  # Its images are split into patches.
        plan_of(shape, chosen.width)


def test_network_that_is_the_default_changes_nothing():
    chosen = preset(1797, (8, 8, 1))
    assert preset(1797, (8, 8, 1), chosen.network) == chosen


@pytest.mark.parametrize(
    ("shape", "network"),
    [
        ((8, 8, 1), "mlp"),
        ((28, 28, 1), "compact"),
        ((48, 64, 3), "compact"),
        ((128, 64, 3), "dcgan"),
    ],
)
def test_default_network_of_each_size(shape, network):
    assert preset(1000, shape).network == network


def test_compact_sees_as_many_images_as_dcgan():
    images = {
        chosen.steps * chosen.batch_size
        for network in ("dcgan", "compact")
        for chosen in [preset(1000, (64, 64, 3), network)]
    }
    assert len(images) == 1


def test_batches_are_no_larger_than_the_data_set():
    assert preset(5, (8, 8, 1)).batch_size == 5


@pytest.mark.parametrize("family", FAMILIES)
def test_families_are_trained_with_their_recipes(family):
    recipe = networks.recipe(family, (32, 32, 3))
    chosen = preset(10_000, (32, 32, 3), family)
    assert chosen.batch_size == recipe.batch_size
    assert chosen.learning_rate == recipe.generator_rate
    assert (chosen.beta_2, chosen.loss) == (recipe.beta_2, recipe.loss)
    few = preset(recipe.discriminator_steps + 1, (32, 32, 3), family)
    assert few.batch_size % recipe.discriminator_steps == 0


@pytest.mark.parametrize(
    ("side", "rate", "batch"),
    [(8, 2e-3, 64), (28, 2e-3, 64), (64, 1e-3, 32), (256, 2e-4, 32)],
)
def test_compact_has_the_rate_of_the_size(side, rate, batch):
    chosen = preset(1000, (side, side, 3), "compact")
    assert (chosen.network, chosen.learning_rate) == ("compact", rate)
    assert (chosen.width, chosen.batch_size, chosen.jit) == (32, batch, None)
