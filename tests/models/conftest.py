"""Small networks and data for the tests of `GAN`."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_gan import GAN


def build_generator(latent_dim=2, shape=(4,), dropout=0.0, seed=1):
    """A generator of vectors with batch normalisation."""
    return keras.Sequential(
        [
            layers.Input((latent_dim,)),
            layers.Dense(16, kernel_initializer=_glorot(seed)),
            layers.BatchNormalization(),
            layers.LeakyReLU(0.2),
            layers.Dropout(dropout, seed=seed),
            layers.Dense(
                int(np.prod(shape)), kernel_initializer=_glorot(seed + 1)
            ),
            layers.Reshape(shape),
        ]
    )


def build_discriminator(shape=(4,), dropout=0.0, seed=5):
    """A discriminator of vectors."""
    return keras.Sequential(
        [
            layers.Input(shape),
            layers.Flatten(),
            layers.Dense(16, kernel_initializer=_glorot(seed)),
            layers.LeakyReLU(0.2),
            layers.Dropout(dropout, seed=seed),
            layers.Dense(1, kernel_initializer=_glorot(seed + 1)),
        ]
    )


def _glorot(seed):
    return keras.initializers.GlorotUniform(seed)


@pytest.fixture
def make_gan():
    """Builds a small GAN of vectors; arguments go to `GAN`."""

    def make(cls=GAN, *, shape=(4,), dropout=0.0, **kwargs):
        kwargs.setdefault("seed", 7)
        return cls(
            build_generator(shape=shape, dropout=dropout),
            build_discriminator(shape, dropout),
            **kwargs,
        )

    return make


@pytest.fixture
def points():
    """64 real vectors of four numbers."""
    return np.random.default_rng(0).normal(size=(64, 4)).astype("float32")


@pytest.fixture
def same_state():
    """Compares every variable of two models and their optimizers."""

    def compare(first, second):
        ours = first.variables + first.optimizer.variables
        theirs = second.variables + second.optimizer.variables
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            a, b = (keras.ops.convert_to_numpy(v) for v in (a, b))
            np.testing.assert_array_equal(a, b)

    return compare
