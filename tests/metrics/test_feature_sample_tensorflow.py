"""Feature sample: what is TensorFlow's own."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from portable import assert_equal, tensor

from keras_gan.metrics.feature_sample import FeatureSample


@pytest.fixture
def make_sample():
    def make(max_images=8, num_features=2, seed=0):
        return FeatureSample(
            keras.metrics.Metric(name="owner"),
            "real",
            max_images=max_images,
            num_features=num_features,
            seed=seed,
        )

    return make


def numbered(start, stop, num_features=2):
    rows = np.arange(start, stop, dtype="float32") + 1.0
    return np.repeat(rows[:, None], num_features, axis=1)


def add(sample, features, step=None):
    step = step or max(len(features), 1)
    for start in range(0, len(features), step):
        sample.add(tensor(features[start : start + step]), 1.0)


@pytest.fixture
def on_replicas(two_cpus):
    """Returns a step that adds one batch on each replica."""

    def make(sample):
        any_batch = tf.TensorSpec((None, 2))

        @tf.function(input_signature=[any_batch, any_batch])
        def step(first, second):
            def add():
                context = tf.distribute.get_replica_context()
                is_first = context.replica_id_in_sync_group == 0
                batch = tf.cond(is_first, lambda: first, lambda: second)
                sample.add(batch, 1.0)
                return tensor(0)

            return two_cpus.run(add)

        return step

    return make


def test_replicas_keep_what_each_has_seen(two_cpus, make_sample, on_replicas):
    with two_cpus.scope():
        sample = make_sample(max_images=20)
    # A last batch that is cut unevenly, and one that is empty.
    step = on_replicas(sample)
    step(numbered(0, 4), numbered(4, 8))
    step(numbered(8, 11), numbered(11, 13))
    step(numbered(13, 14), numbered(0, 0))
    assert sample.num_images == 14
    rows = sorted(sample.values()[:, 0])
    assert_equal(rows, np.arange(1, 15))


def test_replicas_keep_no_more_than_there_are_places(
    two_cpus, make_sample, on_replicas
):
    with two_cpus.scope():
        sample = make_sample(max_images=7)  # Three places for each of two.
    step = on_replicas(sample)
    for start in range(0, 60, 10):
        step(numbered(start, start + 5), numbered(start + 5, start + 10))
    assert sample.num_images == 60
    rows = sample.values()[:, 0]
    assert len(rows) == len(set(rows)) == 6
    assert set(rows) <= set(range(1, 61))


def test_replicas_and_the_space_between_them_share_a_sample(
    two_cpus, make_sample, on_replicas
):
    with two_cpus.scope():
        sample = make_sample(max_images=30)
    other = make_sample(max_images=30)
    add(sample, numbered(0, 5))
    step = on_replicas(sample)
    step(numbered(5, 8), numbered(8, 11))
    add(other, numbered(11, 14))
    sample.merge(other)
    add(sample, numbered(14, 17))
    step(numbered(17, 19), numbered(19, 20))
    assert sample.num_images == 20
    rows = sorted(sample.values()[:, 0])
    assert_equal(rows, np.arange(1, 21))
