import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan.metrics.feature_sample import FeatureSample, uniform


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
    for start in range(0, len(features), step or len(features)):
        sample.add(tf.constant(features[start : start + (step or 10**9)]), 1.0)


@pytest.mark.parametrize("step", [None, 1, 3])
def test_as_many_as_there_are_places_are_kept_in_order(make_sample, step):
    sample = make_sample()
    for total in (0, 5, 8):
        add(sample, numbered(sample.num_images, total), step)
        assert sample.num_images == total
        np.testing.assert_array_equal(sample.values(), numbered(0, total))


def test_sample_of_more_does_not_depend_on_batches(make_sample):
    values = []
    for step in (None, 1, 5, 8, 30):
        sample = make_sample()
        add(sample, numbered(0, 60), step)
        assert sample.num_images == 60
        values.append(sample.values())
    for value in values:
        np.testing.assert_array_equal(value, values[0])
    rows = values[0][:, 0]
    assert len(rows) == len(set(rows)) == 8
    assert set(rows) <= set(range(1, 61))
    # Each place has one of the images that came to it.
    np.testing.assert_array_equal((rows - 1) % 8, np.arange(8))


def test_every_image_is_as_likely_to_be_kept(make_sample):
    kept = np.zeros(40)
    for seed in range(400):
        sample = make_sample(seed=seed)
        add(sample, numbered(0, 40))
        kept[sample.values()[:, 0].astype(int) - 1] += 1
    expected, error = 400 * 8 / 40, np.sqrt(400 * 0.2 * 0.8)
    assert np.abs(kept - expected).max() < 4.5 * error


def test_memory_does_not_grow(make_sample):
    sample = make_sample()
    sizes = []
    for _ in range(3):
        add(sample, numbered(0, 100), 25)
        owned = (sample.features, sample.ranks, sample.count)
        sizes.append([tuple(variable.shape) for variable in owned])
    assert sizes == [[(9, 2), (9,), ()]] * 3


def test_a_batch_that_is_not_accepted_leaves_no_trace(make_sample):
    sample, other = make_sample(), make_sample()
    for one in (sample, other):
        add(one, numbered(0, 12), 5)
        if one is sample:
            one.add(tf.zeros((7, 2)), 0.0)
        add(one, numbered(12, 20), 5)
    np.testing.assert_array_equal(sample.values(), other.values())
    assert sample.num_images == other.num_images == 20


@pytest.mark.parametrize("jit_compile", [False, True])
def test_graph_gives_what_eager_gives(make_sample, jit_compile):
    eager, compiled = make_sample(), make_sample()

    @tf.function(jit_compile=jit_compile)
    def step(features):
        compiled.add(features, 1.0)

    for start in range(0, 60, 12):
        batch = tf.constant(numbered(start, start + 12))
        step(batch)
        eager.add(batch, 1.0)
    np.testing.assert_array_equal(compiled.values(), eager.values())


def test_random_numbers_are_uniform():
    numbers = np.arange(100_000)
    for seed in (0, 1, 2020):
        values = np.asarray(uniform(numbers, seed)).astype("float64")
        assert 0.0 < values.min() and values.max() <= 1.0
        counts, _ = np.histogram(values, 100, (0, 1))
        # Chi squared of 99 degrees of freedom: 99 on average, spread 14.
        assert ((counts - 1000) ** 2 / 1000).sum() < 170
        # Neighbours, and images that come to the same place.
        for lag in (1, 2, 8, 10_000):
            pairs = np.corrcoef(values[lag:], values[:-lag])
            assert abs(pairs[0, 1]) < 0.015
    other = np.asarray(uniform(numbers, 3))
    assert abs(np.corrcoef(values, other)[0, 1]) < 0.015


# Merging ---------------------------------------------------------------------


def test_merging_keeps_all_where_there_is_place(make_sample):
    first, second, whole = make_sample(), make_sample(), make_sample()
    add(first, numbered(0, 3))
    add(second, numbered(3, 7))
    add(whole, numbered(0, 7))
    first.merge(second)
    assert (first.num_images, second.num_images) == (7, 4)
    np.testing.assert_array_equal(first.values(), whole.values())
    # And goes on as if it had seen all.
    for one in (first, whole):
        add(one, numbered(7, 40))
    np.testing.assert_array_equal(first.values(), whole.values())


def test_merged_sample_is_fair(make_sample):
    kept = np.zeros(48)
    for seed in range(400):
        first, second = make_sample(seed=seed), make_sample(seed=seed + 1000)
        add(first, numbered(0, 12))
        add(second, numbered(12, 36))
        first.merge(second)
        assert first.num_images == 36
        add(first, numbered(36, 48))
        rows = first.values()[:, 0].astype(int) - 1
        assert len(set(rows)) == 8
        kept[rows] += 1
    expected = 400 * 8 / 48
    error = np.sqrt(expected * (1 - 8 / 48))
    assert np.abs(kept - expected).max() < 5 * error
    for part, size in ((kept[:12], 12), (kept[12:36], 24), (kept[36:], 12)):
        assert abs(part.sum() - expected * size) < 5 * error * np.sqrt(size)


# Replicas --------------------------------------------------------------------


@pytest.fixture
def on_replicas(two_cpus):
    def run(sample, batches):
        @tf.function
        def step():
            def add():
                context = tf.distribute.get_replica_context()
                first = context.replica_id_in_sync_group == 0
                batch = tf.cond(first, lambda: batches[0], lambda: batches[1])
                sample.add(tf.reshape(batch, (-1, 2)), 1.0)
                return tf.constant(0)

            return two_cpus.run(add)

        step()

    return run


def test_replicas_keep_what_each_has_seen(two_cpus, make_sample, on_replicas):
    with two_cpus.scope():
        sample = make_sample(max_images=20)
    # A last batch that is cut unevenly, and one that is empty.
    on_replicas(sample, (numbered(0, 4), numbered(4, 8)))
    on_replicas(sample, (numbered(8, 11), numbered(11, 13)))
    on_replicas(sample, (numbered(13, 14), numbered(0, 0)))
    assert sample.num_images == 14
    rows = sorted(sample.values()[:, 0])
    np.testing.assert_array_equal(rows, np.arange(1, 15))


def test_replicas_keep_no_more_than_there_are_places(
    two_cpus, make_sample, on_replicas
):
    with two_cpus.scope():
        sample = make_sample(max_images=7)  # Three places for each of two.
    for start in range(0, 60, 10):
        halves = (numbered(start, start + 5), numbered(start + 5, start + 10))
        on_replicas(sample, halves)
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
    on_replicas(sample, (numbered(5, 8), numbered(8, 11)))
    add(other, numbered(11, 14))
    sample.merge(other)
    add(sample, numbered(14, 17))
    on_replicas(sample, (numbered(17, 19), numbered(19, 20)))
    assert sample.num_images == 20
    rows = sorted(sample.values()[:, 0])
    np.testing.assert_array_equal(rows, np.arange(1, 21))
