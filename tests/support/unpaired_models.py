"""Small `CycleGAN`s and `StarGAN`s with data, for several test files."""

import math

import keras
import numpy as np
from keras import layers

from keras_gan import CycleGAN, StarGAN

SHAPE = (8, 8, 1)
COUNT = 3


def uniform(seed, low, high, number=16, channels=1):
    random = np.random.default_rng(seed)
    shape = (number, *SHAPE[:2], channels)
    return random.uniform(low, high, shape).astype("float32")


FIRST, SECOND = uniform(0, -1.0, 0.5), uniform(1, -0.2, 1.0)
ATTRIBUTES = np.random.default_rng(2).integers(0, 2, (16, COUNT))


def drawn(inputs, channels, seed):
    """Images, by dense layers, so that a step is quick."""
    shape = (*SHAPE[:2], channels)
    pixels = dense(math.prod(shape), seed + 1, activation="tanh")(
        dense(6, seed, activation="silu")(inputs)
    )
    return layers.Reshape(shape, dtype="float32")(pixels)


def scored(images, seed):
    """Features of images, and a logit for each quarter of them."""
    features = dense(6, seed, activation="silu")(layers.Flatten()(images))
    return features, layers.Reshape((2, 2, 1))(dense(4, seed + 1)(features))


def dense(units, seed, **kwargs):
    start = keras.initializers.GlorotUniform(seed)
    return layers.Dense(units, kernel_initializer=start, **kwargs)


def generator(channels=1, made=1, seed=1):
    images = keras.Input((*SHAPE[:2], channels))
    return keras.Model(images, drawn(layers.Flatten()(images), made, seed))


def discriminator(channels=1, seed=11):
    images = keras.Input((*SHAPE[:2], channels))
    return keras.Model(images, scored(images, seed)[1])


def cycle(first=1, second=1):
    """Generators and discriminators; always of the same weights."""
    generators = generator(first, second), generator(second, first, seed=3)
    return generators, (discriminator(first), discriminator(second, seed=13))


def editor(seed=1):
    """A generator of images and attributes."""
    images, wanted = keras.Input(SHAPE), keras.Input((COUNT,))
    both = layers.Concatenate()([layers.Flatten()(images), wanted])
    return keras.Model([images, wanted], drawn(both, 1, seed))


def judge(seed=11):
    """A discriminator that predicts attributes, too."""
    images = keras.Input(SHAPE)
    features, logits = scored(images, seed)
    return keras.Model(images, [logits, dense(COUNT, seed + 2)(features)])


def make_cycle(parts=None, *, cls=CycleGAN, **options):
    """A compiled `CycleGAN`; arguments of it and of `compile`."""
    return _compiled(cls, parts or cycle(), options)


def make_star(parts=None, *, cls=StarGAN, **options):
    """A compiled `StarGAN` with one discriminator update per step."""
    options = {"discriminator_steps": 1, **options}
    return _compiled(cls, parts or (editor(), judge()), options)


def _compiled(cls, parts, options):
    names = {"augmenter", "ema_momentum", "seed", "pool_size", "exclusive"}
    own = {k: options.pop(k) for k in names & set(options)}
    model = cls(*parts, **{"seed": 3, **own})
    options = {"run_eagerly": keras.backend.backend() != "jax", **options}
    model.compile(**options)
    return model


def fit(model, x=FIRST, y=SECOND, **kwargs):
    kwargs = {"batch_size": 8, "shuffle": False, "verbose": 0, **kwargs}
    return model.fit(x, y, **kwargs).history
