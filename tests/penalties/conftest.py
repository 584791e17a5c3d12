"""A discriminator whose gradients are known in closed form."""

import keras
import numpy as np
import pytest
import tensorflow as tf

IMAGE_SHAPE = (3, 2, 1)


class Quadratic:
    """D(x) = x^T A x / 2 + b x, with gradient (A + A^T) x / 2 + b."""

    def __init__(self, image_shape=IMAGE_SHAPE, seed=0):
        rng = np.random.default_rng(seed)
        size = int(np.prod(image_shape))
        self.image_shape = image_shape
        self.matrix = tf.Variable(
            rng.normal(size=(size, size)), dtype="float32"
        )
        self.vector = tf.Variable(rng.normal(size=(size,)), dtype="float32")
        self.scored = []

    @property
    def trainable_variables(self):
        return [self.matrix, self.vector]

    def __call__(self, images):
        self.scored.append(images)
        rows = tf.reshape(images, (-1, self.vector.shape[0]))
        rows = tf.cast(rows, tf.float32)
        curved = tf.reduce_sum(rows * (rows @ self.matrix), axis=1) / 2.0
        return (curved + tf.linalg.matvec(rows, self.vector))[:, None]

    def gradients(self, images):
        """Float64 gradients `(batch, size)` in NumPy."""
        rows = np.asarray(images, "float64").reshape(len(images), -1)
        matrix = self.matrix.numpy().astype("float64")
        vector = self.vector.numpy().astype("float64")
        return rows @ ((matrix + matrix.T) / 2.0) + vector


@pytest.fixture
def quadratic():
    return Quadratic()


@pytest.fixture
def make_quadratic():
    return Quadratic


@pytest.fixture
def images():
    """Real and fake images, two float32 arrays."""
    rng = np.random.default_rng(1)
    return rng.normal(size=(2, 8, *IMAGE_SHAPE)).astype("float32")


@pytest.fixture
def fixed_draws(monkeypatch):
    """The same draws at each call; XLA's own differ for the same seed."""

    def uniform(shape, *, dtype, seed):
        draws = np.random.default_rng(8).uniform(size=tuple(shape))
        return tf.constant(draws, dtype)

    monkeypatch.setattr(keras.random, "uniform", uniform)
