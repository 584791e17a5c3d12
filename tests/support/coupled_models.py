"""A small `CoupledGAN`, its networks and data, for several test files."""

import math

import keras
import numpy as np
from keras import layers, ops

from keras_gan import CoupledGAN

SHAPE = (8, 8, 1)
LATENTS = np.random.default_rng(2).normal(size=(8, 3)).astype("float32")


def uniform(seed, low, high, shape=SHAPE):
    random = np.random.default_rng(seed)
    return random.uniform(low, high, (16, *shape)).astype("float32")


FIRST, SECOND = uniform(0, -1.0, 0.5), uniform(1, -0.2, 1.0)


def coupled(second=SHAPE, *, latent_dim=3, shared=True):
    """Two generators and two discriminators; always of the same weights.

    They share layers as those of `networks.coupled` do: generators the first,
    discriminators the last. But they are dense, so that a step is quick.
    """
    latents = keras.Input((latent_dim,), name="latents")
    generators, discriminators = [], []
    for number, shape in enumerate((SHAPE, second)):
        if not (number and shared):
            trunk, end = _dense(8, number), _dense(1, 2 + number)
        drawn = _dense(math.prod(shape), 4 + number)(_bent(trunk(latents)))
        drawn = layers.Activation("tanh", dtype="float32")(drawn)
        generators.append(keras.Model(latents, layers.Reshape(shape)(drawn)))
        images = keras.Input(shape)
        features = _dense(8, 6 + number)(layers.Flatten()(images))
        logits = layers.Activation("linear", dtype="float32")(
            end(_bent(features))
        )
        discriminators.append(keras.Model(images, logits))
    return tuple(generators), tuple(discriminators)


def _dense(units, seed):
    start = keras.initializers.GlorotUniform(seed)
    return layers.Dense(units, kernel_initializer=start)


def _bent(features):
    return layers.LeakyReLU(0.2)(features)


def make(parts=None, cls=CoupledGAN, *, run_eagerly=True, **options):
    """A compiled model; arguments of `CoupledGAN` and of `compile`."""
    names = {"augmenter", "ema_momentum", "seed"} & set(options)
    own = {name: options.pop(name) for name in names}
    gan = cls(*(parts or coupled()), **{"seed": 3, **own})
    gan.compile(run_eagerly=run_eagerly, **options)
    return gan


def fit(gan, first=FIRST, second=SECOND, **kwargs):
    kwargs = {"batch_size": 8, "shuffle": False, "verbose": 0, **kwargs}
    return gan.fit(first, second, **kwargs).history


def numpy(values):
    return keras.tree.map_structure(ops.convert_to_numpy, values)
