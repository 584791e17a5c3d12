"""A small `SemiSupervisedGAN` with data, for several test files."""

import keras
import numpy as np
from keras import layers, ops
from portable import QUICK_STEPS

import keras_gan

SHAPE = (4, 4, 1)
CLASSES = 3
LATENT_DIM = 2


class Rows(keras_gan.SemiSupervisedGAN):
    """Latents are rows of the images: replicas and backends draw the same."""

    def sample_latents(self, batch, seed):
        return ops.reshape(batch.images, (-1, 16))[:, :LATENT_DIM]


def images(number=9, seed=0, shape=SHAPE):
    draws = np.random.default_rng(seed).uniform(-1, 1, (number, *shape))
    return draws.astype("float32")


def labels(number=9):
    """Two of three images have labels."""
    numbers = np.arange(number)
    return np.where(numbers % 3 == 2, -1, (numbers // 3 + numbers) % CLASSES)


def networks(takes_labels=False):
    keras.utils.set_random_seed(5)
    options = {"num_classes": CLASSES} if takes_labels else {}
    generator = keras_gan.networks.mlp_generator(
        SHAPE, latent_dim=LATENT_DIM, hidden=(4,), seed=1, **options
    )
    inputs = keras.Input(SHAPE)
    features = layers.Dense(5, "tanh", name="middle")(layers.Flatten()(inputs))
    return generator, keras.Model(
        inputs, layers.Dense(CLASSES, name="logits")(features)
    )


def make(cls=Rows, *, takes_labels=False, seed=7, optimizers=None, **options):
    """A compiled model; arguments of its class, and how steps are run."""
    told = {"run_eagerly", "jit_compile"} & set(options)
    way = {**QUICK_STEPS, **{name: options.pop(name) for name in told}}
    gan = cls(
        *networks(takes_labels), num_classes=CLASSES, seed=seed, **options
    )
    sgd = keras.optimizers.SGD
    gan.compile(*(optimizers or (sgd(0.1), sgd(0.1))), **way)
    return gan
