"""Penalties go to their players; statistics are kept when they are measured."""

import keras
import numpy as np
import pytest
from keras import ops
from portable import QUICK_STEPS, array

import keras_gan
from keras_gan.penalties import Penalty

DATA = np.random.default_rng(0).normal(size=(8, 2)).astype("float32")


class Weights(Penalty):
    """The squares of a player's weights; it keeps how often it was computed."""

    num_statistics = 1

    def __init__(self, player, every=1):
        super().__init__(every=every, name=f"of_{player}")
        self.player = player
        self.kept = keras.Variable([0.0, 0.0], trainable=False)

    @property
    def variables(self):
        return [self.kept]

    def of_turn(self, turn):
        (player,) = (p for p in turn.players if self in p.penalties)
        squares = [ops.sum(ops.square(v)) for v in player.variables]
        return 1000.0 * sum(squares), ops.ones(())

    def keep(self, computed):
        self.kept.assign_add(ops.stack([computed, 1.0]))


class Moved(Penalty):
    """It is not possible for a network of more than one output."""

    player = "generator"

    def of_turn(self, turn):
        return ops.zeros(())

    def check_networks(self, networks):
        if any(network.output_shape[-1] > 1 for network in networks):
            raise ValueError("`Moved` needs one output.")


def compiled(*penalties):
    generator, discriminator = keras_gan.networks.mlp(
        (2,), latent_dim=2, hidden=(2,), seed=1
    )
    gan = keras_gan.GAN(generator, discriminator, ema_momentum=None, seed=1)
    gan.compile("sgd", "sgd", penalties=list(penalties), **QUICK_STEPS)
    return gan


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_a_penalty_changes_its_player_alone(player):
    steps = {}
    for name, penalties in {"plain": [], "penalty": [Weights(player)]}.items():
        gan = compiled(*penalties)
        gan.train_on_batch(DATA)
        steps[name] = {
            "generator": array(gan.generator.weights[0]),
            "discriminator": array(gan.discriminator.weights[0]),
        }
    moved = {
        name: np.abs(steps["plain"][name] - steps["penalty"][name]).max()
        for name in ("generator", "discriminator")
    }
    # The generator sees the discriminator that was updated before.
    assert moved[player] > 0.5
    if player == "generator":
        assert moved["discriminator"] == 0.0


@pytest.mark.quickest
def test_statistics_are_kept_in_each_update():
    penalties = [Weights("generator", every=2), Weights("discriminator")]
    gan = compiled(*penalties)
    logs = [gan.train_on_batch(DATA, return_dict=True) for _ in range(3)]
    assert [log["of_generator"] > 0 for log in logs] == [True, False, True]
    kept = [array(penalty.kept).tolist() for penalty in penalties]
    assert kept == [[2.0, 3.0], [3.0, 3.0]]


@pytest.mark.once
def test_impossible_penalties():
    with pytest.raises(ValueError, match="`player` of a penalty must be one"):
        compiled(Weights("umpire"))
    with pytest.raises(ValueError, match="`Moved` needs one output"):
        compiled(Moved())
