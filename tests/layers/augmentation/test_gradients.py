"""Gradients with respect to the images, of every operation, twice over."""

import itertools

import keras
import numpy as np
import pytest
from portable import (
    JIT_COMPILE,
    assert_close,
    compiled,
    corners,
    differentiated,
    tensor,
    to_numpy,
    variable_gradients,
)

from keras_gan.layers import AdaptiveAugment
from keras_gan.layers.augmentation.operations import OPERATIONS
from keras_gan.penalties import R1

SHAPE = (4, 7, 10, 3)
# How a function is run.
MODES = {
    "eager": lambda function: function,
    "graph": lambda function: compiled(function),
    "jit": lambda function: compiled(function, True),
}

# Elsewhere than on TensorFlow a function is compiled in one way only.
GRAPHS = ["graph", "jit"][: len(JIT_COMPILE)]

each_mode = pytest.mark.parametrize(
    "mode", corners([*GRAPHS, "eager"], everywhere=len(GRAPHS))
)
# One of geometry, color, filters and noise each, and cutout.
DIFFERENT = ["fractional_shift", "hue", "band_2", "noise", "cutout"]
NAMES = [*DIFFERENT, *(name for name in OPERATIONS if name not in DIFFERENT)]


def noise(shape=SHAPE, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


@pytest.fixture(scope="module")
def layer():
    """All operations at once, each on every image."""
    return AdaptiveAugment("bgcfnc", probability=1.0, seed=3)


@pytest.fixture(scope="module")
def drawn(layer):
    return layer.get_random_transformation(noise())


@pytest.fixture(scope="module")
def modes(layer):
    """The sum of the weighted result, and its gradient, run in each mode."""
    weights = tensor(noise(seed=1))

    def weighted(images, drawn):
        values = layer.transform_images(images, drawn)
        return keras.ops.sum(values * weights, axis=(1, 2, 3))

    def with_gradient(images, drawn):
        _, slopes = differentiated(
            lambda images: keras.ops.sum(weighted(images, drawn))
        )(images)
        return weighted(images, drawn), slopes

    def in_numpy(function):
        return lambda *inputs: to_numpy(function(*inputs))

    return {name: in_numpy(run(with_gradient)) for name, run in MODES.items()}


def only(name, drawn):
    """The parameters of one operation, those of the others left out."""
    still = {
        other: keras.ops.full(drawn[other].shape, float(operation.identity))
        for other, operation in OPERATIONS.items()
        if other != name
    }
    return {**drawn, **still}


def assert_gradient_is_that_of_finite_differences(function, images, drawn):
    # Between draws every operation is linear in the image: a step of any size
    # gives the derivative, and a large one has the smallest rounding error.
    _, gradient = function(tensor(images), drawn)
    for seed in (5, 6):
        direction = noise(seed=seed)
        above, _ = function(tensor(images + direction), drawn)
        below, _ = function(tensor(images - direction), drawn)
        expected = np.sum(gradient * direction, axis=(1, 2, 3))
        assert_close((above - below) / 2.0, expected, rtol=1e-3, atol=1e-3)
    assert np.abs(gradient).max(axis=(1, 2, 3)).min() > 0.1


# The operations are one program; which of them does something is drawn.
@pytest.mark.parametrize(
    ("name", "mode"),
    corners(
        zip(NAMES, itertools.cycle(GRAPHS), strict=False),
        everywhere=len(DIFFERENT),
    ),
)
def test_gradient_of_each_operation(name, mode, modes, drawn):
    function = modes[mode]
    one = only(name, drawn)
    assert_gradient_is_that_of_finite_differences(function, noise(), one)
    # And the operation did something, so that it is its gradient.
    sums, _ = function(tensor(noise()), one)
    kept, _ = function(tensor(noise()), only(None, drawn))
    assert np.any(np.abs(sums - kept) > 1e-2)


@each_mode
def test_gradient_of_the_whole(mode, modes, drawn):
    assert_gradient_is_that_of_finite_differences(modes[mode], noise(), drawn)


@pytest.mark.parametrize("mode", GRAPHS)
def test_modes_agree(mode, modes, drawn):
    images = tensor(noise())
    for value, expected in zip(
        modes[mode](images, drawn), modes["eager"](images, drawn), strict=True
    ):
        assert_close(value, expected, rtol=1e-4, atol=1e-4)


# Second derivatives ----------------------------------------------------------


@pytest.fixture(scope="module")
def discriminator():
    """A small one, smooth, so that differences have a limit."""
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [
            keras.layers.Input(SHAPE[1:]),
            keras.layers.Conv2D(4, 3, strides=2, activation="softplus"),
            keras.layers.Flatten(),
            keras.layers.Dense(8, activation="tanh"),
            keras.layers.Dense(1),
        ]
    )


@pytest.mark.parametrize("mode", GRAPHS)
def test_r1_through_the_augmentation(mode, layer, drawn, discriminator):
    variables = discriminator.trainable_variables
    images = tensor(noise())

    def score(images):
        return discriminator(layer.transform_images(images, drawn))

    def penalty():
        return R1(gamma=2.0)(score, images, images)

    function = MODES[mode](penalty)
    gradients = variable_gradients(penalty, variables, MODES[mode])
    assert to_numpy(function()) > 0.01
    step = 1e-3
    directions = [noise(v.shape, seed=i) for i, v in enumerate(variables)]

    def moved(size):
        for variable, direction in zip(variables, directions, strict=True):
            variable.assign_add(size * direction)
        return to_numpy(function())

    before = [to_numpy(variable) for variable in variables]
    above, below = moved(step), moved(-2 * step)
    for variable, value in zip(variables, before, strict=True):
        variable.assign(value)
    slope = sum(
        float(np.sum(g * d)) for g, d in zip(gradients, directions, strict=True)
    )
    assert abs(slope) > 0.1
    assert_close((above - below) / (2 * step), slope, rtol=1e-2)


@pytest.mark.parametrize(
    ("mode", "operations"),
    corners([("graph", "bgcfnc"), ("jit", "c"), ("eager", "b")]),
)
def test_r1_through_draws_of_its_own(mode, operations, discriminator):
    layer = AdaptiveAugment(operations, probability=1.0, seed=3)
    variables = discriminator.trainable_variables[:-1]
    images = tensor(np.tanh(noise()))

    def penalty():
        return R1(gamma=2.0)(lambda x: discriminator(layer(x)), images, images)

    function = MODES[mode](penalty)
    first, second = to_numpy([function(), function()])
    assert first != second
    gradients = variable_gradients(penalty, variables, MODES[mode])
    assert all(np.isfinite(gradient).all() for gradient in gradients)
    assert np.abs(gradients[0]).max() > 0
