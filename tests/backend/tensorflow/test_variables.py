"""Variables in TensorFlow: written on every replica, made under strategies."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan import backend
from keras_gan.backend import copy_variables, update_variables


def per_replica(strategy, function):
    results = tf.function(lambda: strategy.run(function))()
    return [np.asarray(r) for r in strategy.experimental_local_results(results)]


def replica_id():
    return tf.distribute.get_replica_context().replica_id_in_sync_group


@pytest.mark.parametrize("replicas", [1, 2])
def test_variables_are_written_on_every_replica(two_cpus, replicas):
    strategy = two_cpus if replicas == 2 else tf.distribute.get_strategy()
    with strategy.scope():
        mean, mirror, source = (
            keras.Variable([v, 2 * v], trainable=False) for v in (1.0, 5.0, 3.0)
        )

    def write():
        update_variables(lambda a, b: a + 0.5 * (b - a), [mean], [source])
        copy_variables([mirror], [source])
        return tf.constant(0)

    per_replica(strategy, write)
    for variable, expected in ((mean, 2.0), (mirror, 3.0), (source, 3.0)):
        local = strategy.experimental_local_results(variable.value)
        assert len(local) == replicas
        for value in local:
            np.testing.assert_array_equal(value, [expected, 2 * expected])


def test_copies_are_the_mean_of_what_differs(two_cpus):
    # As batch statistics: each replica has its own until it is read.
    with two_cpus.scope():
        target = keras.Variable(0.0, trainable=False)
        source = keras.Variable(0.0, trainable=False, aggregation="mean")

    class Differs:
        value = source.value

    def write():
        Differs.value = 2.0 + 4.0 * tf.cast(replica_id(), "float32")
        copy_variables([target], [Differs])
        return tf.constant(0)

    per_replica(two_cpus, write)
    for value in two_cpus.experimental_local_results(target.value):
        assert float(value) == 4.0


def test_nothing_to_write():
    update_variables(lambda a, b: b, [], [])
    copy_variables([], [])


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
