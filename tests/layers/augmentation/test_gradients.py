"""Gradients with respect to the images, of every operation, twice over."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan.layers import AdaptiveAugment
from keras_gan.layers.augmentation.operations import OPERATIONS
from keras_gan.penalties import R1

SHAPE = (4, 7, 10, 3)
# How a function is run.
MODES = {
    "eager": lambda function: function,
    "graph": lambda function: tf.function(function, autograph=False),
    "jit": lambda function: tf.function(
        function, autograph=False, jit_compile=True
    ),
}

each_mode = pytest.mark.parametrize("mode", MODES)


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
    weights = noise(seed=1)

    def weighted(images, drawn):
        values = layer.transform_images(images, drawn)
        return tf.reduce_sum(values * weights, axis=(1, 2, 3))

    def with_gradient(images, drawn):
        with tf.GradientTape() as tape:
            tape.watch(images)
            sums = weighted(images, drawn)
        return sums, tape.gradient(sums, images)

    return {name: run(with_gradient) for name, run in MODES.items()}


def only(name, drawn):
    """The parameters of one operation, those of the others left out."""
    still = {
        other: tf.fill(drawn[other].shape, float(operation.identity))
        for other, operation in OPERATIONS.items()
        if other != name
    }
    return {**drawn, **still}


def assert_gradient_is_that_of_finite_differences(function, images, drawn):
    # Between draws every operation is linear in the image: a step of any size
    # gives the derivative, and a large one has the smallest rounding error.
    _, gradient = function(tf.constant(images), drawn)
    for seed in (5, 6):
        direction = noise(seed=seed)
        above, _ = function(tf.constant(images + direction), drawn)
        below, _ = function(tf.constant(images - direction), drawn)
        expected = np.sum(gradient * direction, axis=(1, 2, 3))
        np.testing.assert_allclose(
            (above - below) / 2.0, expected, rtol=1e-3, atol=1e-3
        )
    assert np.abs(gradient).max(axis=(1, 2, 3)).min() > 0.1


@pytest.mark.parametrize("mode", ["graph", "jit"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_gradient_of_each_operation(name, mode, modes, drawn):
    function = modes[mode]
    one = only(name, drawn)
    assert_gradient_is_that_of_finite_differences(function, noise(), one)
    # And the operation did something, so that it is its gradient.
    sums, _ = function(tf.constant(noise()), one)
    kept, _ = function(tf.constant(noise()), only(None, drawn))
    assert np.any(np.abs(sums - kept) > 1e-2)


@each_mode
def test_gradient_of_the_whole(mode, modes, drawn):
    assert_gradient_is_that_of_finite_differences(modes[mode], noise(), drawn)


@pytest.mark.parametrize("mode", ["graph", "jit"])
def test_modes_agree(mode, modes, drawn):
    images = tf.constant(noise())
    for value, expected in zip(
        modes[mode](images, drawn), modes["eager"](images, drawn), strict=True
    ):
        np.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-4)


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


@each_mode
def test_r1_through_the_augmentation(mode, layer, drawn, discriminator):
    variables = [v.value for v in discriminator.trainable_variables]
    images = tf.constant(noise())

    def penalty_and_gradients():
        with tf.GradientTape() as tape:
            penalty = R1(gamma=2.0)(
                lambda x: discriminator(layer.transform_images(x, drawn)),
                images,
                images,
            )
        return penalty, tape.gradient(
            penalty, variables, unconnected_gradients="zero"
        )

    function = MODES[mode](penalty_and_gradients)
    penalty, gradients = function()
    assert penalty > 0.01
    step = 1e-3
    directions = [noise(v.shape, seed=i) for i, v in enumerate(variables)]

    def moved(size):
        for variable, direction in zip(variables, directions, strict=True):
            variable.assign_add(size * direction)
        return function()[0]

    before = [variable.numpy() for variable in variables]
    above, below = moved(step), moved(-2 * step)
    for variable, value in zip(variables, before, strict=True):
        variable.assign(value)
    slope = sum(
        float(np.sum(g * d)) for g, d in zip(gradients, directions, strict=True)
    )
    assert abs(slope) > 0.1
    np.testing.assert_allclose((above - below) / (2 * step), slope, rtol=1e-2)


@pytest.mark.parametrize(
    ("mode", "operations"), [("eager", "b"), ("graph", "bgcfnc"), ("jit", "c")]
)
def test_r1_through_draws_of_its_own(mode, operations, discriminator):
    layer = AdaptiveAugment(operations, probability=1.0, seed=3)
    variables = [v.value for v in discriminator.trainable_variables]

    def step(images):
        with tf.GradientTape() as tape:
            penalty = R1(gamma=2.0)(
                lambda x: discriminator(layer(x)), images, images
            )
        return penalty, tape.gradient(penalty, variables[:-1])

    function = MODES[mode](step)
    images = tf.constant(np.tanh(noise()))
    penalty, gradients = function(images)
    assert all(np.isfinite(gradient).all() for gradient in gradients)
    assert np.abs(gradients[0]).max() > 0
    assert function(images)[0] != penalty
