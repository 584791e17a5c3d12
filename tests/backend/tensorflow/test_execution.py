"""Graphs and replicas, as metrics ask TensorFlow about them."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan.backend import (
    compiles_in_xla,
    cond,
    current_graph,
    current_strategy,
    executing_eagerly,
    in_several_replicas,
    outside_graphs,
    pass_with_input_gradients,
    replica_id,
    run_on_replicas,
)


def test_xla_compiles_a_step_with_colors_and_penalties_that_wait():
    images = np.random.default_rng(0).uniform(-1, 1, (32, 4, 4, 1))
    gan = keras_gan.GAN(
        *keras_gan.networks.mlp((4, 4, 1), hidden=(4,), latent_dim=2, seed=1),
        augmenter=keras_gan.layers.DiffAugment("color", seed=1),
        seed=1,
    )
    gan.compile(jit_compile=True)
    data = tf.data.Dataset.from_tensor_slices(images.astype("float32"))
    # Of a size that is not known.
    gan.fit(data.repeat(2).batch(16), steps_per_epoch=2, verbose=0)


def test_xla_takes_gradients_of_products_of_a_batch_of_any_size():
    """Those of a penalty that is not due in every step, with labels."""
    table = tf.Variable([[1.0, 2.0], [3.0, 4.0]])

    def gradient(x, labels, is_due):
        def score(x):
            vectors = tf.gather(table, labels)
            return [tf.matmul(x[:, None], vectors[:, :, None])]

        def due():
            _, slopes = pass_with_input_gradients(score, x)
            return [tf.reduce_sum(slopes() ** 2)]

        with tf.GradientTape() as tape:
            (penalty,) = cond(is_due, due, lambda: [tf.zeros(())])
        return tf.convert_to_tensor(tape.gradient(penalty, table))

    program = tf.function(
        gradient,
        jit_compile=True,
        autograph=False,
        input_signature=[
            tf.TensorSpec((None, 2)),
            tf.TensorSpec((None,), tf.int32),
            tf.TensorSpec((), tf.bool),
        ],
    )
    # The penalty is the sum of the squared rows.
    for labels, expected in (
        ([0, 1, 1], [[2.0, 4.0], [12.0, 16.0]]),
        ([1, 1], [[0.0, 0.0], [12.0, 16.0]]),
    ):
        x = tf.ones((len(labels), 2))
        np.testing.assert_allclose(program(x, labels, True), expected)
        np.testing.assert_array_equal(program(x, labels, False), 0.0)


def test_graphs_are_told_from_values():
    seen = []

    @tf.function
    def step():
        seen.append((executing_eagerly(), current_graph()))
        with outside_graphs():
            seen.append((executing_eagerly(), current_graph()))
        return tf.constant(0)

    step()
    assert executing_eagerly() and current_graph() is None
    assert seen[0][0] is False and seen[0][1] is not None
    assert seen[1] == (True, None)


def test_strategies_are_told_apart(two_cpus):
    outside = current_strategy()
    assert outside is current_strategy()
    with two_cpus.scope():
        assert current_strategy() is two_cpus


def test_replicas_are_numbered(two_cpus):
    assert replica_id() == 0
    assert not in_several_replicas()
    with two_cpus.scope():
        assert not in_several_replicas()

    @tf.function
    def step():
        def number():
            assert in_several_replicas()
            return tf.cast(replica_id(), "int32")

        return two_cpus.run(number)

    numbers = two_cpus.experimental_local_results(step())
    assert [int(number) for number in numbers] == [0, 1]


def make_variable():
    return keras.metrics.Metric(name="owner").add_variable(
        (2,), "zeros", name="sums"
    )


def test_one_device_runs_at_once_and_once():
    variable, runs = make_variable(), []

    def add():
        runs.append(executing_eagerly())
        variable.assign(variable + 1.0)

    run_on_replicas(variable, add)
    np.testing.assert_array_equal(variable, [1.0, 1.0])
    assert runs == [True]


@pytest.mark.parametrize("on_replica", [False, True])
def test_each_replica_runs_once(two_cpus, on_replica):
    with two_cpus.scope():
        variable = make_variable()

    def add():
        place = tf.one_hot(tf.cast(replica_id(), "int32"), 2)
        variable.assign(variable + place * 3.0)

    def run():
        run_on_replicas(variable, add)
        return tf.constant(0)

    if on_replica:
        # Not again on all of them from each of them.
        tf.function(lambda: two_cpus.run(run))()
    else:
        run()
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(variable)),
        [3.0, 3.0],
    )


def test_what_xla_compiles():
    assert compiles_in_xla(tf.square, tf.ones(3))
    assert not compiles_in_xla(tf.strings.as_string, tf.ones(3))
