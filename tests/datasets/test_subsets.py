"""Some of the images of a source."""

import numpy as np
import pytest
from portable import assert_equal

from keras_gan import datasets
from keras_gan.datasets.subsets import subset

# Another backend would change nothing.
pytestmark = pytest.mark.once

IMAGES = np.arange(10, dtype="uint8").reshape(10, 1, 1, 1) * np.ones(
    (1, 4, 4, 3), "uint8"
)


def test_images_keep_their_labels():
    source = datasets.open_source((IMAGES, np.arange(10) % 3))
    some = subset(source, np.array([7, 2, 5]))
    assert len(some) == some.info.num_images == 3
    assert_equal(some.read(np.array([1, 0]))[:, 0, 0, 0], [2, 7])
    ((images, labels),) = datasets.load(some, shuffle=False)
    assert_equal(labels, [1, 2, 2])
    np.testing.assert_allclose(
        images[:, 0, 0, 0], np.array([7, 2, 5]) / 127.5 - 1, atol=1e-6
    )
    assert len(source) == 10


def test_examples_stay_whole():
    examples = datasets.ColorizationImages(IMAGES, crop=2)
    some = subset(examples, np.array([9, 4]))
    assert (len(some), some.shapes) == (2, ((2, 2, 1), (2, 2, 3)))
    ((gray, color),) = datasets.load(some, shuffle=False)
    expected = np.array([9, 4]) / 127.5 - 1
    for part in (gray, color):
        np.testing.assert_allclose(part[:, 0, 0, 0], expected, atol=1e-6)
