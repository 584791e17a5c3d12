"""Penalties inside functions that JAX differentiates."""

import jax
import keras
import numpy as np

import keras_gan
from keras_gan import penalties

IMAGES = np.random.default_rng(0).uniform(-1, 1, (32, 8, 8, 1))
IMAGES = IMAGES.astype("float32")


def test_penalty_in_a_loop_of_ones_own():
    # With the scope that JAX' users write their loops with.
    _, discriminator = keras_gan.networks.mlp((8, 8, 1), hidden=(16,), seed=1)
    values = [v.value for v in discriminator.trainable_variables]

    def penalty(values):
        pairs = zip(discriminator.trainable_variables, values, strict=True)
        with keras.StatelessScope(list(pairs)):
            return penalties.R1()(discriminator, IMAGES, IMAGES)

    gradients = jax.grad(penalty)(values)
    step = [1e-2 * g for g in gradients]
    ends = [
        float(
            penalty([v + sign * s for v, s in zip(values, step, strict=True)])
        )
        for sign in (-1, 1)
    ]
    slope = 2e-2 * sum(float((g**2).sum()) for g in gradients)
    assert slope > 0
    np.testing.assert_allclose(ends[1] - ends[0], slope, rtol=1e-2)
