"""WaveGAN: its maps, sizes and recipe."""

import json

import keras
import numpy as np
import pytest
from portable import QUICK_STEPS, array, assert_equal, corners, quick

import keras_gan
from keras_gan import networks
from keras_gan.layers import PhaseShuffle

SHAPE = (70, 1)
Z = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")


def sounds(shape=SHAPE, number=3):
    draws = np.random.default_rng(1)
    return draws.uniform(-1, 1, (number, *shape)).astype("float32")


@pytest.mark.quickest
@pytest.mark.parametrize(
    "shape",
    [(16_384, 1), (8_000, 2), (4_097, 1), (64, 1), (17, 3), (5, 1), (1, 1)],
    ids=str,
)
def test_any_length(shape):
    generator, discriminator = networks.wavegan(shape, width=1, latent_dim=4)
    assert generator.output_shape == (None, *shape)
    assert discriminator.input_shape == (None, *shape)
    assert discriminator.output_shape == (None, 1)


@pytest.mark.quickest
def test_maps_are_those_of_the_paper():
    generator, discriminator = networks.wavegan((16_384, 1), width=1)
    maps = [
        tuple(layer.output.shape[1:])
        for layer in generator.layers
        if isinstance(layer, keras.layers.ReLU)
    ]
    assert maps == [(16, 16), (64, 8), (256, 4), (1_024, 2), (4_096, 1)]
    shuffled = [
        tuple(layer.output.shape[1:])
        for layer in discriminator.layers
        if isinstance(layer, PhaseShuffle)
    ]
    assert shuffled == maps[:0:-1]
    # One more layer for sounds that are four times as long.
    longer = networks.wavegan_generator((65_536, 1), width=1)
    sizes = [x for x in longer.layers if isinstance(x, keras.layers.ReLU)]
    assert sizes[0].output.shape[1:] == (16, 32)


def test_samples_are_where_a_same_convolution_puts_them():
    # A kernel of ones makes of one sample the 25 that it reaches, of which
    # TensorFlow puts ten before the first of four.
    generator = networks.wavegan_generator((64, 1), width=1, latent_dim=1)
    transposed = generator.layers[-3]
    assert isinstance(transposed, keras.layers.Conv1DTranspose)
    kernel = np.ones(transposed.kernel.shape)
    transposed.set_weights([kernel, np.zeros(1)])
    body = keras.Model(transposed.input, generator.layers[-2].output)
    one = np.zeros((1, *transposed.input.shape[1:]), "float32")
    one[0, 5, 0] = 1.0
    (found,) = np.nonzero(array(body(one))[0, :, 0])
    assert found.tolist() == list(range(20 - 10, 20 + 15))


@pytest.mark.parametrize("policy", corners(["mixed_bfloat16", "float32"]))
def test_labels_change_sounds_and_logits(policy):
    keras.config.set_dtype_policy(policy)
    try:
        generator, discriminator = networks.wavegan(
            SHAPE, width=1, latent_dim=4, num_classes=3, seed=1
        )
    finally:
        keras.config.set_dtype_policy("float32")
    same = np.repeat(Z[:1], 3, axis=0)
    fakes = array(quick(generator)([same, np.arange(3)]))
    assert fakes.dtype == "float32" and np.abs(fakes).max() <= 1
    assert np.ptp(fakes, axis=0).max() > 1e-3
    same = np.repeat(sounds(number=1), 3, axis=0)
    logits = array(discriminator([same, np.arange(3)]))
    assert logits.dtype == "float32" and np.unique(logits).size == 3


def test_saving_round_trip(tmp_path):
    for model, inputs in zip(
        networks.wavegan(SHAPE, width=1, latent_dim=4, seed=1),
        (Z, sounds()),
        strict=True,
    ):
        model.save(tmp_path / "model.keras")
        loaded = keras.saving.load_model(tmp_path / "model.keras")
        assert_equal(loaded(inputs), model(inputs))
        first, second = model.get_config(), loaded.get_config()
        assert json.dumps(first) == json.dumps(second)


@pytest.mark.quickest
def test_seed_determines_weights_and_shifts():
    one, same, other = (
        networks.wavegan_discriminator(SHAPE, width=1, seed=seed)
        for seed in (1, 1, 2)
    )
    first, again, changed = (
        array(model(sounds(), training=True)) for model in (one, same, other)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != changed).all()


@pytest.mark.quickest
def test_without_shuffling_training_changes_nothing():
    discriminator = networks.wavegan_discriminator(
        SHAPE, width=1, phase_shuffle=0
    )
    assert_equal(
        discriminator(sounds(), training=True), discriminator(sounds())
    )


def test_a_gan_trains_it_as_it_is(tmp_path):
    recipe = networks.recipe("wavegan", SHAPE)
    assert (recipe.loss, recipe.discriminator_steps) == ("wasserstein", 5)
    assert (recipe.generator_rate, recipe.beta_1, recipe.beta_2) == (
        1e-4, 0.5, 0.9,
    )  # fmt: skip
    pair = networks.wavegan(SHAPE, width=1, latent_dim=4, seed=1)
    gan = keras_gan.GAN(*pair, ema_momentum=recipe.ema_momentum, seed=1)
    gan.compile(**recipe.compile_arguments(), **QUICK_STEPS)
    (penalty,) = gan.penalties
    assert type(penalty).__name__ == "GradientPenalty" and penalty.weight == 10
    batch = sounds(number=10)
    gan.train_on_batch(batch)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    logs = [
        one.train_on_batch(batch, return_dict=True) for one in (gan, loaded)
    ]
    assert logs[0] == logs[1] and np.isfinite(list(logs[0].values())).all()
    assert {"d_loss", "g_loss", "gradient_penalty"} <= logs[0].keys()
    drawn = [one.generate(2, seed=3) for one in (gan, loaded)]
    assert drawn[0].shape == (2, *SHAPE) and np.abs(drawn[0]).max() <= 1
    np.testing.assert_array_equal(*drawn)


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"shape": 16_384}, TypeError, "`shape` must be a tuple"),
        ({"shape": (16_384,)}, ValueError, r"\(length, channels\).*last axis"),
        ({"shape": (2, 64, 1)}, ValueError, "Leave the batch axis out"),
        ({"shape": (0, 1)}, ValueError, "`shape` must be at least 1"),
        ({"shape": (64.0, 1)}, TypeError, "`shape` must be made of integers"),
        ({"width": 0}, ValueError, "`width` must be at least 1"),
        ({"kernel_size": 3}, ValueError, "`kernel_size` must be at least 4"),
        ({"num_classes": 1}, ValueError, "`num_classes`.*unconditional"),
        ({"latent_dim": 0}, ValueError, "`latent_dim`"),
    ],
    ids=str,
)
def test_bad_arguments(arguments, error, message):
    with pytest.raises(error, match=message):
        networks.wavegan(**{"shape": (64, 1), **arguments})
