"""Path length: its value, its gradient, its moving mean, its networks."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import ops
from portable import array, assert_close, quick, variable_gradients

import keras_gan
from keras_gan import networks
from keras_gan.networks.stylegan2 import generator as generator_module
from keras_gan.networks.stylegan2 import mapping as mapping_module
from keras_gan.penalties import PathLength

SHAPE = (8, 8, 1)


@pytest.fixture
def same_noise(monkeypatch):
    """Random numbers that are a function of their shape."""

    def normal(shape, *args, **kwargs):
        shape = tuple(int(size) for size in shape)
        values = np.random.default_rng(shape).normal(size=shape)
        return ops.convert_to_tensor(values.astype("float32"))

    monkeypatch.setattr(keras.random, "normal", normal)


def turn_of(penalty, generator, count=8):
    player = SimpleNamespace(penalties=(penalty,), networks=(generator,))
    samples = np.zeros((count, *SHAPE), "float32")
    return SimpleNamespace(samples=samples, players=(player,), batch=None)


def test_length_of_a_linear_synthesis(same_noise):
    # image = A w_1 + B w_2
    rng = np.random.default_rng(0)
    matrices = rng.normal(size=(2, 3, 64)).astype("float32")

    def synthesis(styles):
        rows = ops.einsum("bld,ldp->bp", styles, matrices)
        return ops.reshape(rows, (-1, *SHAPE))

    styles = rng.normal(size=(4, 2, 3)).astype("float32")
    found = array(
        PathLength().lengths(synthesis, ops.convert_to_tensor(styles))
    )
    noise = array(keras.random.normal((4, *SHAPE))).reshape(4, 64) / 8.0
    squares = np.einsum("ldp,bp->bld", matrices, noise) ** 2
    assert_close(found, np.sqrt(squares.sum(2).mean(1)), rtol=1e-4)


def test_gradient_is_that_of_finite_differences(same_noise, monkeypatch):
    # At the kinks of LeakyReLU, the penalty jumps.
    for module in (generator_module, mapping_module):
        monkeypatch.setattr(module, "scaled_leaky_relu", "softplus")
    generator = networks.stylegan2_generator(
        SHAPE, width=2, style_dim=3, style_mixing=0.0, seed=1
    )
    penalty = PathLength(weight=1.5, seed=1)
    penalty.build()
    penalty.variables[0].assign(0.4)
    variables = generator.trainable_variables
    turn = turn_of(penalty, generator)

    def value():
        return penalty.of_turn(turn)[0]

    slopes = variable_gradients(value, variables, quick)
    rng = np.random.default_rng(0)
    # Uphill, but with another factor for each weight.
    moves = [slope * rng.uniform(0, 2, slope.shape) for slope in slopes]
    length = np.sqrt(sum(np.square(move).sum() for move in moves))
    start = [array(v) for v in variables]
    compiled = quick(value)
    ends = []
    for step in (0.02 / length, -0.02 / length):
        for variable, first, move in zip(variables, start, moves, strict=True):
            variable.assign(first + step * move)
        ends.append(float(array(compiled())))
    wanted = (ends[0] - ends[1]) * length / 0.04
    found = sum((a * b).sum() for a, b in zip(slopes, moves, strict=True))
    assert_close(found, wanted, rtol=1e-2)


@pytest.mark.quickest
def test_moving_mean_is_of_all_lengths():
    penalty = PathLength(decay=0.5)
    for total, count in ((8.0, 4.0), (0.0, 0.0), (6.0, 2.0)):
        penalty.keep(ops.convert_to_tensor(total), ops.convert_to_tensor(count))
    # 0 -> 1 -> 1 (a step that was skipped) -> 2
    assert_close(penalty.variables[0], 2.0)


@pytest.mark.once
def test_networks_without_styles():
    gan = keras_gan.GAN(*networks.mlp(SHAPE, hidden=(2,)))
    with pytest.raises(ValueError, match="needs a generator with styles"):
        gan.compile(penalties=["path_length"])


@pytest.mark.once
def test_config_and_bad_arguments():
    penalty = PathLength(1.0, 0.1, every=8, seed=3, name="length")
    again = keras_gan.penalties.deserialize(
        keras_gan.penalties.serialize(penalty)
    )
    assert again.get_config() == penalty.get_config()
    with pytest.raises(ValueError, match="`decay` must be in"):
        PathLength(decay=0.0)
    with pytest.raises(ValueError, match="`weight` must be"):
        PathLength(-1.0)
