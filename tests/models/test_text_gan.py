"""`TextGAN`: texts by a language model and a discriminator."""

import keras
import numpy as np
import pytest
from keras import ops
from portable import QUICK_STEPS, to_numpy

import keras_gan
from keras_gan import datasets, networks
from keras_gan.layers import TextPreprocessor
from keras_gan.models import text_data

NAMES = ["anna", "bob", "eve", "otto", "al", "bea"] * 4


def adapted(lines=NAMES):
    preprocessor = TextPreprocessor()
    preprocessor.adapt(lines)
    return preprocessor


def make(lines=NAMES, generator="text_generator", classes=None, **options):
    """A compiled model; arguments of `TextGAN` and of `compile`."""
    preprocessor = adapted(lines)
    shape = preprocessor.sequence_shape
    sizes = {"width": 6, "num_classes": classes, "seed": 3}
    pair = (
        getattr(networks, generator)(shape, latent_dim=2, **sizes),
        networks.text_discriminator(shape, blocks=1, **sizes),
    )
    names = {"likelihood_weight", "warm_start", "ema_momentum"} & set(options)
    own = {name: options.pop(name) for name in names}
    gan = keras_gan.TextGAN(
        *pair, preprocessor, num_classes=classes, seed=7, **own
    )
    gan.compile(**{**QUICK_STEPS, **options})
    return gan


def weights(network):
    return to_numpy(network.trainable_weights)


def test_likelihood_is_that_of_the_text():
    logits = np.log(np.array([[[0.5, 0.25, 0.25]] * 4] * 2, "float32"))
    codes = ops.convert_to_tensor([[1, 2, 0, 0], [0, 0, 0, 0]])
    found = text_data.negative_log_likelihood(
        ops.convert_to_tensor(logits), ops.one_hot(codes, 3)
    )
    # Two letters and an end; an end alone: what follows does not count.
    expected = -(2 * np.log(0.25) + 2 * np.log(0.5)) / 4
    assert float(found) == pytest.approx(expected, rel=1e-5)


def test_training_lowers_the_likelihood_loss_first():
    adam = keras.optimizers.Adam(3e-2)
    gan = make(warm_start=100, ema_momentum=None, generator_optimizer=adam)
    before = gan.evaluate(NAMES, return_dict=True, verbose=0)["g_nll"]
    discriminator = weights(gan.discriminator)
    gan.fit(NAMES, batch_size=24, epochs=4, verbose=0)
    after = gan.evaluate(NAMES, return_dict=True, verbose=0)["g_nll"]
    assert after < before - 0.1
    kernels = zip(discriminator, weights(gan.discriminator), strict=True)
    # But for the last bias, which a relativistic loss does not see.
    for old, new in [*kernels][:-1]:
        assert np.abs(old - new).max() > 0


@pytest.mark.quickest
def test_adversarial_loss_begins_after_the_warm_start():
    # The same first step whatever the discriminator says; not the second one.
    steps = []
    for loss in ("relativistic", "hinge"):
        gan = make(loss=loss, warm_start=1, penalties=None)
        for _ in range(2):
            gan.train_on_batch(NAMES)
            steps.append(weights(gan.generator))
    for one, other in zip(steps[0], steps[2], strict=True):
        np.testing.assert_allclose(one, other, atol=1e-7)
    gaps = [
        np.abs(one - other).max()
        for one, other in zip(steps[1], steps[3], strict=True)
    ]
    assert max(gaps) > 1e-5


def test_a_convolutional_generator_learns_from_the_discriminator_alone():
    gan = make(generator="text_conv_generator", warm_start=0)
    before = weights(gan.generator)
    logs = gan.train_on_batch(NAMES, return_dict=True)
    assert "g_nll" not in logs and gan.likelihood_weight == 0
    for old, new in zip(before, weights(gan.generator), strict=True):
        assert np.abs(old - new).max() > 0
    with pytest.raises(ValueError, match="must be 0 for a generator"):
        make(generator="text_conv_generator", likelihood_weight=1.0)


def test_texts_are_drawn_by_seed_and_temperature():
    gan = make()
    gan.fit(NAMES, batch_size=24, verbose=0)
    texts = gan.generate(20, seed=1)
    assert len(texts) == 20 and set("".join(texts)) <= set("".join(NAMES))
    assert gan.generate(20, seed=1) == texts
    assert gan.generate(20, seed=2) != texts
    cold = gan.generate(20, seed=1, temperature=1e-3)
    assert len(set(cold)) < len(set(texts))
    # The temperature was that of one call.
    assert gan.generate(20, seed=1) == texts


@pytest.mark.quickest
def test_latents_near_zero_make_one_text():
    gan = make(generator="text_conv_generator", ema_momentum=None)
    draws = np.random.default_rng(2)
    for weight in gan.generator.trainable_weights:
        weight.assign(draws.normal(size=weight.shape))
    cold = {"seed": 1, "temperature": 1e-6}
    assert len(set(gan.generate(20, **cold))) > 1
    assert len(set(gan.generate(20, truncation=1e-6, **cold))) == 1


def test_a_saved_model_goes_on_exactly(tmp_path):
    gan = make(warm_start=2)
    codes = gan.preprocessor.encode(NAMES)
    options = {"batch_size": 24, "shuffle": False, "verbose": 0}
    gan.fit(codes, **options)
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    assert again.preprocessor.vocabulary == gan.preprocessor.vocabulary
    assert again.generate(8, seed=1) == gan.generate(8, seed=1)
    for model in (gan, again):
        model.run_eagerly = gan.run_eagerly
        model.fit(codes, epochs=2, **options)
    for one, other in zip(gan.weights, again.weights, strict=True):
        np.testing.assert_array_equal(to_numpy(one), to_numpy(other))


@pytest.mark.quickest
def test_defaults_are_those_of_the_recipe():
    gan = make()
    recipe = networks.recipe("text", gan.image_shape)
    assert type(gan.loss).__name__ == "RelativisticLoss"
    assert recipe.loss == "relativistic"
    wanted = {
        "generator": recipe.generator_rate,
        "discriminator": recipe.discriminator_rate,
    }
    for name, rate in wanted.items():
        part = getattr(gan.optimizer, name)
        found = float(part.learning_rate), part.beta_1, part.beta_2
        assert found == pytest.approx((rate, recipe.beta_1, recipe.beta_2))


@pytest.mark.quickest
def test_texts_of_classes():
    lines = datasets.text(["x\taaa", "y\tbbb"] * 12)
    adam = keras.optimizers.Adam(3e-2)
    gan = make(lines, classes=2, warm_start=500, generator_optimizer=adam)
    gan.fit(lines, batch_size=24, epochs=40, verbose=0)
    texts = gan.generate(40, labels=[0, 1] * 20, seed=1)
    right = [set(t) <= {"ab"[i % 2]} for i, t in enumerate(texts)]
    assert np.mean(right) > 0.8
    with pytest.raises(ValueError, match="needs labels"):
        gan.fit(lines.lines, verbose=0)


@pytest.mark.quickest
def test_one_character_can_be_learned():
    gan = make(["a", "aa", "aaa"] * 4)
    gan.fit(["a", "aa"] * 6, batch_size=6, verbose=0)
    assert set("".join(gan.generate(5, seed=0))) <= {"a"}


@pytest.mark.quickest
def test_validation_has_texts_and_a_metric():
    gan = make()
    metric = keras_gan.metrics.TextQuality(gan.preprocessor)
    gan.compile(metrics=[metric], **QUICK_STEPS)
    for held_out in (NAMES[:6], datasets.TextLines(tuple(NAMES[:6]))):
        history = gan.fit(
            NAMES, batch_size=12, validation_data=held_out, verbose=0
        ).history
        assert {"val_g_nll", "val_ngram_distance", "val_unique"} <= set(history)


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda gan: gan.fit(["bob", "carl"]), "'c', 'r' in 'carl'"),
        (lambda gan: gan.fit(np.zeros((2, 4))), "Received: float64"),
        (lambda gan: gan.fit(np.zeros((2, 3), "int32")), "shape of the prep"),
        (lambda gan: gan.fit(np.full((2, 4), 9)), "Received: 9 to 9"),
        (lambda gan: gan.fit([]), "must be one array"),
        (lambda gan: gan.generate(0), "must be a positive integer"),
        (lambda gan: gan.generate(1, temperature=0.0), "`temperature`"),
        (lambda gan: gan.generate(1, labels=1), "must be None"),
    ],
)
def test_mistakes_are_explained(call, message):
    with pytest.raises(ValueError, match=message):
        call(make())


@pytest.mark.quickest
def test_networks_are_of_the_texts():
    pair = networks.text((3, 4), width=4)
    with pytest.raises(ValueError, match=r"the shape \(4, 9\).*\(3, 4\)"):
        keras_gan.TextGAN(*pair, adapted())
    with pytest.raises(TypeError, match="must be a `keras_gan.layers.TextP"):
        keras_gan.TextGAN(*pair, NAMES)
    with pytest.raises(ValueError, match="has learned none"):
        keras_gan.TextGAN(*pair, TextPreprocessor())
