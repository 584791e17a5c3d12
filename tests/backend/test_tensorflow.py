"""What a GAN asks of TensorFlow: gradients, replicas, variables."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan.backend import (
    ReplicaSeedGenerator,
    Score,
    copy_variables,
    input_gradients,
    replica_count,
    replica_mean,
    update_variables,
)
from keras_gan.backend.tensorflow import replica_share

WAYS = {
    "eager": lambda function: function,
    "graph": tf.function,
    "jit": lambda function: tf.function(function, jit_compile=True),
}
each_way = pytest.mark.parametrize("way", WAYS)


@pytest.fixture
def matrix():
    """A symmetric matrix: x A x has the gradient 2 A x."""
    values = np.random.default_rng(0).normal(size=(3, 3))
    return (values + values.T).astype("float32")


@pytest.fixture
def images():
    rng = np.random.default_rng(1)
    return tf.constant(rng.normal(size=(5, 3)).astype("float32"))


def quadratic(matrix):
    def score(images):
        return tf.reduce_sum(images @ matrix * images, -1, keepdims=True)

    return score


@each_way
@pytest.mark.parametrize("remembers", [True, False])
def test_input_gradients(matrix, images, way, remembers):
    def gradients(images):
        score = quadratic(matrix)
        return input_gradients(Score(score) if remembers else score, images)

    found = WAYS[way](gradients)(images)
    np.testing.assert_allclose(found, 2 * images @ matrix, rtol=1e-5)


@pytest.mark.parametrize("remembers", [True, False])
@pytest.mark.parametrize("kind", [np.asarray, tf.constant])
def test_integer_images_have_no_gradients(remembers, kind):
    def score(images):
        return tf.cast(images, tf.float32)

    images = kind(np.zeros((2, 3), "uint8"))
    with pytest.raises(TypeError, match="`images` .*dtype uint8. Cast them"):
        input_gradients(Score(score) if remembers else score, images)


@each_way
def test_input_gradients_can_be_differentiated_again(matrix, images, way):
    weights = tf.Variable(matrix)

    def penalty_gradient(images):
        with tf.GradientTape() as tape:
            slopes = input_gradients(Score(quadratic(weights)), images)
            penalty = tf.reduce_sum(slopes**2)
        return tape.gradient(penalty, weights)

    found = WAYS[way](penalty_gradient)(images)
    # |(A + A') x|^2 summed over x: with s = (A + A') x, d/dA = 2 (s x' + x s').
    x = images.numpy()
    s = 2 * x @ matrix
    np.testing.assert_allclose(
        found, 2 * (s.T @ x + x.T @ s), rtol=1e-4, atol=1e-4
    )


def test_scores_that_do_not_depend_on_images_have_no_slope(images):
    slopes = input_gradients(lambda x: tf.ones((5, 1)), images)
    np.testing.assert_array_equal(slopes, np.zeros((5, 3)))


def test_each_batch_is_scored_once(matrix, images):
    calls = []

    def function(images):
        calls.append(images)
        return quadratic(matrix)(images)

    score = Score(function)
    others = images + 1.0
    first = score(images)
    slopes = input_gradients(score, images)
    np.testing.assert_array_equal(score(images), first)
    assert len(calls) == 1
    np.testing.assert_array_equal(slopes, input_gradients(score, images))
    assert len(calls) == 1
    # Another object is another batch, though it may stand at the same place.
    np.testing.assert_allclose(
        input_gradients(score, others), 2 * others @ matrix, rtol=1e-5
    )
    for shift in range(3):
        logits = score(images + float(shift))
        expected = quadratic(matrix)(images + float(shift))
        np.testing.assert_allclose(logits, expected, rtol=1e-5)
    assert len(calls) == 5


def test_remembered_pass_gives_the_gradient_of_a_new_one(matrix, images):
    found = []
    for make in (Score, lambda function: function):
        weights = tf.Variable(matrix)
        with tf.GradientTape() as tape:
            score = make(quadratic(weights))
            slopes = input_gradients(score, images)
            loss = tf.reduce_mean(score(images)) + tf.reduce_sum(slopes**2)
        found.append(tape.gradient(loss, weights))
    np.testing.assert_allclose(*found, rtol=1e-6)


# Replicas --------------------------------------------------------------------


def per_replica(strategy, function):
    results = tf.function(lambda: strategy.run(function))()
    return [np.asarray(r) for r in strategy.experimental_local_results(results)]


def replica_id():
    return tf.distribute.get_replica_context().replica_id_in_sync_group


def test_seed_generator_on_one_device_is_that_of_keras():
    ours, theirs = ReplicaSeedGenerator(5), keras.random.SeedGenerator(5)
    for _ in range(3):
        np.testing.assert_array_equal(
            keras.random.normal((4,), seed=ours),
            keras.random.normal((4,), seed=theirs),
        )
    np.testing.assert_array_equal(ours.state, theirs.state)


def test_seed_generator_differs_between_replicas(two_cpus):
    with two_cpus.scope():
        seed = ReplicaSeedGenerator(5)
    draws = per_replica(two_cpus, lambda: keras.random.normal((6,), seed=seed))
    assert np.abs(draws[0] - draws[1]).min() > 0
    alone = ReplicaSeedGenerator(5)
    np.testing.assert_array_equal(
        draws[0], keras.random.normal((6,), seed=alone)
    )
    # The state that is saved is that of one device.
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(seed.state),
        keras.ops.convert_to_numpy(alone.state),
    )


def test_replica_mean(two_cpus):
    assert replica_count() == 1
    assert float(replica_mean(tf.constant(3.0))) == 3.0

    def mean():
        assert replica_count() == 2
        return replica_mean(1.0 + tf.cast(replica_id(), "float32"))

    assert per_replica(two_cpus, mean) == [1.5, 1.5]


@pytest.mark.parametrize("sizes", [(4, 4), (5, 3), (1, 0)])
def test_replica_share(two_cpus, sizes):
    assert float(replica_share(7)) == 1.0
    shares = per_replica(
        two_cpus, lambda: replica_share(tf.constant(sizes)[replica_id()])
    )
    np.testing.assert_allclose(shares, np.array(sizes) / sum(sizes))


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
