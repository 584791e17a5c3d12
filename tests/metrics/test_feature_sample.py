import keras
import numpy as np
import pytest
from portable import (
    JIT_COMPILE,
    array,
    assert_equal,
    compiled,
    corners,
    tensor,
)

from keras_gan import backend
from keras_gan.metrics.feature_sample import FeatureSample, uniform


@pytest.fixture(autouse=True)
def double_precision():
    """Ranks are float64, which metrics turn on around all that they do."""
    with backend.double_precision():
        yield


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


# Batches of few sizes, here and below: JAX compiles anew for each size.
@pytest.mark.parametrize("step", corners([1, None]))
def test_as_many_as_there_are_places_are_kept_in_order(make_sample, step):
    sample = make_sample()
    for total in (0, 4, 8):
        add(sample, numbered(sample.num_images, total), step)
        assert sample.num_images == total
        assert_equal(sample.values(), numbered(0, total))


def test_sample_of_more_does_not_depend_on_batches(make_sample):
    values = []
    for step in (None, 1, 4, 12):
        sample = make_sample()
        add(sample, numbered(0, 28), step)
        assert sample.num_images == 28
        values.append(sample.values())
    for value in values:
        assert_equal(value, values[0])
    rows = values[0][:, 0]
    assert len(rows) == len(set(rows)) == 8
    assert set(rows) <= set(range(1, 29))
    assert list(rows) == sorted(rows)
    highest = np.argsort(array(uniform(np.arange(28), 0)))[-8:]
    assert set(rows) == set(highest + 1.0)


@pytest.mark.quickest
def test_every_image_is_as_likely_to_be_kept(make_sample):
    kept = np.zeros(11)
    sample = make_sample()
    step = compiled(lambda features: sample.add(features, 1.0))
    for turn in range(200):
        # Other numbers have other ranks.
        sample.count.assign(11.0 * turn)
        sample.ranks.assign(sample.ranks * 0.0)
        step(tensor(numbered(0, 11)))
        kept[sample.values()[:, 0].astype(int) - 1] += 1
    share = 8 / 11
    error = np.sqrt(200 * share * (1 - share))
    assert np.abs(kept - 200 * share).max() < 4 * error


@pytest.mark.quickest
def test_memory_does_not_grow(make_sample):
    sample = make_sample()
    sizes = []
    for _ in range(3):
        add(sample, numbered(0, 48), 12)
        owned = (sample.features, sample.ranks, sample.numbers)
        sizes.append([tuple(variable.shape) for variable in owned])
    assert sizes == [[(9, 2), (9,), (9,)]] * 3


def test_a_batch_that_is_not_accepted_leaves_no_trace(make_sample):
    sample, other = make_sample(), make_sample()
    for one in (sample, other):
        add(one, numbered(0, 12), 4)
        if one is sample:
            one.add(keras.ops.zeros((4, 2)), 0.0)
        add(one, numbered(12, 20), 4)
    assert_equal(sample.values(), other.values())
    assert sample.num_images == other.num_images == 20


@pytest.mark.parametrize("jit_compile", JIT_COMPILE)
def test_graph_gives_what_eager_gives(make_sample, jit_compile):
    eager, other = make_sample(), make_sample()

    def add(features):
        other.add(features, 1.0)

    step = compiled(add, jit_compile)
    for start in range(0, 60, 12):
        batch = tensor(numbered(start, start + 12))
        step(batch)
        eager.add(batch, 1.0)
    assert_equal(other.values(), eager.values())


def test_random_numbers_are_uniform():
    numbers = np.arange(100_000)
    for seed in (0, 1, 2020):
        values = array(uniform(numbers, seed)).astype("float64")
        assert 0.0 < values.min() and values.max() <= 1.0
        counts, _ = np.histogram(values, 100, (0, 1))
        # Chi squared of 99 degrees of freedom: 99 on average, spread 14.
        assert ((counts - 1000) ** 2 / 1000).sum() < 170
        # Neighbours, and images that come to the same place.
        for lag in (1, 2, 8, 10_000):
            pairs = np.corrcoef(values[lag:], values[:-lag])
            assert abs(pairs[0, 1]) < 0.015
    other = array(uniform(numbers, 3))
    assert abs(np.corrcoef(values, other)[0, 1]) < 0.015


# Merging ---------------------------------------------------------------------


@pytest.mark.quickest
def test_merging_keeps_all_where_there_is_place(make_sample):
    first, second, whole = make_sample(), make_sample(), make_sample()
    add(first, numbered(0, 3), 1)
    add(second, numbered(3, 7))
    add(whole, numbered(0, 7), 1)
    first.merge(second)
    assert (first.num_images, second.num_images) == (7, 4)
    assert_equal(first.values(), whole.values())


@pytest.mark.quickest
def test_merged_sample_has_the_highest_ranks_of_both(make_sample):
    first, second = make_sample(seed=1), make_sample(seed=2)
    add(first, numbered(0, 12))
    add(second, numbered(12, 36), 12)
    first.merge(second)
    assert first.num_images == 36
    ranks = np.concatenate(
        [uniform(np.arange(12), 1), uniform(np.arange(24), 2)]
    )
    highest = np.sort(np.argsort(ranks)[-8:])
    assert_equal(first.values()[:, 0], highest + 1.0)
    # And goes on.
    add(first, numbered(36, 48))
    ranks = np.concatenate([ranks, uniform(np.arange(36, 48), 1)])
    highest = np.sort(np.argsort(ranks)[-8:])
    assert_equal(first.values()[:, 0], highest + 1.0)


# Replicas --------------------------------------------------------------------
