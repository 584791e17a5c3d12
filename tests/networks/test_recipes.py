"""Settings of training that belong to a family of networks."""

import pytest

import keras_gan
from keras_gan import networks

pytestmark = pytest.mark.once


def test_recipe_makes_new_optimizers_for_each_compilation():
    recipe = networks.Recipe(generator_rate=1e-4, discriminator_rate=4e-4)
    one, two = recipe.compile_arguments(), recipe.compile_arguments()
    for name, rate in (("generator", 1e-4), ("discriminator", 4e-4)):
        key = f"{name}_optimizer"
        assert one[key] is not two[key]
        assert float(one[key].learning_rate) == pytest.approx(rate)


def test_gan_compiles_with_a_recipe():
    gan = keras_gan.GAN(*networks.mlp((8, 8, 1)))
    gan.compile(**networks.recipe("mlp", (8, 8, 1)).compile_arguments())
    assert gan.optimizer.generator.beta_1 == 0.0


def test_unknown_family_is_named():
    with pytest.raises(ValueError, match="'mlp'.*family='gpt'"):
        networks.recipe("gpt", (8, 8, 1))
