"""BigGAN and BigGAN-deep."""

import keras
import numpy as np
import pytest
from keras import ops
from portable import to_numpy

from keras_gan import networks
from keras_gan.layers import SelfAttention, SpectralNormalization

# One step of it on each backend is in tests/models/test_families.py.
pytestmark = pytest.mark.quickest
LATENTS = np.random.default_rng(0).normal(size=(2, 40)).astype("float32")


def small(**options):
    return networks.biggan((8, 8, 1), width=1, seed=1, **options)


def with_random_weights(model):
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=w.shape) for w in model.trainable_variables]
    for variable, value in zip(model.trainable_variables, weights, strict=True):
        variable.assign(value)
    return model


def drawn(model, *inputs):
    return to_numpy(model(list(inputs) if len(inputs) > 1 else inputs[0]))


@pytest.mark.parametrize("deep", [False, True])
def test_labels_and_latents_reach_the_images(deep):
    generator, _ = small(num_classes=3, deep=deep, latent_dim=40)
    with_random_weights(generator)
    images = drawn(generator, LATENTS, np.array([0, 1]))
    assert images.shape == (2, 8, 8, 1) and np.abs(images).max() <= 1
    other = drawn(generator, LATENTS, np.array([2, 1]))
    assert np.abs(other[0] - images[0]).max() > 1e-3
    np.testing.assert_allclose(other[1], images[1], atol=1e-5)
    for part in (slice(0, 20), slice(20, 40)):
        changed = LATENTS.copy()
        changed[:, part] += 1.0
        other = drawn(generator, changed, np.array([0, 1]))
        assert np.abs(other - images).max() > 1e-3


def test_first_part_of_the_latents_goes_into_the_first_layer_only():
    generator, _ = small(latent_dim=40)
    (first,) = [
        layer
        for layer in generator.layers
        if isinstance(layer, SpectralNormalization)
        and layer.input.shape[-1] == 20
        and layer.output.shape[-1] == 4 * 4 * 4
    ]
    conditions = [
        layer
        for layer in generator.layers
        if isinstance(layer, SpectralNormalization)
        and len(layer.output.shape) == 2
    ]
    assert [layer is first for layer in conditions] == [True, *[False] * 4]
    # The four others are of both normalizations of the one block.
    assert all(not layer.layer.use_bias for layer in conditions[1:])


@pytest.mark.parametrize("deep", [False, True])
def test_discriminator_sums_over_the_map_and_projects(deep):
    _, discriminator = small(num_classes=3, deep=deep)
    images = np.random.default_rng(1).uniform(-1, 1, (2, 8, 8, 1))
    labels = np.array([0, 1])
    logits = drawn(discriminator, images, labels)
    assert logits.shape == (2, 1) and logits.dtype == "float32"
    other = drawn(discriminator, images, np.array([2, 1]))
    assert other[0] != logits[0] and other[1] == logits[1]


def test_saved_networks_are_the_same(tmp_path):
    generator, _ = small(latent_dim=40)
    generator.save(tmp_path / "generator.keras")
    loaded = keras.saving.load_model(tmp_path / "generator.keras")
    latents = LATENTS
    np.testing.assert_array_equal(
        drawn(generator, latents), drawn(loaded, latents)
    )


def sizes_of(model, kind):
    return [one.output.shape[1] for one in model.layers if type(one) is kind]


@pytest.mark.parametrize(
    ("side", "latent_dim", "attention"),
    [
        (28, 60, []),
        (32, 80, []),
        (64, 100, [32]),
        (128, 120, [64]),
        (224, 120, [56]),
    ],
)
def test_presets(side, latent_dim, attention):
    generator, discriminator = networks.biggan((side, side, 3), width=1)
    assert generator.input_shape == (None, latent_dim)
    assert generator.output_shape == (None, side, side, 3)
    assert sizes_of(generator, SelfAttention) == attention
    assert sizes_of(discriminator, SelfAttention) == attention


def test_other_sizes_and_attention():
    generator, discriminator = networks.biggan(
        (16, 32, 1), width=1, attention=16
    )
    assert generator.output_shape == discriminator.input_shape
    assert sizes_of(generator, SelfAttention) == [8]
    assert sizes_of(discriminator, SelfAttention) == [8]


def test_weights_are_orthogonal():
    _, discriminator = networks.biggan((8, 8, 1), width=2, seed=1)
    (*_, convolution) = (
        layer.layer
        for layer in discriminator.layers
        if isinstance(layer, SpectralNormalization)
        and isinstance(layer.layer, keras.layers.Conv2D)
    )
    matrix = ops.reshape(convolution.kernel, (-1, convolution.filters))
    np.testing.assert_allclose(
        to_numpy(matrix).T @ to_numpy(matrix), np.eye(8), atol=1e-5
    )


def test_weights_of_attention_are_orthogonal():
    network = networks.biggan_generator(
        (16, 16, 1), width=4, attention=8, seed=1
    )
    values = to_numpy(network.get_layer("attention").values.layer.kernel)[0, 0]
    np.testing.assert_allclose(values.T @ values, np.eye(8), atol=1e-5)


@pytest.mark.parametrize(
    ("shape", "options", "message"),
    [
        ((32, 32, 3), {"latent_dim": 90}, "latent_dim=90.*88 and 92"),
        ((30, 30, 3), {}, r"4, 5, 6 or 7 times.*\(28, 28, 3\)"),
        ((4, 4, 1), {}, r"from 8 to.*\(8, 8, 1\)"),
        ((32, 32, 3), {"attention": 5}, "attention=5"),
    ],
)
def test_what_cannot_be_is_said(shape, options, message):
    with pytest.raises(ValueError, match=message):
        networks.biggan(shape, width=1, **options)


def test_recipe_depends_on_the_size():
    small, large = (networks.recipe("biggan", (n, n, 3)) for n in (32, 128))
    assert (small.discriminator_steps, large.discriminator_steps) == (4, 1)
    assert large.discriminator_rate == 4 * large.generator_rate
