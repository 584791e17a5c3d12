"""`datasets.class_pairs`: different images of one class."""

import numpy as np
import pytest
from portable import assert_equal, to_numpy

from keras_gan.datasets import ClassPairs, class_pairs

# Another backend would change nothing.
pytestmark = pytest.mark.once

LABELS = np.array([0, 1, 0, 2, 1, 0, 2, 2, 2])
# Each image has its number as its pixels.
IMAGES = np.arange(9, dtype="uint8")[:, None, None, None] * np.ones(
    (1, 4, 4, 1), "uint8"
)


def numbers(data) -> np.ndarray:
    """The numbers of both images of each pair."""
    parts = [np.concatenate(part) for part in zip(*data, strict=True)]
    assert all(part.dtype == np.float32 for part in parts)
    first, second = (
        np.round((part[:, 0, 0, 0] + 1) * 127.5).astype(int) for part in parts
    )
    return np.stack([first, second], axis=1)


def batches(labels=LABELS, **options):
    data = class_pairs((IMAGES, labels), batch_size=4, **options)
    return [tuple(map(to_numpy, pair)) for pair in data]


def test_pairs_are_of_one_class_and_never_of_one_image():
    data = class_pairs((IMAGES, LABELS), batch_size=9, repeat=True, seed=1)
    found = numbers([tuple(map(to_numpy, pair)) for pair in data.take(20)])
    assert (LABELS[found[:, 0]] == LABELS[found[:, 1]]).all()
    assert (found[:, 0] != found[:, 1]).all()
    # Each image is first as often; and all pairs occur.
    assert set(np.bincount(found[:, 0])) == {20}
    possible = sum(n * (n - 1) for n in np.bincount(LABELS))
    assert len({tuple(one) for one in found}) == possible


def test_pairs_are_reproducible_also_from_the_middle_on():
    whole = batches(seed=1)
    assert_equal(numbers(whole), numbers(batches(seed=1)))
    assert (numbers(whole) != numbers(batches(seed=2))).any()
    options = {"seed": 1, "repeat": True}
    first, later = (
        class_pairs((IMAGES, LABELS), batch_size=4, skip_batches=n, **options)
        for n in (0, 2)
    )
    assert_equal(
        numbers([tuple(map(to_numpy, one)) for one in first.take(5)])[8:],
        numbers([tuple(map(to_numpy, one)) for one in later.take(3)]),
    )


def test_sizes_and_channels():
    data = class_pairs("digits", image_size=6, channels=3, batch_size=5)
    assert [part.shape for part in next(iter(data))] == [(5, 6, 6, 3)] * 2


def test_a_class_of_one_image_gives_no_pairs():
    labels = np.where(LABELS == 0, [7, 0, 8, 0, 0, 0, 0, 0, 0], LABELS)
    with pytest.warns(UserWarning, match="3 of its 5 classes have one image"):
        data = ClassPairs((IMAGES, labels))
    assert len(data) == 6
    for index in range(6):
        random = np.random.default_rng(index)
        (pair,) = numbers([[one[None] for one in data.draw(index, random)]])
        assert labels[pair[0]] == labels[pair[1]] and pair[0] != pair[1]


def test_no_pairs_at_all():
    with pytest.raises(ValueError, match="Received: 9 classes of one image"):
        class_pairs((IMAGES, np.arange(9)))
    with pytest.raises(ValueError, match="must have classes.*without labels"):
        class_pairs(IMAGES)
