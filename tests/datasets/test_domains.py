"""`datasets.domains`: batches of two domains, not paired."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan.datasets import DomainImages, domains, load, open_source
from keras_gan.datasets.fingerprints import fingerprint


def numbers(start, stop):
    """Images whose only pixels are their own number."""
    values = np.arange(start, stop, dtype="uint8")
    return np.repeat(values, 4).reshape(-1, 2, 2, 1)


def stream(first, second, **options):
    options = {"batch_size": 4, "value_range": (0, 255), **options}
    return domains(first, second, **options)


def take(dataset):
    """For each batch the numbers of both domains."""
    pairs = [[images[:, 0, 0, 0] for images in pair] for pair in dataset]
    return [[one.numpy().astype(int).tolist() for one in p] for p in pairs]


def joined(batches, domain):
    return sum((pair[domain] for pair in batches), [])


def test_batches_are_pairs_of_images_of_each_domain():
    data = stream(numbers(0, 12), numbers(100, 112))
    assert data.cardinality() == 3
    for pair in data:
        assert isinstance(pair, tuple) and len(pair) == 2
        for images in pair:
            assert images.dtype == tf.float32
            assert images.shape == (4, 2, 2, 1)
    batches = take(data)
    assert sorted(joined(batches, 0)) == list(range(12))
    assert sorted(joined(batches, 1)) == list(range(100, 112))


@pytest.mark.parametrize("larger", [0, 1])
def test_the_smaller_domain_begins_anew(larger):
    sources = [numbers(100, 106)] * 2
    sources[larger] = numbers(0, 17)
    data = stream(*sources)
    # 17 images are four whole batches.
    assert data.cardinality() == 4
    batches = take(data)
    seen = joined(batches, larger)
    assert len(seen) == len(set(seen)) == 16
    of_smaller = [set(pair[1 - larger]) for pair in batches]
    # Six images have one batch of four in them; no image twice in one.
    assert [len(one) for one in of_smaller] == [4] * 4
    assert set.union(*of_smaller) <= set(range(100, 106))


def test_each_pass_and_each_domain_has_a_new_order():
    data = stream(numbers(0, 16), numbers(0, 16), seed=1)
    passes = [take(data) for _ in range(3)]
    orders = [joined(one, domain) for one in passes for domain in (0, 1)]
    assert len({tuple(order) for order in orders}) == 6
    for order in orders:
        assert sorted(order) == list(range(16))


def test_the_smaller_domain_comes_in_new_orders():
    batches = take(stream(numbers(0, 32), numbers(100, 104), seed=1))
    orders = {tuple(pair[1]) for pair in batches}
    assert len(batches) == 8 and len(orders) > 4


def test_seed_fixes_the_orders():
    def two_passes(seed):
        data = stream(numbers(0, 16), numbers(100, 108), seed=seed)
        return take(data), take(data)

    assert two_passes(1) == two_passes(1) != two_passes(5)


def test_global_seed_fixes_them_too():
    def one_pass(seed):
        keras.utils.set_random_seed(seed)
        return take(stream(numbers(0, 16), numbers(0, 16)))

    assert one_pass(3) == one_pass(3) != one_pass(4)


def test_not_shuffled():
    data = stream(numbers(0, 8), numbers(100, 104), shuffle=False)
    assert take(data) == [
        [[0, 1, 2, 3], [100, 101, 102, 103]],
        [[4, 5, 6, 7], [100, 101, 102, 103]],
    ]


def test_domains_of_other_sizes_are_resized_and_converted():
    first = np.zeros((4, 5, 7, 1), "uint8")
    second = np.full((4, 9, 9, 3), 255, "uint8")
    data = domains(first, second, image_size=(6, 8), channels=3, batch_size=2)
    for dark, light in data:
        assert dark.shape == light.shape == (2, 6, 8, 3)
        assert np.ptp(dark) == np.ptp(light) == 0
        assert dark[0, 0, 0, 0] == -1 and light[0, 0, 0, 0] == 1


def test_labels_are_left_out():
    labeled = numbers(0, 8), np.arange(8) % 2
    for pair in stream(labeled, numbers(0, 8)):
        assert [tuple(images.shape) for images in pair] == [(4, 2, 2, 1)] * 2


def test_a_domain_may_be_opened_already():
    opened = open_source(numbers(0, 8))
    batches = take(stream(opened, "digits", image_size=None))
    assert len(batches) == 1797 // 4
    assert set(joined(batches, 0)) == set(range(8))


@pytest.mark.parametrize("smaller", [0, 1])
def test_a_domain_smaller_than_a_batch(smaller):
    sources = [numbers(0, 8)] * 2
    sources[smaller] = numbers(0, 3)
    with pytest.raises(ValueError, match="at most 3.*batch_size=4"):
        stream(*sources)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"batch_size": 0}, ValueError, "`batch_size` must be .*at least 1"),
        ({"image_size": 0}, ValueError, "`image_size`"),
        ({"seed": "x"}, ValueError, "`seed` must be an integer"),
        ({"labels": True}, TypeError, "labels"),
        ({"drop_remainder": False}, TypeError, "drop_remainder"),
    ],
)
def test_bad_arguments(options, error, message):
    with pytest.raises(error, match=message):
        stream(numbers(0, 8), numbers(0, 8), **options)


def test_an_infinite_stream_goes_on_where_it_was():
    def batches(skip):
        data = stream(
            numbers(0, 7), numbers(100, 105), seed=1, repeat=True,
            skip_batches=skip,
        )  # fmt: skip
        return take(data.take(9 - skip))

    whole = batches(0)
    assert whole[4:] == batches(4)
    # All images of a domain, however its number divides.
    assert sorted(joined(whole, 0)[:7]) == list(range(7))
    assert sorted(joined(whole, 1)[:5]) == list(range(100, 105))


def test_random_crops_and_flips():
    image = np.arange(36, dtype="uint8").reshape(1, 6, 6, 1)
    image = image.repeat(8, axis=0)
    options = {"crop": (4, 5), "flip": True, "batch_size": 4, "repeat": True}

    def batches(skip):
        data = domains(image, image + 50, seed=1, skip_batches=skip, **options)
        return [
            tuple(np.round((one.numpy() + 1) * 127.5) for one in pair)
            for pair in data.take(8 - skip)
        ]

    whole = batches(0)
    for one, other in zip(whole[5:], batches(5), strict=True):
        np.testing.assert_array_equal(one, other)
    first, second = map(np.concatenate, zip(*whole, strict=True))
    assert first.shape == (32, 4, 5, 1)
    # Rows stay in order, and each domain has its own crops.
    assert np.all(np.diff(first, axis=1) == 6)
    steps = np.diff(first, axis=2)[:, 0, 0, 0]
    assert set(steps) == {-1, 1} and 8 < (steps == 1).sum() < 24
    assert np.any(second - 50 != first)


def test_opened_domains_are_loaded_likewise():
    opened = DomainImages(numbers(0, 8), numbers(100, 104))
    options = {"batch_size": 4, "value_range": (0, 255), "seed": 1}
    batches = take(load(opened, **options))
    assert batches == take(stream(numbers(0, 8), numbers(100, 104), seed=1))
    before = fingerprint(opened)
    assert before != fingerprint(DomainImages(numbers(0, 8), numbers(101, 105)))


def test_a_domain_of_one_image():
    with pytest.raises(ValueError, match="at least 2 images"):
        stream(numbers(0, 8), numbers(0, 1), batch_size=1)
