"""`ClassImages`: a random image of a class."""

import numpy as np
import pytest
from portable import assert_equal, to_numpy

from keras_gan.layers import ClassImages
from keras_gan.utils.tensors import truncated_normal

LABELS = np.array([2, 0, 2, 1, 2])
IMAGES = np.arange(5.0)[:, None, None, None] * np.ones((1, 2, 3, 1))


@pytest.fixture
def layer():
    layer = ClassImages(IMAGES.shape, num_classes=3)
    layer.fill(IMAGES, LABELS)
    return layer


def drawn(layer, latents, label):
    labels = np.full(len(latents), label)
    images = to_numpy(layer([latents.astype("float32"), labels]))
    assert images.shape == (len(latents), 2, 3, 1)
    return images[:, 0, 0, 0].astype(int)


@pytest.mark.parametrize("bound", [None, 0.3])
def test_images_of_a_class_are_equally_frequent(layer, bound):
    random = np.random.default_rng(0)
    latents = random.normal(size=(3000, 2))
    if bound:
        uniform = random.uniform(-1, 1, (3000, 2))
        latents = to_numpy(truncated_normal(uniform, bound))
    counts = np.bincount(drawn(layer, latents, 2), minlength=5)
    assert set(np.flatnonzero(counts)) == {0, 2, 4}
    # Five standard deviations of a third of 3,000.
    assert np.abs(counts[[0, 2, 4]] - 1000).max() < 130
    for label, only in ((0, 1), (1, 3)):
        assert set(drawn(layer, latents, label)) == {only}


@pytest.mark.quickest
def test_the_choice_has_nothing_to_do_with_the_size_of_the_latent(layer):
    latents = np.random.default_rng(0).normal(size=(3000, 2))
    found = drawn(layer, latents, 2)
    means = [latents[found == one, 0].mean() for one in (0, 2, 4)]
    # Five standard errors.
    assert np.abs(means).max() < 5 / np.sqrt(1000)


@pytest.mark.quickest
def test_extreme_latents_choose_an_image(layer):
    latents = np.array([[0.0], [-1e-9], [1e9], [-1e9], [1 - 2**-24]])
    assert set(drawn(layer, latents, 2)) <= {0, 2, 4}


@pytest.mark.quickest
def test_config_and_weights(layer):
    again = ClassImages.from_config(layer.get_config())
    again.set_weights(layer.get_weights())
    latents = np.random.default_rng(0).normal(size=(50, 1))
    assert_equal(drawn(again, latents, 2), drawn(layer, latents, 2))
    assert not layer.trainable_variables


@pytest.mark.quickest
@pytest.mark.parametrize("labels", [[0, 0, 2, 2, 2], [0, 1, 2, 3, 3]])
def test_every_class_needs_an_image(labels):
    with pytest.raises(ValueError, match="Each of the 3 classes.*Received"):
        ClassImages(IMAGES.shape, 3).fill(IMAGES, labels)
