"""Networks for few images."""

import keras
import numpy as np
import pytest
from portable import QUICK_STEPS, array, assert_close

import keras_gan
from keras_gan import networks
from keras_gan.layers import ReconstructionError

SHAPE = (16, 16, 1)
RNG = np.random.default_rng(7)


def test_error_is_that_of_averaged_pixels():
    images = RNG.normal(size=(3, 8, 4, 2)).astype("float32")
    drawn = RNG.normal(size=(3, 4, 2, 2)).astype("float32")
    averages = images.reshape(3, 4, 2, 2, 2, 2).mean((2, 4))
    expected = np.abs(averages - drawn).mean((1, 2, 3))[:, None]
    found = ReconstructionError()([images, drawn])
    assert_close(found, expected, rtol=1e-5)


@pytest.mark.parametrize("num_classes", [None, 3])
def test_trains_by_its_recipe_and_comes_back(num_classes, tmp_path):
    gan = keras_gan.GAN(
        *networks.fastgan(
            SHAPE, width=2, latent_dim=4, num_classes=num_classes, seed=1
        ),
        num_classes=num_classes,
        seed=1,
    )
    recipe = networks.recipe("fastgan", SHAPE)
    gan.compile(**recipe.compile_arguments(), **QUICK_STEPS)
    images = RNG.uniform(-1, 1, (4, *SHAPE)).astype("float32")
    labels = None if num_classes is None else np.arange(4) % 3
    logs = gan.train_on_batch(images, labels, return_dict=True)
    assert np.isfinite(list(logs.values())).all()
    assert logs["reconstruction"] > 0
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    assert [one.name for one in again.penalties] == ["reconstruction"]
    inputs = images if labels is None else [images, labels]
    for one, other in zip(
        again.discriminator(inputs), gan.discriminator(inputs), strict=True
    ):
        assert_close(array(one), array(other), rtol=1e-5)


@pytest.mark.once
def test_sizes():
    for shape in ((28, 28, 1), (32, 48, 3), (128, 128, 3)):
        generator, discriminator = networks.fastgan(shape, width=2, seed=1)
        assert generator.output_shape == (None, *shape)
        assert discriminator.input_shape == (None, *shape)
    for shape in ((8, 8, 1), (30, 30, 1), (16, 64, 1)):
        with pytest.raises(ValueError, match="Sides of images must be"):
            networks.fastgan(shape)
