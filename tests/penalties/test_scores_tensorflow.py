"""Scores in a graph that XLA compiles."""

import numpy as np
import tensorflow as tf

from keras_gan.penalties import Scores


def test_value_and_second_derivative_in_xla():
    values = np.random.default_rng(0).normal(size=(3, 3)).astype("float32")
    matrix = tf.Variable(values)
    images = tf.constant(values[:2] + 1.0)

    @tf.function(jit_compile=True)
    def step(images):
        with tf.GradientTape() as tape:
            scores = Scores(
                lambda x: tf.reduce_sum(x @ matrix * x, -1), images, -images
            )
            slopes = scores.real.input_gradients
            penalty = tf.reduce_sum(slopes**2)
        return slopes, tape.gradient(penalty, matrix)

    slopes, gradient = step(images)
    x = images.numpy()
    s = x @ (values + values.T)
    np.testing.assert_allclose(slopes, s, rtol=1e-4)
    # |(A + A') x|^2 summed over x has the slope 2 (s x' + x s').
    expected = 2 * (s.T @ x + x.T @ s)
    np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-4)
