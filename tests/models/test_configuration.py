"""Arguments of `GAN` and of `compile` that are refused."""

import keras
import numpy as np
import pytest
from keras import layers
from portable import QUICK_STEPS

from keras_gan import GAN, Player, losses
from keras_gan.optimizers import AdversarialOptimizer

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


def dense(inputs, outputs):
    return keras.Sequential([layers.Input((inputs,)), layers.Dense(outputs)])


@pytest.mark.parametrize(
    "arguments",
    [
        {"num_classes": 0}, {"num_classes": 2.0}, {"num_classes": True},
        {"ema_momentum": 1.0}, {"ema_momentum": -0.1}, {"ema_momentum": "x"},
        {"seed": -1}, {"seed": 1.5}, {"seed": "x"},
    ],
    ids=str,
)  # fmt: skip
def test_arguments_of_the_constructor(arguments):
    ((name, value),) = arguments.items()
    with pytest.raises(ValueError, match=f"`{name}`.*Received: .*{value!r}"):
        GAN(dense(2, 4), dense(4, 1), **arguments)


class LossPerImage(losses.HingeLoss):
    def generator_loss(self, real_logits, fake_logits):
        return -fake_logits[:, 0]


def test_a_loss_must_return_scalars(make_gan):
    gan = make_gan()
    with pytest.raises(ValueError, match=r"'generator_loss'.*shape \(2,\)"):
        gan.compile(loss=LossPerImage())
    assert not gan.compiled


def test_numpy_integers_are_integers():
    gan = GAN(
        dense(2, 4), dense(4, 1), latent_dim=np.int64(2), seed=np.int32(3)
    )
    gan.compile(discriminator_steps=np.int64(2))


@pytest.mark.parametrize(
    "arguments, words",
    [
        ({"loss": "hing"}, "Received: 'hing'.*names are.*hinge"),
        ({"penalties": ["r3"]}, "Received: 'r3'.*names are.*dragan"),
        (
            {"update": "both"},
            "'alternating.*simultaneous.*update='both'",
        ),
        ({"discriminator_steps": 0}, "`discriminator_steps`.*Received: 0"),
        ({"discriminator_steps": 1.0}, "`discriminator_steps`.*1.0"),
        ({"penalties": ["r1", "r1"]}, "different names.*`name=`"),
        *[
            (
                {"steps_per_execution": steps},
                f"`steps_per_execution` must be .*Received: {steps!r}. Pass 1",
            )
            for steps in (0, -2, 1.5, "x", True)
        ],
        ({"metrics": ["fid"]}, "`metrics`.*update_state.*Received: 'fid'"),
        ({"metrics": "fid"}, "`metrics`.*list.*Received: 'fid'"),
    ],
    ids=str,
)
def test_arguments_of_compile(make_gan, arguments, words):
    gan = make_gan()
    with pytest.raises(ValueError, match=f"(?s){words}"):
        gan.compile(**arguments)
    assert not gan.compiled


def test_one_optimizer_for_both(make_gan):
    adam = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="same object twice.*Make two"):
        make_gan().compile(adam, adam)


BAD_RECOMPILES = {
    "optimizer": {
        "generator_optimizer": AdversarialOptimizer(one="sgd", two="sgd")
    },
    # Found after the players were replaced.
    "metrics": {"metrics": {"others": [keras.metrics.MeanSquaredError()]}},
}


@pytest.mark.parametrize("case", BAD_RECOMPILES)
def test_a_compile_that_fails_leaves_the_penalties(make_gan, points, case):
    gan = make_gan()
    gan.compile(loss="hinge", penalties=None, **QUICK_STEPS)
    with pytest.raises(ValueError, match="Received"):
        gan.compile(loss="hinge", penalties=["r1"], **BAD_RECOMPILES[case])
    logs = gan.train_on_batch(points[:8], return_dict=True)
    assert "r1" not in logs
    assert gan.get_compile_config()["penalties"] == []


@pytest.mark.parametrize("name", ["generator", "discriminator"])
def test_a_player_alone_may_have_the_name_of_a_pairs(make_three, pairs, name):
    def make_players(self):
        network = (self.maker,)
        return (Player(name, network, self.maker_loss, generates=True),)

    model = make_three(make_players=make_players)
    model.compile(**QUICK_STEPS)
    assert model.optimizer.names == (name,)
    before = model.maker.get_weights()[0]
    model.train_on_batch(pairs[:8])
    assert (model.maker.get_weights()[0] != before).any()
