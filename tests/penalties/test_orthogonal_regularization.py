"""Kernels of a player stay orthogonal."""

import keras
import numpy as np
import pytest
from keras import ops
from portable import QUICK_STEPS, to_numpy

import keras_gan
from keras_gan import layers, penalties
from keras_gan.models.player import Player
from keras_gan.penalties import OrthogonalRegularization


class Turn:
    """A turn of one player."""

    def __init__(self, penalty, *networks):
        self.players = (
            Player("generator", networks, lambda turn: 0.0, (penalty,)),
        )


def network():
    """A wide and a narrow matrix, an embedding and a transposed convolution."""
    model = keras.Sequential(
        [
            keras.Input((2,), dtype="int32"),
            keras.layers.Embedding(3, 4),
            keras.layers.Dense(6),
            keras.layers.Reshape((2, 2, 3)),
            keras.layers.Conv2DTranspose(5, 2, strides=2),
        ]
    )
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(size=w.shape) for w in model.get_weights()])
    return model


def off_diagonal(*kernels):
    """Sums of off-diagonal squares in float64; outputs are the last axis."""
    total = 0.0
    for kernel in kernels:
        matrix = to_numpy(kernel).astype("float64")
        matrix = matrix.reshape(-1, matrix.shape[-1])
        gram = matrix.T @ matrix
        total += np.sum((gram - np.diag(np.diag(gram))) ** 2)
    return total


def expected(model):
    dense, transposed = model.layers[1].kernel, model.layers[3].kernel
    return off_diagonal(dense, np.moveaxis(to_numpy(transposed), 2, -1))


def test_value_is_the_sum_of_squares_off_the_diagonal():
    model, penalty = network(), OrthogonalRegularization(0.5)
    value = float(penalty.of_turn(Turn(penalty, model)))
    assert value == pytest.approx(0.5 * expected(model), rel=1e-5)


def of_layer(layer, *shapes):
    """The penalty of a model of one layer."""
    inputs = [keras.Input(shape) for shape in shapes]
    model = keras.Model(
        inputs, layer(inputs[0] if len(shapes) == 1 else inputs)
    )
    penalty = OrthogonalRegularization(1.0)
    return float(penalty.of_turn(Turn(penalty, model)))


@pytest.mark.quickest
def test_scaled_kernels_are_those_in_use():
    dense = layers.EqualizedDense(
        5, gain=2.0, learning_rate_multiplier=0.1, seed=1
    )
    found = of_layer(dense, (3,))
    wanted = off_diagonal(0.2 / np.sqrt(3) * to_numpy(dense.kernel))
    assert found == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("upsample", [False, True])
def test_modulated_kernels_are_those_of_styles_of_1(upsample):
    layer = layers.ModulatedConv2D(4, 3, upsample=upsample, seed=1)
    found = of_layer(layer, (4, 4, 2), (2,))
    kernel = to_numpy(layer.kernel)
    wanted = off_diagonal(kernel / np.sqrt((kernel**2).sum((0, 1, 2))))
    assert found == pytest.approx(wanted, rel=1e-5)
    layer = layers.ModulatedConv2D(4, 1, demodulate=False, seed=1)
    found = of_layer(layer, (4, 4, 2), (2,))
    wanted = off_diagonal(to_numpy(layer.kernel) / np.sqrt(2))
    assert found == pytest.approx(wanted, rel=1e-5)


def test_all_kernels_of_attention_count():
    layer = layers.AdditiveAttention2D(2, seed=1)
    layer.build((None, 2, 2, 4))
    rng = np.random.default_rng(0)
    layer.set_weights([rng.normal(size=w.shape) for w in layer.get_weights()])
    found = of_layer(layer, (2, 2, 4))
    kernels = [w for w in layer.weights if w.name.endswith("kernel")]
    assert len(kernels) == 5
    assert found == pytest.approx(off_diagonal(*kernels), rel=1e-5)


@pytest.mark.quickest
def test_shared_kernels_count_once_and_those_of_others_not():
    model, penalty = network(), OrthogonalRegularization(1.0)
    value = float(penalty.of_turn(Turn(penalty, model)))
    assert float(penalty.of_turn(Turn(penalty, model, model))) == value
    assert float(penalty.of_turn(Turn(OrthogonalRegularization(), model))) == 0


@pytest.mark.quickest
def test_orthogonal_columns_of_any_length_cost_nothing():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
    model.layers[0].kernel.assign(np.diag([1.0, 5.0, 0.1]))
    penalty = OrthogonalRegularization(1.0)
    assert float(penalty.of_turn(Turn(penalty, model))) == 0.0


@pytest.mark.parametrize(
    "player",
    ["generator", pytest.param("discriminator", marks=pytest.mark.once)],
)
def test_gan_gives_it_to_its_player(player):
    gan = keras_gan.GAN(
        *keras_gan.networks.mlp((2,), latent_dim=2, hidden=(3,), seed=1)
    )
    penalty = OrthogonalRegularization(100.0, player=player)
    gan.compile("sgd", "sgd", penalties=[penalty], **QUICK_STEPS)
    networks = {"generator": gan.generator, "discriminator": gan.discriminator}
    value = float(penalty.of_turn(Turn(penalty, networks[player])))
    logs = gan.train_on_batch(ops.ones((4, 2)), return_dict=True)
    assert float(logs["orthogonality"]) == pytest.approx(value, rel=1e-4)
    after = float(penalty.of_turn(Turn(penalty, networks[player])))
    assert after != pytest.approx(value, rel=1e-4)


@pytest.mark.once
def test_config_round_trip():
    penalty = OrthogonalRegularization(0.3, player="discriminator", every=2)
    config = penalties.serialize(penalty)
    assert penalties.serialize(penalties.deserialize(config)) == config


@pytest.mark.once
@pytest.mark.parametrize(
    ("options", "message"),
    [({"player": "judge"}, "player='judge'"), ({"weight": -1.0}, "weight=-1")],
)
def test_invalid_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        OrthogonalRegularization(**options)
