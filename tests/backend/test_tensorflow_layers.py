"""What TensorFlow alone knows of layers."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan import backend


def test_second_derivatives_are_those_of_the_squared_slope():
    def score(images):
        return tf.reduce_sum(images**3)

    images = tf.constant([[2.0, -1.0]])
    # The slope is 3 x^2, its square 9 x^4, and 36 x^3 the slope of that.
    np.testing.assert_allclose(
        backend.second_derivatives(score, images), 36 * images**3
    )
    assert backend.input_gradients(score, images).shape == (1, 2)


def test_a_failure_in_a_map_leaves_variables_to_strategies(two_cpus):
    def fails(image):
        raise RuntimeError("on purpose")

    @tf.function
    def mapped():
        return tf.map_fn(fails, tf.zeros((2, 3)))

    with backend.own_variable_scope(), pytest.raises(RuntimeError):
        mapped()
    with two_cpus.scope():
        keras.Variable(0.0)
    assert tf.compat.v1.get_variable_scope().caching_device is None


def test_a_failure_before_does_not_spoil_it():
    @tf.function
    def spoil(device):
        # As a failed `tf.map_fn` leaves it; eagerly it cannot be set.
        tf.compat.v1.get_variable_scope().set_caching_device(device)

    spoil(lambda operation: operation.device)
    try:
        assert tf.compat.v1.get_variable_scope().caching_device is not None
        with backend.own_variable_scope():
            assert tf.compat.v1.get_variable_scope().caching_device is None
    finally:
        spoil(None)


def test_what_xla_compiles():
    assert backend.compiles_in_xla(tf.square, tf.ones(3))
    assert not backend.compiles_in_xla(tf.strings.as_string, tf.ones(3))
