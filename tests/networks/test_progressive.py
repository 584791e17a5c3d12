"""Networks that grow while they are trained."""

import keras
import numpy as np
import pytest
from portable import QUICK_STEPS, array, assert_close, quick

import keras_gan
from keras_gan import networks
from keras_gan.models.growing import growing_layers

SHAPE = (16, 16, 1)
SMALL = {"width": 2, "seed": 1}
# 2 ** 22 steps, so that the first one is as good as none.
LONG = {"steps_per_stage": 0, "fade_steps": 2**22}
LATENTS = np.random.default_rng(5).normal(size=(4, 4)).astype("float32")
IMAGES = np.random.default_rng(6).uniform(-1, 1, (4, *SHAPE)).astype("float32")


def grow(network, growth, *, steps=0):
    for layer in growing_layers([network]):
        layer.steps.assign(growth * 2**22 + steps)


def weights_named(network, growth):
    """Weights that only levels finer than `growth` use."""
    finer = [f"level_{2**n * 4}x{2**n * 4}" for n in (1, 2) if n > growth]
    layers = [x for x in network.layers if x.name in finer]
    return [weight for layer in layers for weight in layer.weights]


def blocks(images, side):
    """Whether images are made of blocks of one color."""
    coarse = images[:, ::side, ::side]
    return np.abs(coarse.repeat(side, 1).repeat(side, 2) - images).max() == 0.0


def test_a_fade_begins_with_the_level_before_doubled():
    network = networks.progressive_generator(
        SHAPE, latent_dim=4, **SMALL, **LONG
    )
    draw = quick(network)
    for level, side in ((0, 4), (1, 2)):
        grow(network, level)
        before = array(draw(LATENTS))
        assert blocks(before, side)
        grow(network, level, steps=1)
        after = array(draw(LATENTS))
        assert not blocks(after, side)
        assert_close(after, before, rtol=1e-6, atol=1e-6)
        grow(network, level + 0.5)
        assert np.abs(array(draw(LATENTS)) - before).max() > 0.01


@pytest.mark.quickest
@pytest.mark.parametrize("level", [1, 2])
def test_a_complete_level_does_not_depend_on_the_one_before(level):
    pair = networks.progressive(SHAPE, latent_dim=4, **SMALL, **LONG)
    for network, inputs in zip(pair, (LATENTS, IMAGES), strict=True):
        run = quick(network)
        found = {}
        for scale in (1.0, 2.0):
            # 1x1 convolutions are those of images.
            for layer in state_layers(network):
                if layer.kernel_size == (1, 1) and is_of(layer, level - 1):
                    layer.kernel.assign(scale * array(layer.kernel))
            for growth in (level - 0.5, level):
                grow(network, growth)
                found[scale, growth] = array(run(inputs))
        np.testing.assert_array_equal(found[1.0, level], found[2.0, level])
        half = level - 0.5
        assert np.abs(found[1.0, half] - found[2.0, half]).max() > 1e-4


def state_layers(network):
    kind = keras_gan.layers.EqualizedConv2D
    return [x for x in network._flatten_layers() if isinstance(x, kind)]


def is_of(layer, level):
    """Whether a convolution of images belongs to a level, by its channels."""
    channels = [8, 4, 2][level]
    return channels in layer.kernel.shape[2:]


@pytest.mark.quickest
def test_levels_that_are_not_in_use_are_not_needed():
    pair = networks.progressive(SHAPE, latent_dim=4, **SMALL, **LONG)
    for network, inputs in zip(pair, (LATENTS, IMAGES), strict=True):
        run = quick(network)
        found = {}
        for scale in (1.0, 2.0):
            for weight in weights_named(network, 1):
                weight.assign(scale * array(weight))
            for growth in (1, 1.5):
                grow(network, growth)
                found[scale, growth] = array(run(inputs))
        np.testing.assert_array_equal(found[1.0, 1], found[2.0, 1])
        assert np.abs(found[1.0, 1.5] - found[2.0, 1.5]).max() > 1e-4


def test_a_run_that_stops_within_a_fade_goes_on_exactly(tmp_path):
    gan = keras_gan.GAN(
        *networks.progressive(
            SHAPE,
            latent_dim=4,
            num_classes=3,
            steps_per_stage=1,
            fade_steps=4,
            **SMALL,
        ),
        num_classes=3,
        seed=1,
    )
    recipe = networks.recipe("progressive", SHAPE)
    gan.compile(**recipe.compile_arguments(), **QUICK_STEPS)
    labels = np.arange(4) % 3
    for _ in range(3):
        logs = gan.train_on_batch(IMAGES, labels, return_dict=True)
    assert logs["growth"] == 0.5
    assert np.isfinite(list(logs.values())).all() and logs["drift"] >= 0
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    np.testing.assert_array_equal(
        again.generate(2, seed=1), gan.generate(2, seed=1)
    )
    after = [
        one.train_on_batch(IMAGES, labels, return_dict=True)
        for one in (gan, again)
    ]
    assert after[0] == after[1] and after[0]["growth"] == 0.75
    for one, other in zip(gan.weights, again.weights, strict=True):
        np.testing.assert_array_equal(array(one), array(other))


@pytest.mark.once
def test_sizes():
    for shape in ((28, 28, 1), (32, 64, 3), (8, 8, 4)):
        generator, discriminator = networks.progressive(shape, **SMALL)
        assert generator.output_shape == (None, *shape)
        assert discriminator.input_shape == (None, *shape)
    with pytest.raises(ValueError, match="at least 8 pixels"):
        networks.progressive((4, 4, 1))
    with pytest.raises(ValueError, match="progressive growing must have"):
        networks.progressive((30, 30, 1))
    with pytest.raises(ValueError, match="`fade_steps` must be at least 0"):
        networks.progressive((8, 8, 1), fade_steps=-1)
    sides = (32, 64, 128, 256)
    sizes = [
        networks.recipe("progressive", (side, side, 3)).batch_size
        for side in sides
    ]
    assert sizes == [64, 32, 16, 8]
