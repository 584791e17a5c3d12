"""A discriminator whose gradients are known in closed form."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan import backend

IMAGE_SHAPE = (3, 2, 1)


def to_numpy(values):
    return keras.tree.map_structure(ops.convert_to_numpy, values)


class Quadratic:
    """D(x) = x^T A x / 2 + b x, with gradient (A + A^T) x / 2 + b."""

    def __init__(self, image_shape=IMAGE_SHAPE, seed=0):
        rng = np.random.default_rng(seed)
        size = int(np.prod(image_shape))
        self.image_shape = image_shape
        matrix = rng.normal(size=(size, size)).astype("float32")
        self.matrix = keras.Variable(matrix)
        self.vector = keras.Variable(rng.normal(size=(size,)).astype("float32"))
        self.scored = []

    @property
    def trainable_variables(self):
        return [self.matrix, self.vector]

    def __call__(self, images):
        # What JAX differentiates, it traces with values of their own.
        self.scored.append(getattr(images, "primal", images))
        rows = ops.reshape(images, (-1, self.vector.shape[0]))
        rows = ops.cast(rows, "float32")
        curved = ops.sum(rows * ops.matmul(rows, self.matrix), axis=1) / 2.0
        return (curved + ops.matmul(rows, self.vector))[:, None]

    def gradients(self, images):
        """Float64 gradients `(batch, size)` in NumPy."""
        rows = np.asarray(to_numpy(images), "float64")
        rows = rows.reshape(len(images), -1)
        matrix = to_numpy(self.matrix).astype("float64")
        vector = to_numpy(self.vector).astype("float64")
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
def tensors(images):
    """The same as tensors."""
    return [ops.convert_to_tensor(array) for array in images]


@pytest.fixture
def differentiated():
    """Value of a scalar function and its gradients, in NumPy."""

    def value_and_gradients(function, variables):
        def losses():
            value = function()
            return [value], value

        (found,), value = backend.gradients(losses, [variables])
        slopes = [
            np.zeros(variable.shape, "float32") if one is None else one
            for variable, one in zip(variables, found, strict=True)
        ]
        return to_numpy(value), *to_numpy(slopes)

    return value_and_gradients


@pytest.fixture
def fixed_draws(monkeypatch):
    """The same draws at each call; XLA's own differ for the same seed."""

    def uniform(shape, *, dtype, seed):
        draws = np.random.default_rng(8).uniform(size=tuple(shape))
        return ops.convert_to_tensor(draws, dtype)

    monkeypatch.setattr(keras.random, "uniform", uniform)
