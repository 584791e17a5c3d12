"""Batches of labeled and unlabeled images."""

import numpy as np
import pytest

from keras_gan.datasets import semi_supervised

# The streams are tf.data's, whatever the backend.
pytestmark = pytest.mark.once

IMAGES = np.arange(40, dtype="uint8")[:, None, None, None] * np.ones(
    (1, 2, 2, 1), "uint8"
)
FEW = (IMAGES[:5], np.array([0, 0, 0, 0, 1]))


def batches(number, **options):
    stream = semi_supervised(
        FEW, IMAGES, batch_size=8, value_range=(0, 255), **options
    )
    return [
        (images.numpy()[:, 0, 0, 0].astype(int), labels.numpy())
        for images, labels in stream.take(number)
    ]


def test_half_of_a_batch_has_labels_and_classes_are_balanced():
    seen, known = [], []
    for images, labels in batches(10, seed=1):
        assert (labels[4:] == -1).all()
        np.testing.assert_array_equal(FEW[1][images[:4]], labels[:4])
        known += labels[:4].tolist()
        seen += images[4:].tolist()
    assert np.bincount(known).tolist() == [20, 20]
    # A pass of the unlabeled images, each once.
    assert sorted(seen) == list(range(40))


def test_seeds_and_skipped_batches():
    whole = batches(15, seed=3, repeat=True)
    again = batches(4, seed=3, repeat=True, skip_batches=2)
    for (images, labels), (same, others) in zip(whole[2:6], again, strict=True):
        np.testing.assert_array_equal(images, same)
        np.testing.assert_array_equal(labels, others)
    other = batches(15, seed=4, repeat=True)
    assert any((a[0] != b[0]).any() for a, b in zip(whole, other, strict=True))


def test_each_pass_goes_on_with_the_labeled_images():
    few = (IMAGES[:30], np.array([0] * 25 + [1] * 5))
    stream = semi_supervised(
        few, IMAGES, batch_size=20, seed=1, value_range=(0, 255)
    )
    passes = [
        [images.numpy()[:10, 0, 0, 0].tolist() for images, _ in stream]
        for _ in range(3)
    ]
    assert len({str(one) for one in passes}) == 3
    # 20 of 25 images of the first class in each: all in two.
    seen = {number for one in passes[:2] for batch in one for number in batch}
    assert seen == set(range(30))


def test_a_pass_has_as_many_batches_as_unlabeled_images_fill():
    stream = semi_supervised(FEW, IMAGES[:39], batch_size=8, seed=1)
    assert int(stream.cardinality()) == 9
    passes = [
        [images.numpy()[4:, 0, 0, 0].tolist() for images, _ in stream]
        for _ in range(2)
    ]
    assert len(passes[0]) == 9
    # A new order in each.
    assert passes[0] != passes[1]


@pytest.mark.parametrize(
    "labeled, unlabeled, options, message",
    [
        (IMAGES, IMAGES, {}, "`labeled` must have labels"),
        ((IMAGES[:3], np.zeros(3, int)), IMAGES, {}, "at least two classes"),
        (FEW, None, {}, "`unlabeled` must be images.*Received: None"),
        (FEW, IMAGES[:0], {}, "Received: 0 images"),
        (FEW, IMAGES[:3], {}, "at most 6, of which half .*batch_size=128"),
        (
            FEW,
            IMAGES,
            {"shard": (0, 3), "batch_size": 8},
            "batch_size=8 and 3 processes",
        ),
        (
            FEW,
            IMAGES,
            {"skip_batches": 1, "batch_size": 8},
            "needs an infinite stream",
        ),
        (FEW, IMAGES[:, :1], {}, "must have the same shape"),
        (FEW, IMAGES, {"batch_size": 7}, "`batch_size` must be even"),
    ],
)
def test_wrong_data(labeled, unlabeled, options, message):
    with pytest.raises(ValueError, match=message):
        semi_supervised(labeled, unlabeled, **options)
