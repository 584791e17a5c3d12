"""Settings of training that belong to a family of networks."""

from pathlib import Path

import pytest

import keras_gan
from keras_gan import networks
from keras_gan.networks import recipes

pytestmark = pytest.mark.quickest


def test_recipe_makes_new_optimizers_for_each_compilation():
    recipe = networks.Recipe(generator_rate=1e-4, discriminator_rate=4e-4)
    one, two = recipe.compile_arguments(), recipe.compile_arguments()
    for name, rate in (("generator", 1e-4), ("discriminator", 4e-4)):
        key = f"{name}_optimizer"
        assert one[key] is not two[key]
        assert float(one[key].learning_rate) == pytest.approx(rate)


def test_recipe_makes_new_penalties_for_each_compilation():
    recipe = networks.recipe("stylegan2", (16, 16, 1))
    one, two = (recipe.compile_arguments()["penalties"] for _ in range(2))
    for first, second, own in zip(one, two, recipe.penalties, strict=True):
        assert len({id(first), id(second), id(own)}) == 3
        first.build()
        second.build()
        states = [*first.variables, *second.variables]
        assert len({id(state) for state in states}) == len(states)
        assert first.get_config() == own.get_config()


def test_functions_as_penalties_stay_as_they_are():
    recipe = networks.Recipe(penalties=(max,))
    assert recipe.compile_arguments()["penalties"] == [max]


def test_rates_are_those_of_penalties_by_name():
    lazy = {"scales_lazily": True, "generator_rate": 1e-3}
    every = networks.recipe("stylegan2", (16, 16, 1)).penalties
    share = networks.Recipe(penalties=every, **lazy).lazy_share("generator")
    assert share < 1.0
    named = networks.Recipe(penalties=("r1", "path_length", max), **lazy)
    wanted = keras_gan.penalties.get("path_length").every
    assert named.lazy_share("generator") == wanted / (wanted + 1)
    assert named.compile_arguments()["penalties"][0] == "r1"


def test_gan_compiles_with_a_recipe():
    gan = keras_gan.GAN(*networks.mlp((8, 8, 1)))
    gan.compile(**networks.recipe("mlp", (8, 8, 1)).compile_arguments())
    assert gan.optimizer.generator.beta_1 == 0.0


def test_unknown_family_is_named():
    with pytest.raises(ValueError, match="'mlp'.*family='gpt'"):
        networks.recipe("gpt", (8, 8, 1))


def row_of(family, side):
    """A row of the table of recipes in docs/networks.md."""
    recipe = networks.recipe(family, (side, side, 3))
    penalties = recipe.penalties
    if not isinstance(penalties, str):
        names = [type(one).__name__ for one in penalties]
        penalties = ", ".join(names) or "none"
    return (
        f"| `{family}` | {side} | {recipe.loss} | {penalties} | "
        f"{recipe.generator_rate:g}, {recipe.discriminator_rate:g} | "
        f"{recipe.beta_1:g}, {recipe.beta_2:g} | {recipe.discriminator_steps} "
        f"| {recipe.batch_size} | {recipe.ema_momentum:.4g} |"
    )


def test_guide_has_the_recipe_of_each_family():
    guide = Path(__file__).parents[2] / "docs" / "networks.md"
    _, after = guide.read_text().split("\n" + 9 * "|---" + "|\n")
    rows = after.split("\n\n")[0].splitlines()
    # Those of tables, sounds and text are in their guides.
    families = set(recipes._RECIPES) - {"table", "wavegan", "text"}
    wanted = [row_of(f, side) for f in families for side in (32, 64)]
    assert sorted(rows) == sorted(wanted)


def test_recipe_is_of_a_shape():
    assert networks.recipe("mlp", (2,)).loss == "relativistic"
    assert networks.recipe("wavegan", (16384, 1)).loss == "wasserstein"
    assert networks.recipe("text", (10, 27)).batch_size > 0
    with pytest.raises(TypeError, match="`image_shape` must be a tuple"):
        networks.recipe("sagan", "32")
    with pytest.raises(ValueError, match=r"`shape` must be \(length, channels"):
        networks.recipe("wavegan", (28, 28, 1))
    with pytest.raises(TypeError, match=r"must be \(length, vocabulary\)"):
        networks.recipe("text", (27,))


def test_small_families_train_as_a_gan_does_by_itself():
    alone = keras_gan.optimizers.AdversarialOptimizer()
    arguments = networks.recipe("dcgan", (28, 28, 1)).compile_arguments()
    for name in ("generator", "discriminator"):
        one, other = getattr(alone, name), arguments[f"{name}_optimizer"]
        for setting in ("learning_rate", "beta_1", "beta_2", "epsilon"):
            assert float(getattr(one, setting)) == pytest.approx(
                float(getattr(other, setting))
            )
