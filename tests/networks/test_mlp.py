import numpy as np
import pytest
from keras import ops
from portable import assert_close, to_numpy

from keras_gan import networks

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


def test_vectors_have_no_range():
    generator, discriminator = networks.mlp((2,), latent_dim=2, hidden=(8, 8))
    points = generator(100 * np.ones((3, 2)))
    assert points.shape == (3, 2)
    assert np.abs(to_numpy(points)).max() > 1
    assert discriminator(points).shape == (3, 1)


def test_images_end_in_tanh():
    generator = networks.mlp_generator((4, 4, 1), latent_dim=2, hidden=(8,))
    images = ops.convert_to_numpy(generator(100 * np.ones((3, 2))))
    assert 0.9 < np.abs(images).max() <= 1


def test_hidden_sets_the_layers():
    discriminator = networks.mlp_discriminator((3,), hidden=(5, 7))
    kernels = [w.shape for w in discriminator.weights if w.name == "kernel"]
    assert kernels == [(3, 5), (5, 7), (7, 1)]


def test_pair_without_hidden_layers_is_linear():
    generator, _ = networks.mlp((3,), latent_dim=2, hidden=())
    z = np.random.default_rng(0).normal(size=(4, 2)).astype("float32")
    expected = z @ generator.get_weights()[0]
    assert_close(generator(z), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("hidden", "error"),
    [((8, 0), ValueError), (8, TypeError), ((8, 1.5), TypeError)],
)
def test_bad_hidden(hidden, error):
    with pytest.raises(error, match="`hidden`.*Received"):
        networks.mlp_generator((2,), hidden=hidden)
