"""`TrainingHealth` under a strategy of TensorFlow."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan import GAN, networks
from keras_gan.callbacks import TrainingHealth

pytestmark = pytest.mark.once


def test_replicas_are_measured_as_one_network(two_cpus):
    images = np.random.default_rng(0).uniform(-1, 1, (32, 4, 4, 1))
    images = images.astype("float32")
    with two_cpus.scope():
        gan = GAN(*networks.mlp((4, 4, 1), latent_dim=2, hidden=(4,)), seed=1)
        gan.compile(loss="hinge", penalties=None)
    health = TrainingHealth(images, images[:16], num_images=16, say=None)
    data = tf.data.Dataset.from_tensor_slices(images).batch(16)
    history = gan.fit(data, callbacks=[health], verbose=0).history
    measured = health.measure()
    for name in ("diversity", "separation", "memorized", "slope"):
        assert history[f"health_{name}"] == [pytest.approx(measured[name])]
