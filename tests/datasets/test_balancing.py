import itertools

import keras
import numpy as np
import pytest
from portable import assert_close, assert_equal, to_numpy

from keras_gan.datasets import load, open_source, sources
from keras_gan.datasets.balancing import BalancedOrder
from keras_gan.images import write_image

# Another backend would change nothing.
pytestmark = pytest.mark.once

ENDLESS = -1  # What tf.data calls the number of batches.
COUNTS = (16, 5, 2)
NUM_IMAGES = sum(COUNTS)
LABELS = np.repeat([0, 1, 2], COUNTS)
UNIFORM = np.full(3, 1 / 3)


def counts_of(labels, num_classes=3):
    return np.bincount(labels, minlength=num_classes)


@pytest.fixture(params=["memory", "streamed", "files"])
def numbered(request, monkeypatch, tmp_path):
    """Images whose only pixel is ten times their number; three classes."""
    pixels = np.repeat(10 * np.arange(NUM_IMAGES), 4).reshape(-1, 2, 2, 1)
    if request.param == "files":
        for number, image in enumerate(pixels.astype("uint8")):
            folder = tmp_path / "abc"[LABELS[number]]
            folder.mkdir(exist_ok=True)
            write_image(folder / f"{number:02}.png", image)
        return open_source(tmp_path)
    info = sources.DatasetInfo(
        "numbers", NUM_IMAGES, (2, 2, 1), 3, ("a", "b", "c")
    )
    opened = sources.ArraySource(
        info, (0.0, 255.0), pixels.astype("uint8"), LABELS.astype("int32")
    )
    if request.param == "streamed":
        monkeypatch.setattr(sources.ArraySource, "is_resident", False)
    return opened


def stream(numbered, **options):
    options = {"batch_size": 5, "value_range": (0, 255), **options}
    return load(numbered, **{"balance": "uniform", **options})


def take(dataset, num_batches=None) -> list[int]:
    """Image numbers; the labels must be those of the images."""
    order = []
    for images, labels in itertools.islice(dataset, num_batches):
        numbers = np.rint(to_numpy(images)[:, 0, 0, 0] / 10).astype(int)
        assert_equal(labels, LABELS[numbers])
        order += numbers.tolist()
    return order


class TestBalancedOrder:
    @pytest.mark.parametrize("num_classes", [2, 3, 7])
    @pytest.mark.parametrize("shuffle", [True, False])
    def test_shares_are_met_to_one_image_in_each_pass(
        self, num_classes, shuffle
    ):
        random = np.random.default_rng(num_classes)
        for num_images in (num_classes, 19, 100):
            labels = np.arange(num_images) ** 2 % num_classes
            labels[:num_classes] = np.arange(num_classes)
            shares = random.dirichlet(np.ones(num_classes))
            order = BalancedOrder(labels, shares, seed=5, shuffle=shuffle)
            total = np.zeros(num_classes)
            for number in range(40):
                drawn = counts_of(labels[order(number)], num_classes)
                assert drawn.sum() == num_images
                assert np.abs(drawn - num_images * shares).max() < 1
                total += drawn
                wanted = (number + 1) * num_images * shares
                # The errors of passes cancel.
                assert np.abs(total - wanted).max() < 4

    def test_shares_that_divide_a_pass_are_met_exactly(self):
        labels = np.arange(30) % 3
        order = BalancedOrder(labels, UNIFORM, seed=0)
        for number in range(20):
            assert counts_of(labels[order(number)]).tolist() == [10, 10, 10]

    def test_no_image_of_a_class_comes_more_often_than_another(self):
        order = BalancedOrder(LABELS, [0.3, 0.3, 0.4], seed=1)
        seen = np.zeros(NUM_IMAGES, int)
        for image in np.concatenate([order(number) for number in range(12)]):
            seen[image] += 1
            for label in range(3):
                assert np.ptp(seen[LABELS == label]) <= 1
        assert seen[LABELS == 2].min() > 4 * seen[LABELS == 0].max()

    def test_classes_and_images_are_shuffled(self):
        labels = np.repeat([0, 1], [300, 100])
        order = BalancedOrder(labels, [0.5, 0.5], seed=2)
        drawn = order(0)
        changes = np.count_nonzero(np.diff(labels[drawn]))
        # A coin changes sides at half of the 399 tosses: ten deviations.
        assert 100 < changes < 300
        rare = drawn[labels[drawn] == 1]
        first, second = rare[:100], rare[100:]
        assert sorted(first) == sorted(second) == list(range(300, 400))
        assert abs(np.corrcoef(first, np.arange(100))[0, 1]) < 0.4
        assert abs(np.corrcoef(first, second)[0, 1]) < 0.4
        assert (drawn != order(1)).any()

    def test_pass_is_found_without_those_before_it(self):
        order = BalancedOrder(LABELS, UNIFORM, seed=3)
        one_by_one = [order(number).tolist() for number in range(100)]
        alone = BalancedOrder(LABELS, UNIFORM, seed=3)(99).tolist()
        assert alone == one_by_one[99] != one_by_one[98]
        # As fast as any other, which would not end if it took those before.
        assert len(BalancedOrder(LABELS, UNIFORM, seed=3)(10**12)) == NUM_IMAGES

    def test_without_shuffle_classes_take_turns(self):
        order = BalancedOrder(LABELS, UNIFORM, seed=0, shuffle=False)
        drawn = np.concatenate([order(0), order(1)])
        runs = np.diff(np.flatnonzero(np.diff(LABELS[drawn])))
        assert runs.max() <= 2
        frequent = drawn[LABELS[drawn] == 0]
        assert_equal(frequent, np.arange(len(frequent)) % 16)

    def test_negative_and_large_seeds(self):
        orders = [
            BalancedOrder(LABELS, UNIFORM, seed=seed)(0).tolist()
            for seed in (-1, 2**63, 0)
        ]
        assert orders[0] != orders[1] != orders[2] != orders[0]


class TestOnePass:
    def test_balanced_in_a_new_order_each_pass(self, numbered):
        dataset = stream(numbered, seed=1)
        assert dataset.cardinality() == 5
        passes = [take(dataset) for _ in range(4)]
        assert len(set(map(tuple, passes))) == 4
        for order in passes:
            assert len(order) == NUM_IMAGES
            drawn = counts_of(LABELS[order])
            assert np.abs(drawn - NUM_IMAGES / 3).max() < 1
        # A class with 16 images had some 30 places.
        assert set(sum(passes, [])) == set(range(NUM_IMAGES))

    def test_seed_fixes_the_orders(self, numbered):
        def two_passes(seed):
            dataset = stream(numbered, seed=seed)
            return take(dataset), take(dataset)

        assert two_passes(1) == two_passes(1) != two_passes(2)

    @pytest.mark.parametrize("repeat", [True, False])
    def test_global_seed_fixes_them_too(self, numbered, repeat):
        def draw(seed):
            keras.utils.set_random_seed(seed)
            return take(stream(numbered, repeat=repeat), 4)

        assert draw(3) == draw(3) != draw(4)

    def test_not_shuffled(self, numbered):
        dataset = stream(numbered, shuffle=False)
        order = take(dataset)
        assert order == take(dataset) and counts_of(LABELS[order]).min() >= 7

    def test_drop_remainder(self, numbered):
        dataset = stream(numbered, drop_remainder=True)
        assert dataset.cardinality() == 4
        assert dataset.element_spec[0].shape == (5, 2, 2, 1)
        assert len(take(dataset)) == 20


class TestEndless:
    def test_full_batches_without_end(self, numbered):
        dataset = stream(numbered, repeat=True, seed=1)
        assert int(dataset.cardinality()) == ENDLESS
        assert dataset.element_spec[0].shape == (5, 2, 2, 1)
        order = take(dataset, 60)
        assert len(order) == 300
        drawn = counts_of(LABELS[order])
        # The last pass is cut off where it may have had more of one class.
        assert_close(drawn, 100, atol=6)

    @pytest.mark.parametrize(
        "skip, shuffle", [(1, True), (5, True), (100, True), (24, False)]
    )
    def test_goes_on_where_it_stood(self, numbered, skip, shuffle):
        options = {"repeat": True, "seed": 7, "shuffle": shuffle}
        unbroken = take(stream(numbered, **options), skip + 12)
        resumed = take(stream(numbered, skip_batches=skip, **options), 12)
        assert resumed == unbroken[5 * skip :]

    def test_every_iteration_begins_anew(self, numbered):
        dataset = stream(numbered, repeat=True, seed=1)
        assert take(dataset, 7) == take(dataset, 7)


class TestShares:
    def test_by_number_and_name_and_the_rest_left_out(self, numbered):
        balance = {np.int64(0): 0.25, "c": np.float32(0.75)}
        order = take(stream(numbered, repeat=True, seed=1, balance=balance), 46)
        assert counts_of(LABELS[order]).tolist()[1] == 0
        assert counts_of(LABELS[order])[2] == pytest.approx(0.75 * 230, abs=5)

    def test_images_alone(self, numbered):
        dataset = stream(numbered, labels=False, shuffle=False)
        numbers = np.concatenate([images[:, 0, 0, 0] for images in dataset])
        counts = counts_of(LABELS[np.rint(numbers / 10).astype(int)])
        assert counts.min() >= 7

    def test_uniform_passes_over_classes_without_images(self):
        images = np.zeros((8, 4, 4), "uint8")
        labels = np.array([0] * 6 + [3] * 2)
        batch = load((images, labels), batch_size=8, balance="uniform")
        _, drawn = next(iter(batch))
        assert np.bincount(drawn).tolist() == [4, 0, 0, 4]

    def test_no_labels(self):
        with pytest.raises(ValueError, match="`array` has none.*'uniform'"):
            load(np.zeros((3, 4, 4), "uint8"), balance="uniform")

    @pytest.mark.parametrize(
        "balance, message",
        [
            ("even", "balance='even'"),
            (0.5, r"`balance` must be None, \"uniform\" or shares"),
            ({}, "sum to 1"),
            ({0: 0.5, 1: 0.4}, "sum to 1"),
            ({0: 1.5, 1: -0.5}, "at least 0"),
            ({0: float("nan"), 1: 1.0}, "at least 0"),
            ({0: "all"}, "at least 0"),
            ({0: 0.5, 3: 0.5}, "from 0 to 2 or as 'a', 'b', 'c'.*: 3"),
            ({"d": 1.0}, "Received: 'd'"),
            ({True: 1.0}, "Received: True"),
            ({0: 0.5, "a": 0.5}, "each class once"),
        ],
    )
    def test_what_are_no_shares(self, numbered, balance, message):
        with pytest.raises(ValueError, match=message):
            stream(numbered, balance=balance)

    def test_class_without_images(self):
        images = np.zeros((2, 4, 4), "uint8")
        with pytest.raises(ValueError, match="no image of class 1"):
            load((images, [0, 2]), balance={0: 0.5, 1: 0.5})


def test_two_replicas_share_each_batch(two_cpus, numbered):
    options = {"batch_size": 6, "repeat": True, "seed": 2}
    dataset = two_cpus.experimental_distribute_dataset(
        stream(numbered, **options)
    )
    plain = stream(numbered, **options).take(9)
    for (_, labels), (_, whole) in zip(dataset, plain, strict=False):
        parts = two_cpus.experimental_local_results(labels)
        assert_equal(np.concatenate(parts), whole)
        assert [len(part) for part in parts] == [3, 3]
