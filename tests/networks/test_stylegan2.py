"""StyleGAN2: sizes, counts of weights, equalized start, styles."""

import keras
import numpy as np
import pytest
from portable import QUICK_STEPS, array, assert_close

import keras_gan
from keras_gan import networks
from keras_gan.utils import style_space

SHAPE = (8, 8, 1)


def tiny(**options):
    options = {"width": 2, "style_dim": 4, "seed": 1} | options
    return networks.stylegan2(SHAPE, **options)


@pytest.fixture(scope="module")
def gan():
    """A conditional GAN whose styles have a mean that is not 0."""
    gan = keras_gan.GAN(*tiny(num_classes=3), num_classes=3, seed=1)
    layer = gan.ema_generator.get_layer("style_mixing")
    layer.mean_style.assign([2.0, -1.0, 0.5, 1.0])
    return gan


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("shape", "sizes"),
    [
        ((4, 4, 1), [(4, 4)]),
        ((28, 28, 1), [(7, 7), (14, 14), (28, 28)]),
        ((20, 40, 2), [(5, 10), (10, 20), (20, 40)]),
    ],
)
def test_sizes(shape, sizes):
    generator, discriminator = networks.stylegan2(shape, width=1, style_dim=2)
    assert generator.output_shape == (None, *shape)
    assert discriminator.input_shape == (None, *shape)
    synthesis = style_space.parts(generator)[1]
    assert synthesis.input_shape == (None, 2 * len(sizes), 2)
    found = [x.output.shape[1:3] for x in synthesis.layers if "conv" in x.name]
    assert list(dict.fromkeys(found)) == sizes


@pytest.mark.quickest
@pytest.mark.parametrize("shape", [(36, 36, 3), (3, 8, 1), (16, 18, 1)])
def test_impossible_sizes(shape):
    with pytest.raises(ValueError, match="4, 5, 6 or 7 pixels doubled"):
        networks.stylegan2_generator(shape)


@pytest.mark.quickest
def test_the_first_images_have_a_scale_near_1():
    generator, discriminator = networks.stylegan2(
        (16, 16, 3), width=16, mapping_depth=8, seed=2
    )
    latents = np.random.default_rng(0).normal(size=(16, 64))
    style = array(style_space.parts(generator)[0](latents))
    assert 0.5 < style.std() < 2.0
    images = array(generator(latents))
    assert 0.3 < images.std() < 3.0
    noise = np.random.default_rng(0).normal(size=(16, 16, 16, 3))
    assert 0.1 < np.abs(array(discriminator(noise))).mean() < 5.0


@pytest.mark.quickest
def test_classes_and_noise_reach_the_images(gan):
    latents = np.ones((2, 4), "float32")
    first = array(gan.generator([latents, np.array([0, 0])]))
    assert_close(first[0], first[1], atol=1e-6)
    labelled = array(gan.generator([latents, np.array([0, 1])]))
    assert np.abs(labelled[0] - labelled[1]).max() > 1e-3
    logits = array(gan.discriminator([first, np.array([0, 1])]))
    assert logits[0] != logits[1]


def test_truncation_in_styles(gan):
    options = {"labels": [0, 1, 2, 0], "seed": 1}
    plain = gan.generate(4, **options)
    assert_close(gan.generate(4, truncation=1, **options), plain, atol=1e-5)
    means = gan.generate(4, truncation=0.0, **options)
    assert np.abs(np.diff(plain, axis=0)).max() > 1e-2
    assert_close(means, means[:1].repeat(4, 0), atol=1e-6)
    some = gan.generate(4, truncation=0.5, **options)
    near, far = (np.abs(one - means).mean() for one in (some, plain))
    assert 0.2 * far < near < 0.8 * far


@pytest.mark.quickest
def test_truncation_of_styles_is_a_share(gan):
    for truncation in (-0.1, 1.5, "half"):
        with pytest.raises(ValueError, match="share of each style's distance"):
            gan.generate(1, truncation=truncation)


@pytest.mark.quickest
def test_recipe():
    recipe = networks.recipe("stylegan2", (32, 32, 3))
    arguments = recipe.compile_arguments()
    r1, length = arguments["penalties"]
    assert (r1.every, length.every, length.weight) == (16, 4, 2.0)
    assert_close(r1.gamma, 0.0064)
    adams = {
        name: (float(array(adam.learning_rate)), adam.beta_1, adam.beta_2)
        for name, adam in arguments.items()
        if name.endswith("optimizer")
    }
    wanted = {
        "generator_optimizer": (0.002, 0.0, 0.99**0.8),
        "discriminator_optimizer": (0.0025 * 16 / 17, 0.0, 0.99 ** (16 / 17)),
    }
    for name, values in wanted.items():
        assert_close(adams[name], values, rtol=1e-5)


@pytest.mark.quickest
def test_saved_and_loaded(tmp_path):
    gan = keras_gan.GAN(*tiny(), seed=1)
    recipe = networks.recipe("stylegan2", SHAPE)
    gan.compile(**recipe.compile_arguments(), **QUICK_STEPS)
    images = np.random.default_rng(0).uniform(-1, 1, (4, *SHAPE))
    gan.train_on_batch(images)
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    for one in (gan, again):
        one.train_on_batch(images)
    mean = style_space.mean_style(again.ema_generator)
    assert np.abs(array(mean)).max() > 0
    assert array(again.penalties[1].variables[0]) > 0
    for one, other in zip(gan.get_weights(), again.get_weights(), strict=True):
        assert_close(other, one)


@pytest.mark.quickest
def test_layers_that_take_the_style():
    # Convolutions have as many inputs as the style has entries.
    generator = networks.stylegan2_generator((8, 8, 1), width=2)
    found = keras_gan.latents.factorize(generator, layers=["style_1"])
    assert len(found) == 4
    with pytest.raises(ValueError, match="`layers` must name") as error:
        keras_gan.latents.factorize(generator, layers=["conv_1"])
    named = str(error.value).split("Received")[0]
    assert named.count("image_style_") == 2 and "conv" not in named
