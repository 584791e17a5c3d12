"""Conditional batch normalization: what is TensorFlow's own."""

import numpy as np
import pytest
import tensorflow as tf
from portable import assert_close, tensor

from keras_gan.layers.conditional_batch_normalization import (
    ConditionalBatchNormalization,
)

LABELS = np.array([2, 0, 2, 1], "int32")


def features(shape=(4, 3, 2, 5)):
    return np.random.default_rng(0).normal(2, 3, shape).astype("float32")


def trained_layer(shape=(4, 3, 2, 5), **options):
    """A layer whose classes differ."""
    layer = ConditionalBatchNormalization(3, **options)
    layer.build([shape, (None,)])
    random = np.random.default_rng(1)
    for weight in layer.trainable_weights:
        weight.assign(random.normal(1, 0.5, weight.shape))
    return layer


def test_label_that_is_too_large_is_an_error_on_a_cpu():
    with pytest.raises(tf.errors.InvalidArgumentError):
        trained_layer()([features(), LABELS + 1])


def test_config_says_whether_replicas_are_synchronized():
    config = ConditionalBatchNormalization(3, synchronized=True).get_config()
    twin = ConditionalBatchNormalization.from_config(config)
    assert twin.synchronized and twin.normalization.synchronized
    assert twin.get_config() == config


def test_replicas_share_statistics_when_synchronized(two_cpus):
    x = features((4, 5))
    with two_cpus.scope():
        layer = trained_layer((4, 5), synchronized=True)
    halves = two_cpus.experimental_distribute_values_from_function(
        lambda context: tensor(x[2 * context.replica_id_in_sync_group :][:2])
    )

    step = tf.function(
        lambda: two_cpus.run(
            lambda part: layer([part, tensor([1, 1])], training=True),
            args=(halves,),
        )
    )
    parts = two_cpus.experimental_local_results(step())
    expected = trained_layer((4, 5))([x, np.array([1] * 4)], training=True)
    assert_close(np.concatenate(parts), expected, rtol=1e-4, atol=1e-5)
