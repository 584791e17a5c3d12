"""Replicas of `tf.distribute` strategies: seeds, means, shares."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan.backend import (
    ReplicaSeedGenerator,
    replica_count,
    replica_mean,
    replica_share,
)
from keras_gan.layers import NoiseInjection, OtherLatents, StyleMixing
from keras_gan.losses import NonSaturatingLoss


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


@pytest.mark.parametrize("kind", ["noise", "latents", "cuts"])
def test_layers_draw_anew_on_each_replica(two_cpus, kind):
    ones, zeros = np.ones((8, 4), "float32"), np.zeros((8, 4), "float32")
    with two_cpus.scope():
        if kind == "noise":
            layer = NoiseInjection(seed=3)
            inputs = np.zeros((8, 2, 2, 1), "float32")
            layer.build(inputs.shape)
            layer.strength.assign(1.0)
        else:
            mixing = StyleMixing(9, seed=3, trainable=False)
            layer = OtherLatents(seed=3) if kind == "latents" else mixing
            inputs = ones if kind == "latents" else [ones, zeros]
            layer.build(keras.tree.map_structure(np.shape, inputs))
    draws = per_replica(two_cpus, lambda: layer(inputs, training=True))
    assert np.any(draws[0] != draws[1])


def test_flipped_labels_differ_between_replicas(two_cpus):
    loss = NonSaturatingLoss(label_noise=0.5, seed=3)
    with two_cpus.scope():
        loss.build()
    logits = np.linspace(-2.0, 2.0, 8, dtype="float32")[:, None]
    values = per_replica(
        two_cpus, lambda: loss.discriminator_loss(logits, logits)
    )
    assert values[0] != values[1]


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
