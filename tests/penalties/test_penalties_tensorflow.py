"""Penalties in programs that XLA compiles for TensorFlow."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan import penalties


def ready(name):
    penalty = penalties.get(name)
    penalty.build()
    penalty.update_state(tf.constant([[0.4]]), tf.constant([[-0.2]]))
    return penalty


def in_xla(penalty, score):
    def function(real, fake):
        with tf.GradientTape() as tape:
            value = penalty(score, real, fake)
        variables = [v.value for v in score.trainable_variables]
        return value, *tape.gradient(value, variables)

    return function, tf.function(function, jit_compile=True)


@pytest.mark.usefixtures("fixed_draws")
@pytest.mark.parametrize(
    "name", ["r1", "r2", "gradient_penalty", "dragan", "lecam"]
)
def test_xla_agrees_with_eager(name, quadratic, tensors):
    eager, compiled = in_xla(ready(name), quadratic)
    for expected, received in zip(
        eager(*tensors), compiled(*tensors), strict=True
    ):
        np.testing.assert_allclose(received, expected, 1e-6, 1e-5)


@pytest.mark.parametrize("name", ["gradient_penalty", "dragan"])
def test_draws_compile_in_xla(name, quadratic, tensors):
    _, function = in_xla(ready(name), quadratic)
    first, second = (
        [np.asarray(part) for part in function(*tensors)] for _ in range(2)
    )
    assert all(np.isfinite(part).all() for part in first)
    assert first[0] != second[0]
