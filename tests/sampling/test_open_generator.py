"""From what a user names to a source of images."""

import json
import zipfile

import keras
import numpy as np
import pytest
from portable import assert_close

import keras_gan
from keras_gan import networks
from keras_gan.sampling import open_generator

LATENTS = np.random.default_rng(0).normal(size=(2, 8)).astype("float32")


def make_gan(num_classes=None, **options):
    pair = networks.mlp((4, 4, 1), latent_dim=8, num_classes=num_classes)
    return keras_gan.GAN(*pair, num_classes=num_classes, **options)


def test_file_and_folder_draw_as_the_gan_does(tmp_path):
    gan = make_gan()
    gan.save(tmp_path / "model.keras")
    expected = gan.sampler(LATENTS)
    for named in (
        gan, tmp_path, tmp_path / "model.keras", str(tmp_path / "model.keras")
    ):  # fmt: skip
        source = open_generator(named)
        assert_close(source.images(LATENTS), expected, atol=1e-6)
        assert source.discriminator is not None


@pytest.mark.quickest
def test_compiled_gan_is_opened_without_its_training(tmp_path):
    gan = make_gan()
    gan.compile()
    gan.save(tmp_path / "model.keras")
    source = open_generator(tmp_path)
    assert source.images(LATENTS).shape == (2, 4, 4, 1)


@pytest.mark.quickest
def test_bare_generator_and_its_file(tmp_path):
    generator = make_gan(3).generator
    generator.save(tmp_path / "generator.keras")
    for named in (generator, tmp_path / "generator.keras"):
        source = open_generator(named, num_classes=3)
        assert (source.num_classes, source.discriminator) == (3, None)
        assert_close(
            source.images(LATENTS, [0, 2]),
            generator([LATENTS, np.array([0, 2])]),
            atol=1e-6,
        )


@pytest.mark.quickest
def test_one_of_each_class(tmp_path):
    gans = [make_gan(seed=seed) for seed in (1, 2)]
    gans[1].save(tmp_path / "one.keras")
    source = open_generator({0: gans[0], 1: tmp_path / "one.keras"})
    images = source.images(LATENTS, [1, 0])
    for place, gan in ((0, gans[1]), (1, gans[0])):
        assert_close(images[place], gan.sampler(LATENTS)[place], atol=1e-6)


@pytest.mark.quickest
def test_source_is_returned_as_it_is():
    source = open_generator(make_gan())
    assert open_generator(source) is source


@pytest.mark.quickest
@pytest.mark.parametrize("given", [None, 3])
def test_gan_knows_its_classes(given):
    assert open_generator(make_gan(3), num_classes=given).num_classes == 3
    with pytest.raises(ValueError, match="`num_classes` must be left out"):
        open_generator(make_gan(3), num_classes=4)


@pytest.mark.quickest
@pytest.mark.parametrize("number", ["cat", 0.7, True])
def test_classes_that_are_no_integers(number):
    with pytest.raises(ValueError, match="`gan` must name the classes by int"):
        open_generator({number: make_gan(), 1: make_gan()})


@pytest.mark.quickest
def test_not_a_model():
    with pytest.raises(TypeError, match="`gan` must be a GAN.*Received: int"):
        open_generator(3)


@pytest.mark.quickest
def test_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no model"):
        open_generator(tmp_path / "x.keras")
    with pytest.raises(FileNotFoundError, match="model.keras"):
        open_generator(tmp_path)


@pytest.mark.quickest
def test_damaged_files(tmp_path):
    path = tmp_path / "x.keras"
    path.write_text("text")
    with pytest.raises(ValueError, match="cannot be loaded. It is damaged"):
        open_generator(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps({"class_name": "Nothing"}))
    with pytest.raises(ValueError, match="cannot be loaded. It is damaged"):
        open_generator(path)


@pytest.mark.quickest
def test_python_code_is_run_where_it_is_asked_for(tmp_path):
    latents = keras.Input((8,))
    images = keras.layers.Reshape((2, 4, 1))(latents)
    images = keras.layers.Lambda(lambda x: -x)(images)
    path = tmp_path / "generator.keras"
    keras.Model(latents, images).save(path)
    with pytest.raises(ValueError, match="Python code.*`safe_mode=False`"):
        open_generator(path)
    source = open_generator(path, safe_mode=False)
    assert_close(source.images(LATENTS), -LATENTS.reshape(2, 2, 4, 1))
