"""Networks for few images."""

import dataclasses

import keras
import numpy as np
import pytest
from portable import QUICK_STEPS, array, assert_close, assert_equal

import keras_gan
from keras_gan import networks
from keras_gan.layers import RandomQuadrant, ReconstructionError, augmenter
from keras_gan.losses import PerceptualLoss
from keras_gan.networks.fastgan.generator import _excited
from keras_gan.networks.initialization import Initializers

SHAPE = (16, 16, 1)
# Passes of the discriminator in a step: of real, of fake, of new fake images.
DRAWS = 3
RNG = np.random.default_rng(7)


def test_error_is_that_of_averaged_pixels():
    images = RNG.normal(size=(3, 8, 4, 2)).astype("float32")
    drawn = RNG.normal(size=(3, 4, 2, 2)).astype("float32")
    averages = images.reshape(3, 4, 2, 2, 2, 2).mean((2, 4))
    expected = np.abs(averages - drawn).mean((1, 2, 3))[:, None]
    found = ReconstructionError()([images, drawn])
    assert_close(found, expected, rtol=1e-5)


def feature_model():
    """A network whose weights its config does not bring back."""
    layer = keras.layers.Conv2D(3, 3, activation="relu")
    model = keras.Sequential([keras.Input((None, None, 1)), layer])
    layer.set_weights([RNG.normal(size=w.shape) for w in layer.get_weights()])
    return model


@pytest.mark.quickest
def test_error_of_features_is_the_perceptual_loss():
    images = RNG.normal(size=(3, 8, 8, 1)).astype("float32")
    drawn = RNG.normal(size=(3, 8, 8, 1)).astype("float32")
    model = feature_model()
    found = array(ReconstructionError(model)([images, drawn]))
    for number in range(3):
        one = slice(number, number + 1)
        loss = PerceptualLoss(model)(images[one], drawn[one])
        assert_close(found[number, 0], float(array(loss)), rtol=1e-5)


@pytest.mark.quickest
def test_outside_training_the_errors_are_those_of_fixed_crops():
    _, discriminator = networks.fastgan(SHAPE, width=2, latent_dim=4, seed=1)
    images = RNG.uniform(-1, 1, (2, *SHAPE)).astype("float32")
    once, twice = (array(discriminator(images)[1]) for _ in range(2))
    assert_equal(once, twice)


@pytest.mark.quickest
def test_trains_by_its_recipe_and_comes_back(tmp_path):
    gan = keras_gan.GAN(
        *networks.fastgan(
            SHAPE,
            width=2,
            latent_dim=4,
            num_classes=3,
            feature_extractor=feature_model(),
            seed=1,
        ),
        num_classes=3,
        augmenter=augmenter("color,translation", seed=3),
        seed=1,
    )
    recipe = networks.recipe("fastgan", SHAPE)
    gan.compile(**recipe.compile_arguments(), **QUICK_STEPS)
    images = RNG.uniform(-1, 1, (4, *SHAPE)).astype("float32")
    labels = np.arange(4) % 3
    gan.train_on_batch(images, labels)
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    assert [one.name for one in again.penalties] == ["reconstruction"]
    logs, resumed = (
        one.train_on_batch(images, labels, return_dict=True)
        for one in (gan, again)
    )
    assert logs["reconstruction"] > 0
    assert resumed == logs


@pytest.mark.quickest
def test_learns_to_reconstruct_a_few_images():
    steps = np.linspace(-1, 1, 16)
    images = np.stack([np.add.outer(steps, s * steps) / 2 for s in (-1, 1)])
    images = np.repeat(images[..., None], 2, axis=0).astype("float32")
    gan = keras_gan.GAN(
        *networks.fastgan(SHAPE, width=2, latent_dim=4, seed=1), seed=1
    )
    recipe = networks.recipe("fastgan", SHAPE)
    faster = dataclasses.replace(recipe, discriminator_rate=1e-2)
    gan.compile(**faster.compile_arguments(), **QUICK_STEPS)
    logs = gan.fit(images, epochs=24, batch_size=4, shuffle=False, verbose=0)
    errors = logs.history["reconstruction"]
    [quadrant] = (
        layer
        for layer in gan.discriminator.layers
        if isinstance(layer, RandomQuadrant)
    )
    # As many draws on every backend, so that the crops are the same.
    assert array(quadrant.seed_generator.state)[1] == 24 * DRAWS
    assert np.mean(errors[-6:]) < 0.7 * np.mean(errors[:4])


@pytest.mark.quickest
def test_sizes():
    for shape in ((28, 28, 1), (32, 48, 3), (128, 128, 3)):
        generator, discriminator = networks.fastgan(shape, width=2, seed=1)
        assert generator.output_shape == (None, *shape)
        assert discriminator.input_shape == (None, *shape)
    for shape in ((8, 8, 1), (30, 30, 1), (16, 64, 1)):
        with pytest.raises(
            ValueError, match="Both sides of FastGAN's .* at least 16"
        ):
            networks.fastgan(shape)


@pytest.mark.quickest
def test_noise_is_added_in_every_other_block():
    generator = networks.fastgan_generator((64, 64, 1), width=2, seed=1)
    kind = keras_gan.layers.NoiseInjection
    sides = [x.output.shape[1] for x in generator.layers if isinstance(x, kind)]
    assert sides == [8, 8, 32, 32]


@pytest.mark.quickest
@pytest.mark.parametrize("side", [4, 7, 8, 14, 20, 28])
def test_every_pixel_of_the_coarse_map_counts_for_the_gates(side):
    size = side
    while size > 7:
        size //= 2
    fine = keras.Input((4, 4, 2))
    coarse = keras.Input((side, side, 1))
    gated = _excited(fine, coarse, (size, size), Initializers(1, stream=0))
    network = keras.Model([fine, coarse], gated)
    ones = np.ones((side * side, 4, 4, 2), "float32")
    dots = np.eye(side * side, dtype="float32").reshape(-1, side, side, 1)
    gates = array(network([ones, dots]))[:, 0, 0]
    none = array(network([ones[:1], 0.0 * dots[:1]]))[0, 0, 0]
    assert (np.abs(gates - none).max(axis=1) > 0.0).all()


@pytest.mark.quickest
def test_all_kernels_but_the_first_have_spectral_normalization():
    pair = networks.fastgan((64, 64, 1), width=2, latent_dim=4, seed=1)
    for network, number in zip(pair, (1, 0), strict=True):
        kinds = (keras.layers.Conv2D, keras.layers.Dense)
        bare = [x for x in network.layers if isinstance(x, kinds)]
        assert len(bare) == number
        wrapped = [
            x.layer
            for x in network.layers
            if isinstance(x, keras_gan.layers.SpectralNormalization)
        ]
        assert len(wrapped) > 8
        assert not any(
            x.use_bias for x in wrapped if isinstance(x, keras.layers.Conv2D)
        )


@pytest.mark.quickest
def test_both_paths_of_a_block_are_activated_before_their_mean():
    network = networks.fastgan_discriminator(SHAPE, width=2, seed=1)
    means = [x for x in network.layers if isinstance(x, keras.layers.Average)]
    for mean in means:
        for part in mean.input:
            assert isinstance(
                part._keras_history.operation, keras.layers.LeakyReLU
            )
    assert len(means) == 2
