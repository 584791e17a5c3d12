"""A small `CoupledGAN`, its networks and data, for several test files."""

import keras
import numpy as np
from keras import ops

from keras_gan import CoupledGAN, networks

SHAPE = (8, 8, 1)
LATENTS = np.random.default_rng(2).normal(size=(8, 3)).astype("float32")


def uniform(seed, low, high, shape=SHAPE):
    random = np.random.default_rng(seed)
    return random.uniform(low, high, (16, *shape)).astype("float32")


FIRST, SECOND = uniform(0, -1.0, 0.5), uniform(1, -0.2, 1.0)


def coupled(second=None, **options):
    """Two generators and two discriminators; always of the same weights."""
    options = {"latent_dim": 3, "width": 4, "kernel_size": 3, **options}
    return networks.coupled(SHAPE, second, seed=1, **options)


def make(parts=None, cls=CoupledGAN, *, run_eagerly=True, **options):
    """A compiled model; arguments of `CoupledGAN` and of `compile`."""
    names = {"augmenter", "ema_momentum", "seed"} & set(options)
    own = {name: options.pop(name) for name in names}
    gan = cls(*(parts or coupled()), **{"seed": 3, **own})
    gan.compile(**{"run_eagerly": run_eagerly, "jit_compile": False, **options})
    return gan


def fit(gan, first=FIRST, second=SECOND, **kwargs):
    kwargs = {"batch_size": 8, "shuffle": False, "verbose": 0, **kwargs}
    return gan.fit(first, second, **kwargs).history


def numpy(values):
    return keras.tree.map_structure(ops.convert_to_numpy, values)
