"""Forms of data, and images that a filter accepts."""

import keras
import numpy as np
import pytest
from keras import ops
from portable import array, compiled, to_numpy

from keras_gan.layers import _mixed_batch as batches
from keras_gan.sampling import GeneratorSource, SampleFilter
from keras_gan.utils.truncation import Truncation


class Sampled(SampleFilter):
    """Keeps a share of the images by chance."""

    def __init__(self, share):
        super().__init__()
        self.share = share

    def score(self, images, labels=None):
        return ops.mean(images, axis=(1, 2, 3))

    def accept(self, images, labels, uniform):
        return uniform < self.share


def draw(number):
    """Draws images that are their latents."""
    latents = keras.Input((3,))
    images = keras.layers.Reshape((1, 3, 1))(latents)
    source = GeneratorSource(keras.Model(latents, images), 3, (1, 3, 1))
    return batches.Candidates(source, Truncation(), number, None)


@pytest.mark.parametrize("share", [0.3, 0.7])
def test_no_image_comes_again_in_later_calls(share):
    seeds = keras.random.SeedGenerator(1)
    best = compiled(
        lambda: batches.best_of_tries(draw(16), Sampled(share), 64, seeds)
    )
    images = np.concatenate([to_numpy(best()) for _ in range(40)])
    assert len(np.unique(images, axis=0)) == 640
    # Seeds of neighbors are no neighbors: the latents stay normal.
    assert abs(images.mean()) < 0.1 and abs(images.std() - 1) < 0.1


@pytest.mark.quickest
def test_best_of_those_that_are_all_refused():
    seeds = keras.random.SeedGenerator(1)
    images = batches.best_of_tries(draw(50), Sampled(0.0), 20, seeds)
    scores = array(images).mean((1, 2, 3))
    # The mean of the best of 20 draws is 1.87 standard deviations.
    assert scores.mean() == pytest.approx(1.87 / 3**0.5, abs=0.15)


@pytest.mark.quickest
def test_lists_and_numbers_become_arrays():
    data = batches.as_arrays({"images": [[0.5]], "labels": 3})
    assert data["images"].shape == (1, 1) and data["labels"].shape == ()
    tensor = keras.ops.zeros(3)
    assert batches.as_arrays(tensor) is tensor
    assert batches.as_arrays(None) is None


@pytest.mark.quickest
def test_a_list_of_images_and_labels_says_how_to_pass_them():
    with pytest.raises(ValueError, match=r"Received: list.*layer\(images, la"):
        batches.as_arrays([np.zeros((2, 1, 1, 1)), np.zeros(2, int)])
