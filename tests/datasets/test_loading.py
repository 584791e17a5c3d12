import doctest
import itertools

import keras
import numpy as np
import pytest
from portable import assert_close, assert_equal, dtype_of, to_numpy

from keras_gan.datasets import load, loading, sources

# Another backend would change nothing.
pytestmark = pytest.mark.once

ENDLESS = -1  # What tf.data calls the number of batches.
NUM_IMAGES = 23


@pytest.fixture(params=["memory", "streamed"])
def numbered(request, monkeypatch):
    """Images whose only pixel, and whose label, is their own number."""
    numbers = np.arange(NUM_IMAGES)
    images = np.repeat(numbers, 4).reshape(-1, 2, 2, 1).astype("uint8")
    opened = sources.ArraySource(
        sources.DatasetInfo("numbers", NUM_IMAGES, (2, 2, 1)),
        (0.0, 255.0),
        images,
        numbers.astype("int32"),
    )
    if request.param == "streamed":
        monkeypatch.setattr(sources.ArraySource, "is_resident", False)
    return opened


def take(dataset, num_batches=None):
    """Image numbers by batch; the labels must agree with them."""
    batches = []
    for images, labels in itertools.islice(dataset, num_batches):
        assert dtype_of(images) == "float32" and dtype_of(labels) == "int32"
        assert_equal(images[:, 0, 0, 0], labels)
        batches.append(to_numpy(labels).tolist())
    return batches


def stream(numbered, **options):
    options = {"batch_size": 5, "value_range": (0, 255), **options}
    return load(numbered, **options)


def test_examples_run():
    assert doctest.testmod(loading).failed == 0


class TestOnePass:
    def test_each_image_once_in_a_new_order_each_pass(self, numbered):
        dataset = stream(numbered, seed=1)
        assert dataset.cardinality() == 5
        passes = [sum(take(dataset), []) for _ in range(3)]
        for order in passes:
            assert sorted(order) == list(range(NUM_IMAGES))
        assert passes[0] != passes[1] != passes[2] != passes[0]

    def test_seed_fixes_the_orders(self, numbered):
        def two_passes(seed):
            dataset = stream(numbered, seed=seed)
            return take(dataset), take(dataset)

        assert two_passes(1) == two_passes(1) != two_passes(2)

    def test_global_seed_fixes_them_too(self, numbered):
        def one_pass(repeat):
            keras.utils.set_random_seed(3)
            return take(stream(numbered, repeat=repeat), 4)

        assert one_pass(False) == one_pass(False)
        assert one_pass(True) == one_pass(True)

    def test_not_shuffled(self, numbered):
        batches = take(stream(numbered, shuffle=False))
        assert sum(batches, []) == list(range(NUM_IMAGES))
        assert [len(batch) for batch in batches] == [5, 5, 5, 5, 3]

    def test_drop_remainder(self, numbered):
        dataset = stream(numbered, drop_remainder=True)
        assert dataset.cardinality() == 4
        assert dataset.element_spec[0].shape == (5, 2, 2, 1)
        assert [len(batch) for batch in take(dataset)] == [5] * 4


class TestEndless:
    def test_full_batches_and_each_image_once_a_pass(self, numbered):
        dataset = stream(numbered, repeat=True, seed=1)
        assert int(dataset.cardinality()) == ENDLESS
        assert dataset.element_spec[0].shape == (5, 2, 2, 1)
        order = sum(take(dataset, NUM_IMAGES), [])
        passes = [order[n : n + NUM_IMAGES] for n in range(0, 115, NUM_IMAGES)]
        assert len(passes) == 5
        for one in passes:
            assert sorted(one) == list(range(NUM_IMAGES))
        assert len(set(map(tuple, passes))) == 5

    @pytest.mark.parametrize(
        "skip, shuffle", [(1, True), (5, True), (100, True), (24, False)]
    )
    def test_goes_on_where_it_stood(self, numbered, skip, shuffle):
        options = {"repeat": True, "seed": 7, "shuffle": shuffle}
        unbroken = take(stream(numbered, **options), skip + 12)
        resumed = take(stream(numbered, skip_batches=skip, **options), 12)
        assert resumed == unbroken[skip:]

    def test_order_depends_on_nothing_but_the_seed(self, numbered):
        def draw(seed, global_seed):
            keras.utils.set_random_seed(global_seed)
            return take(stream(numbered, repeat=True, seed=seed), 10)

        assert draw(1, 1) == draw(1, 2) != draw(2, 1)

    def test_every_iteration_begins_anew(self, numbered):
        dataset = stream(numbered, repeat=True, seed=1)
        assert take(dataset, 7) == take(dataset, 7)

    def test_batches_larger_than_the_data(self, numbered):
        batch = take(stream(numbered, repeat=True, batch_size=50), 1)[0]
        assert np.bincount(batch).min() >= 2

    def test_what_is_skipped_is_not_read(self):
        read = []

        class Recording(sources.Source):
            def read(self, indices):
                read.append(indices.tolist())
                return np.zeros((len(indices), 2, 2, 1), "uint8")

        info = sources.DatasetInfo("numbers", NUM_IMAGES, (2, 2, 1))
        dataset = load(
            Recording(info, (0, 255)),
            batch_size=5,
            repeat=True,
            shuffle=False,
            skip_batches=1_000_003,
        )
        next(iter(dataset))
        assert [(1_000_003 * 5 + n) % 23 for n in range(5)] in read
        # What the pipeline reads ahead, and no more.
        assert len(read) < 100


class TestShards:
    @pytest.mark.parametrize(
        "options",
        [
            {"repeat": True},
            {"repeat": True, "skip_batches": 7},
            {"drop_remainder": True},
            {"drop_remainder": True, "shuffle": False},
        ],
        ids=str,
    )
    def test_parts_are_the_batches_of_one_process(self, numbered, options):
        options = {"batch_size": 6, "seed": 3, **options}
        parts = [
            stream(numbered, shard=(index, 3), **options) for index in range(3)
        ]
        one = stream(numbered, shard=(0, 1), **options)
        # Whatever the processes draw besides, their orders agree.
        taken = []
        for number, part in enumerate([*parts, one]):
            keras.utils.set_random_seed(number)
            assert part.element_spec[0].shape[0] == (2 if number < 3 else 6)
            taken.append([take(part, 8), take(part, 8)])
        for one_pass in range(2):
            *several, whole = (both[one_pass] for both in taken)
            together = [sum(batch, []) for batch in zip(*several, strict=True)]
            assert together == whole
        # A finite set of shuffled images has another order in each pass.
        is_new = options.get("shuffle", True) and "repeat" not in options
        assert (taken[0][0] != taken[0][1]) is is_new

    def test_are_those_without_processes(self, numbered):
        options = {"batch_size": 6, "seed": 3, "repeat": True}
        whole = take(stream(numbered, **options), 9)
        assert take(stream(numbered, shard=(0, 1), **options), 9) == whole

    def test_each_image_once_where_the_last_batch_is_not_full(self):
        images = np.arange(20, dtype="uint8").reshape(-1, 1, 1)
        options = {"batch_size": 8, "seed": 1, "value_range": (0, 255)}
        parts = [
            [to_numpy(batch).ravel().tolist() for batch in part]
            for part in (
                load(images, shard=(n, 4), **options) for n in range(4)
            )
        ]
        assert [[len(batch) for batch in part] for part in parts] == (
            [[2, 2, 1]] * 4
        )
        assert sorted(sum(sum(parts, []), [])) == list(range(20))

    def test_only_its_own_images_are_read(self):
        read = []

        class Recording(sources.Source):
            def read(self, indices):
                read.extend(indices.tolist())
                return np.zeros((len(indices), 2, 2, 1), "uint8")

        info = sources.DatasetInfo("numbers", 24, (2, 2, 1))
        part = load(
            Recording(info, (0, 255)),
            batch_size=6,
            shuffle=False,
            shard=(1, 2),
        )
        assert len(list(part)) == 4
        assert sorted(read) == [n for n in range(24) if n % 6 >= 3]

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"shard": (2, 2)}, r"`shard` must be .* Received: shard=\(2, 2\)"),
            ({"shard": 1}, "Received: shard=1"),
            ({"shard": (0.0, 2)}, r"Received: shard=\(0.0, 2\)"),
            ({"shard": (0, 7)}, "Choose a multiple of 7"),
            ({"shard": (0, 2), "repeat": False}, "1,797 images cannot be"),
            ({"shard": (0, 2), "seed": None}, "Set `seed`"),
        ],
    )
    def test_processes_that_would_differ_are_refused(self, options, message):
        options = {"batch_size": 6, "seed": 1, "repeat": True, **options}
        with pytest.raises(ValueError, match=message):
            load("digits", **options)


class TestLabels:
    def test_unlabeled_array(self):
        images = np.zeros((3, 4, 4), "uint8")
        assert load(images).element_spec.shape == (None, 4, 4, 1)
        assert dtype_of(load(images, labels=False).element_spec) == "float32"
        with pytest.raises(ValueError, match="`array` has no labels"):
            load(images, labels=True)

    @pytest.mark.parametrize("labels, number", [(True, 2), ("auto", 2)])
    def test_wanted(self, labels, number):
        assert len(load("digits", labels=labels).element_spec) == number

    def test_not_wanted(self):
        spec = load("digits", labels=False).element_spec
        assert spec.shape == (None, 8, 8, 1)

    def test_strange_wish(self):
        with pytest.raises(ValueError, match="labels='yes'"):
            load("digits", labels="yes")


class TestValues:
    @pytest.mark.parametrize(
        "value_range", [(-1, 1), (0, 1), (0, 255), (-0.3, 0.7)]
    )
    def test_ends_are_met_and_not_overstepped(self, value_range):
        images = np.arange(256, dtype="uint8").reshape(-1, 1, 1)
        dataset = load(images, value_range=value_range, batch_size=256)
        batch = to_numpy(next(iter(dataset)))
        low, high = np.float32(value_range)
        assert (batch.min(), batch.max()) == (low, high)
        expected = np.linspace(low, high, 256)
        assert_close(np.sort(batch.ravel()), expected, rtol=1e-5, atol=1e-6)

    def test_strange_range(self):
        with pytest.raises(ValueError, match="`value_range`"):
            load("digits", value_range=(1, -1))


class TestErrors:
    @pytest.mark.parametrize(
        "options, message",
        [
            ({"batch_size": 0}, "batch_size=0"),
            ({"batch_size": 2.5}, "batch_size=2.5"),
            ({"repeat": True, "skip_batches": -1}, "skip_batches=-1"),
            ({"skip_batches": 3}, "needs an infinite stream"),
            ({"batch_size": 2000, "drop_remainder": True}, "at most 1797"),
        ],
    )
    def test_arguments(self, options, message):
        with pytest.raises(ValueError, match=message):
            load("digits", **options)


def test_two_replicas_share_each_batch(two_cpus, numbered):
    dataset = two_cpus.experimental_distribute_dataset(
        stream(numbered, batch_size=6, repeat=True, seed=2)
    )
    plain = take(stream(numbered, batch_size=6, repeat=True, seed=2), 9)
    for (_images, labels), whole in zip(dataset, plain, strict=False):
        parts = two_cpus.experimental_local_results(labels)
        assert np.concatenate(parts).tolist() == whole
        assert [len(part) for part in parts] == [3, 3]
