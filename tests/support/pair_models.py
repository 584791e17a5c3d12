"""A small `Pix2Pix`, its networks and data, for several test files."""

import keras
import numpy as np
from keras import layers, ops
from portable import QUICK_STEPS

from keras_gan import Pix2Pix

SHAPE = (8, 8, 1)


def uniform(seed, shape=SHAPE, count=8):
    random = np.random.default_rng(seed)
    return random.uniform(-1, 1, (count, *shape)).astype("float32")


SOURCES, TARGETS = uniform(0), uniform(1)


def _start(seed):
    return keras.initializers.GlorotUniform(seed)


def translator(shape=SHAPE, channels=1, *, scale=1, dropout=0.0):
    """A convolution of 3x3 pixels, between two of single pixels."""
    sources = keras.Input(shape)
    x = layers.Conv2D(4, 1, kernel_initializer=_start(1))(sources)
    x = layers.Dropout(dropout, seed=6)(layers.LeakyReLU(0.2)(x))
    x = layers.Conv2D(4, 3, padding="same", kernel_initializer=_start(2))(x)
    if scale > 1:
        x = layers.UpSampling2D(scale)(x)
    x = layers.Conv2D(channels, 1, kernel_initializer=_start(3))(x)
    images = layers.Activation("tanh", dtype="float32")(x)
    return keras.Model(sources, images)


def judge(shape=SHAPE, source=None):
    """Logits of patches of 4x4 pixels; of pairs if there is a source."""
    images = keras.Input(shape)
    inputs, x = images, images
    if source is not None:
        inputs = [keras.Input(source), images]
        x = layers.Concatenate()(inputs)
    x = layers.Conv2D(4, 4, 2, kernel_initializer=_start(4))(x)
    x = layers.Conv2D(1, 1, kernel_initializer=_start(5))(
        layers.LeakyReLU(0.2)(x)
    )
    logits = layers.Activation("linear", dtype="float32")(x)
    return keras.Model(inputs, logits)


class Product(layers.Layer):
    """Logits of a pair of one channel: its product, times a weight."""

    def build(self, shapes):
        self.scale = self.add_weight(shape=(), initializer="ones")

    def call(self, inputs):
        source, images = inputs
        return self.scale * ops.mean(source * images, axis=-1)


def product_judge(shape=SHAPE):
    inputs = [keras.Input(shape), keras.Input(shape)]
    return keras.Model(inputs, Product()(inputs))


def make(generator=None, discriminator=None, **options):
    """A compiled model; arguments of `Pix2Pix` and of `compile`."""
    names = {"augmenter", "ema_momentum", "seed"} & set(options)
    own = {"seed": 3, **{name: options.pop(name) for name in names}}
    generator = translator() if generator is None else generator
    if discriminator is None:
        discriminator = judge(source=SHAPE)
    model = Pix2Pix(generator, discriminator, **own)
    model.compile(**{**QUICK_STEPS, **options})
    return model


def fit(model, sources=SOURCES, targets=TARGETS, **kwargs):
    kwargs = {"batch_size": 4, "shuffle": False, "verbose": 0, **kwargs}
    return model.fit(sources, targets, **kwargs).history
