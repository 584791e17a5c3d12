"""Path length, skipped in some steps, on two replicas of TensorFlow."""

import contextlib

import keras
import numpy as np
import tensorflow as tf
from style_models import LATENT_DIM, style_generator

from keras_gan import GAN
from keras_gan.networks import mlp_discriminator
from keras_gan.penalties import PathLength

SHAPE = (3, 2, 1)
IMAGES = np.random.default_rng(0).uniform(-1, 1, (8, *SHAPE))


class LatentsFromData(GAN):
    """A GAN whose latents are the first pixels of each real image."""

    def sample_latents(self, batch, seed):
        return keras.ops.reshape(batch.images, (-1, 6))[:, :LATENT_DIM]


def same_for_all(shape, *args, **kwargs):
    """Numbers that are the same for each sample of a batch."""
    row = np.random.default_rng(1).normal(size=(1, *shape[1:]))
    return tf.ones((shape[0], *(1 for _ in shape[1:]))) * tf.constant(
        row, "float32"
    )


def test_two_replicas_are_one_device(two_cpus, monkeypatch):
    monkeypatch.setattr(keras.random, "normal", same_for_all)
    gans, logs = [], []
    for scope in (contextlib.nullcontext, two_cpus.scope):
        keras.utils.set_random_seed(1)
        with scope():
            generator = style_generator(SHAPE, style_mixing=0.0)
            discriminator = mlp_discriminator(SHAPE, hidden=(2,))
            gan = LatentsFromData(generator, discriminator, seed=1)
            gan.compile(
                keras.optimizers.SGD(0.1),
                keras.optimizers.SGD(0.1),
                loss="non_saturating",
                penalties=[PathLength(every=2)],
                run_eagerly=scope is contextlib.nullcontext,
            )
        fit = gan.fit(
            IMAGES.astype("float32"), batch_size=4, shuffle=False, verbose=0
        )
        gans.append(gan)
        logs.append(fit.history["path_length"])
    assert logs[0][0] > 0.0
    np.testing.assert_allclose(logs[1], logs[0], rtol=1e-4)
    means = [
        float(keras.ops.convert_to_numpy(gan.penalties[0].variables[0]))
        for gan in gans
    ]
    assert means[0] > 0.0
    np.testing.assert_allclose(means[1], means[0], rtol=1e-5)
    pairs = zip(*(gan.get_weights() for gan in gans), strict=True)
    for one, two in pairs:
        np.testing.assert_allclose(two, one, rtol=1e-4, atol=1e-6)
