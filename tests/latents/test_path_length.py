"""`perceptual_path_length` against values that can be computed."""

import keras
import numpy as np
import pytest
import small_generators as small

import keras_gan
from keras_gan.latents import perceptual_path_length
from keras_gan.latents.path_length import trimmed_mean
from keras_gan.sampling import open_generator


def test_the_length_of_straight_and_of_bent_ways():
    """Pixels of unit length, of a generator that keeps all angles."""
    matrix = np.linalg.qr(np.random.default_rng(0).normal(size=(64, 4)))[0].T
    generator = small.linear(matrix)
    # On a great circle, the distance of two latents is epsilon times the angle
    # of the random ones at its ends.
    draws = np.random.default_rng(1).normal(size=(2, 20_000, 4))
    draws /= np.linalg.norm(draws, axis=-1, keepdims=True)
    expected = np.mean(np.arccos(np.sum(draws[0] * draws[1], axis=-1)) ** 2)
    for sampling in ("end", "full"):
        found = perceptual_path_length(
            generator, num_samples=400, epsilon=1e-2, sampling=sampling, seed=1
        )
        assert found == pytest.approx(expected, rel=0.1)


@pytest.mark.quickest
def test_features_and_styles():
    generator = small.styled()
    network = keras.Sequential(
        [keras.Input(small.SHAPE), keras.layers.Conv2D(3, 3)]
    )
    plain, of_features = (
        perceptual_path_length(
            generator, one, num_samples=40, epsilon=1e-2, seed=1
        )
        for one in (None, network)
    )
    assert plain > 0.0 and of_features > 0.0 and plain != of_features
    # A smaller change of images that are no smaller is a shorter way.
    synthesis = generator.get_layer("synthesis")
    for number in range(small.NUM_STYLES):
        affine = synthesis.get_layer(f"affine_{number}")
        affine.kernel.assign(0.1 * affine.kernel)
        affine.bias.assign(np.random.default_rng(number).normal(size=64))
    shorter = perceptual_path_length(
        generator, network, num_samples=40, epsilon=1e-2, seed=1
    )
    assert shorter < 0.2 * of_features


@pytest.mark.quickest
def test_each_of_many_classes_is_measured():
    """The last class alone changes with latents."""
    latents, labels = keras.Input((4,)), keras.Input((), dtype="int32")
    size = keras.layers.Embedding(40, 4, name="size")(labels)
    x = keras.layers.Dense(64)(latents * size)
    images = keras.layers.Reshape(small.SHAPE)(x)
    generator = keras.Model([latents, labels], images)
    generator.get_layer("size").embeddings.assign(
        np.repeat(np.arange(40) == 39, 4).reshape(40, 4)
    )
    source = open_generator(generator, num_classes=40)
    found = perceptual_path_length(source, num_samples=80, epsilon=0.1, seed=1)
    assert found > 0.0


@pytest.mark.once
def test_few_pairs_have_a_mean_and_many_lose_their_ends():
    values = np.arange(200.0)
    assert trimmed_mean(values[:2]) == 0.5 and trimmed_mean(values[:1]) == 0.0
    # The smallest and the largest one of 200 are left out, 1 % of the ranks.
    values[[0, -1]] = -1e6, 1e7
    assert trimmed_mean(values) == np.mean(values[1:-1])
    found = perceptual_path_length(small.smooth(), num_samples=2, seed=1)
    assert found > 0.0


@pytest.mark.once
def test_arguments_that_are_refused():
    generator = small.smooth()
    for options, message in (
        ({"num_samples": 0}, "`num_samples` must be at least 1"),
        ({"epsilon": 0.0}, "`epsilon` must be in"),
        ({"sampling": "start"}, "`sampling` must be one of 'end', 'full'"),
    ):
        with pytest.raises(ValueError, match=message):
            perceptual_path_length(generator, **options)


@pytest.mark.quickest
def test_steps_that_lower_precision_cannot_tell_apart():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        lower = keras_gan.networks.mlp_generator((8, 8, 1), latent_dim=4)
    finally:
        keras.config.set_dtype_policy("float32")
    with pytest.raises(ValueError, match="less than bfloat16 can tell apart"):
        perceptual_path_length(lower, num_samples=2)
