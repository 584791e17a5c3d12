"""What `benchmarks/steering.py` counts, on arrays and an untrained GAN."""

import numpy as np
import pytest

import keras_gan

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


@pytest.fixture(scope="module")
def steering(load_benchmark):
    return load_benchmark("steering")


def test_samples_that_grow_and_images_that_keep_their_class(steering):
    values = np.array([[0, 1, 2, 3, 4], [0, 1, 2, 2, 4], [4, 3, 2, 1, 0]])
    assert steering.grows(values) == pytest.approx(1 / 3)
    found = np.array([[7, 7, 7, 7, 7], [1, 7, 7, 7, 2]])
    kept = steering.same_class(found)
    assert kept.tolist() == [[True] * 4, [False, True, True, False]]


@pytest.mark.parametrize("network", ["dcgan", "stylegan2"])
def test_the_mean_latent_of_each_space(steering, network):
    pair = getattr(keras_gan.networks, network)(
        (8, 8, 1), num_classes=2, width=2, seed=1
    )
    gan = keras_gan.GAN(*pair, num_classes=2, seed=1)
    found = steering.mean_latent(gan, 1)
    assert bool(np.any(found)) is (network == "stylegan2")
