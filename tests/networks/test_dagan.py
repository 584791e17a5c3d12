"""Networks of DAGAN."""

import numpy as np
import pytest
from portable import array, assert_equal

from keras_gan import networks

SHAPES = [(28, 28, 1), (9, 14, 5), (8, 8, 3), (5, 4, 2), (1, 3, 1)]


@pytest.mark.quickest
@pytest.mark.parametrize("shape", SHAPES)
def test_images_of_every_size_and_channels(shape):
    generator, discriminator = networks.dagan(shape, latent_dim=3, width=2)
    assert generator.output_shape == (None, *shape)
    assert discriminator.output_shape == (None, 1)
    inputs = [one.shape for one in generator.inputs]
    assert inputs == [(None, *shape), (None, 3)]


def test_image_and_latents_count():
    generator, discriminator = networks.dagan((9, 8, 1), width=4, seed=1)
    images = np.random.default_rng(0).uniform(-1, 1, (2, 9, 8, 1))
    latents = np.random.default_rng(1).normal(size=(2, 64))
    one = array(generator([images, latents]))
    assert np.abs(one).max() <= 1
    for changed in ([images[::-1], latents], [images, latents[::-1]]):
        assert np.abs(array(generator(changed)) - one).max() > 1e-3
    pair = array(discriminator([images, one]))
    for changed in ([one, images], [images, images]):
        assert np.abs(array(discriminator(changed)) - pair).max() > 1e-4


@pytest.mark.parametrize("shape", SHAPES)
def test_a_new_generator_hardly_changes_an_image(shape):
    ramp = np.linspace(-1, 1, shape[0])[:, None, None] * np.ones(shape)
    images = np.stack([ramp, -ramp])
    latents = np.random.default_rng(1).normal(size=(2, 64))
    generator = networks.dagan_generator(shape, width=8, seed=1)
    changes = np.abs(array(generator([images, latents])) - images)
    assert changes.mean() < 0.1


@pytest.mark.quickest
def test_seed_and_dropout():
    options = {"width": 2, "dropout": 0.5, "seed": 1}
    pairs = [networks.dagan((8, 8, 1), **options) for _ in "ab"]
    for one, two in zip(*pairs, strict=True):
        for a, b in zip(one.get_weights(), two.get_weights(), strict=True):
            assert_equal(a, b)
    images = np.random.default_rng(0).uniform(-1, 1, (4, 8, 8, 1))
    inputs = [images, np.ones((4, 64))]
    generator = pairs[0][0]
    dropped = [array(generator(inputs, training=True)) for _ in "ab"]
    assert np.abs(dropped[0] - dropped[1]).max() > 1e-3
    steady = networks.dagan_generator((8, 8, 1), width=2, seed=1)
    same = [array(steady(inputs, training=True)) for _ in "ab"]
    assert_equal(*same)


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"width": 0}, "width"),
        ({"depth": 0}, "depth"),
        ({"latent_dim": 0}, "latent_dim"),
        ({"dropout": 1.0}, "dropout"),
    ],
)
def test_bad_arguments(arguments, name):
    with pytest.raises(ValueError, match=f"`{name}` must be.*Received"):
        networks.dagan((8, 8, 1), **arguments)
