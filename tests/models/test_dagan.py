"""`DAGAN`: other images of the class of an image."""

import keras
import numpy as np
import pytest
from class_pair_models import (
    LABELS,
    LATENT_DIM,
    OTHERS,
    SHAPE,
    SOURCES,
    make_dagan,
    networks,
)
from keras import layers, ops
from pair_models import judge
from portable import array, assert_close, assert_equal
from unpaired_models import editor, fit, generator

from keras_gan import DAGAN, datasets, sampling
from keras_gan.layers import DiffAugment, GANDataGenerator


class KnownLatents(DAGAN):
    """Latents that are the first pixels of the sources."""

    def sample_latents(self, batch, seed):
        return ops.reshape(batch.images[0], (-1, 64))[:, : self.latent_dim]


def latents_of(images):
    return images.reshape(len(images), -1)[:, :LATENT_DIM]


# Training --------------------------------------------------------------------


@pytest.mark.quickest
def test_losses_are_of_pairs_of_the_source_and_another_image():
    make, tell = parts = networks()
    made = array(make([SOURCES, latents_of(SOURCES)]))
    real, fake = (array(tell([SOURCES, one])) for one in (OTHERS, made))
    model = make_dagan(parts, cls=KnownLatents, loss="hinge", penalties=[])
    logs = model.evaluate(
        SOURCES, OTHERS, batch_size=16, verbose=0, return_dict=True
    )
    gaps = np.maximum(1 - real, 0).mean() + np.maximum(1 + fake, 0).mean()
    assert logs["d_loss"] == pytest.approx(gaps, rel=1e-4)
    assert logs["g_loss"] == pytest.approx(-fake.mean(), rel=1e-4, abs=1e-5)


@pytest.mark.quickest
def test_the_average_judges_with_the_penalties_of_the_loss():
    model = make_dagan(cls=KnownLatents)
    assert [type(one).__name__ for one in model.penalties] == ["R1", "R2"]
    logs = fit(model, SOURCES, OTHERS)
    assert {"d_loss", "g_loss", "r1", "r2"} <= set(logs)
    assert np.isfinite(list(logs.values())).all()


@pytest.mark.quickest
def test_both_images_of_a_pair_are_augmented_alike():
    class Same(layers.Layer):
        """0 for two equal images, so for augmented pairs of them, too."""

        def build(self, shapes):
            self.scale = self.add_weight(shape=(), initializer="ones")

        def call(self, inputs):
            first, second = inputs
            gap = ops.mean(ops.abs(first - second), axis=(1, 2, 3))
            return self.scale * gap[:, None]

    pair = [keras.Input(SHAPE), keras.Input(SHAPE)]
    tell = keras.Model(pair, Same()(pair))
    model = DAGAN(editor(), tell, augmenter=DiffAugment(seed=1), seed=1)
    found = model.discriminate(tell, [SOURCES, SOURCES], training=True)
    assert_close(found, np.zeros((16, 1)), atol=1e-6)
    moved = model.discriminate(tell, [OTHERS, SOURCES], training=True)
    still = model.discriminate(tell, [OTHERS, SOURCES], training=False)
    assert np.abs(array(moved) - array(still)).max() > 0.01


def dense(inputs, units, **kwargs):
    x = layers.Concatenate()([layers.Flatten()(one) for one in inputs])
    x = layers.Dense(32, activation="silu")(x)
    x = layers.Dense(32, activation="silu")(x)
    return layers.Dense(units, **kwargs)(x)


# Of hundreds of steps: a graph is quicker.
@pytest.mark.once
def test_it_learns_how_a_class_varies_and_applies_it_to_new_ones():
    # Two pixels that are the class, and two that are bright or dark.
    random, shape = np.random.default_rng(0), (2, 2, 1)

    def images_of(classes):
        styles = random.choice([-0.8, 0.8], len(classes))
        both = np.stack([classes, styles], axis=1) + random.normal(
            0, 0.02, (len(classes), 2)
        )
        pixels = np.repeat(both, 2, axis=1).reshape(-1, *shape)
        return pixels.astype("float32")

    x, other, z = keras.Input(shape), keras.Input(shape), keras.Input((2,))
    made = layers.Reshape(shape)(dense([x, z], 4, activation="tanh"))
    rates = [keras.optimizers.Adam(0.003, beta_1=0.0) for _ in "gd"]
    model = make_dagan(
        (
            keras.Model([x, z], made),
            keras.Model([x, other], dense([x, other], 1)),
        ),
        generator_optimizer=rates[0],
        discriminator_optimizer=rates[1],
        run_eagerly=False,
        ema_momentum=0.9,
    )
    classes = random.choice([-0.8, -0.4, 0.0, 0.4, 0.8], 64 * 600)
    model.fit(images_of(classes), images_of(classes), batch_size=64, verbose=0)
    new = np.repeat([-0.6, -0.2, 0.2, 0.6], 10)
    sources = images_of(new)
    made = model.augment(sources, 50, seed=1).mean(axis=(3, 4))
    # A new class stays what it is, and both styles are made of each image.
    assert np.abs(made[:, :, 0].mean(1) - new).max() < 0.15
    bright = made[:, :, 1] > 0
    assert np.abs(np.abs(made[:, :, 1]) - 0.8).mean() < 0.35
    assert 0.2 < bright.mean(1).min() and bright.mean(1).max() < 0.8


# Use -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model():
    return DAGAN(*networks(), seed=1)


@pytest.mark.quickest
def test_augments_each_image(model):
    made = model.augment(SOURCES[:5], 3, seed=4, batch_size=4)
    assert made.shape == (5, 3, *SHAPE) and made.dtype == np.float32
    assert_equal(made, model.augment(SOURCES[:5], 3, seed=4, batch_size=4))
    latents = keras.random.normal((15, LATENT_DIM), seed=4)
    sources = np.repeat(SOURCES[:5], 3, axis=0)
    wanted = array(model([sources, array(latents)]))
    assert_close(made.reshape(wanted.shape), wanted, atol=1e-6)
    # Without a seed, other images each time.
    new = [model.augment(SOURCES[:2]) for _ in range(2)]
    assert np.abs(new[0] - new[1]).max() > 0.01
    assert model.translate(SOURCES).shape == SOURCES.shape


@pytest.mark.quickest
def test_images_depend_on_the_latents(model):
    made = model.augment(SOURCES, 4, seed=1)
    assert made.std(axis=1).mean() > 0.01


@pytest.fixture(scope="module")
def source(model):
    return model.class_source(SOURCES, LABELS)


@pytest.mark.quickest
def test_draws_images_of_a_class_from_images_of_it(model, source):
    latents = np.random.default_rng(0).normal(size=(40, LATENT_DIM))
    latents = latents.astype("float32")
    for label in range(3):
        made = array(source.images(latents, np.full(40, label)))
        own = np.flatnonzero(np.array(LABELS) == label)
        # Each is what the generator makes of one of the images of the class.
        errors = [
            np.abs(
                array(model([np.repeat(SOURCES[i][None], 40, 0), latents]))
                - made
            ).max((1, 2, 3))
            for i in own
        ]
        assert np.min(errors, axis=0).max() < 1e-5
        assert len(set(np.argmin(errors, axis=0))) == len(own)


@pytest.mark.quickest
def test_is_a_source_like_every_other_gan(source, tmp_path):
    assert sampling.open_generator(source) is source
    layer = GANDataGenerator(source, 0.5, balance="uniform", seed=1)
    images, labels = layer(SOURCES, np.array(LABELS))
    assert images.shape == SOURCES.shape
    assert np.bincount(array(labels)).min() >= 4
    counted = datasets.SyntheticImages(source, counts={1: 3, 2: 2})
    assert counted[0][0].shape == (5, *SHAPE)
    assert sorted(counted[0][1].tolist()) == [1, 1, 1, 2, 2]
    # The images of the classes are saved with the layer.
    inputs = keras.Input(SHAPE)
    layer = GANDataGenerator(source, 1.0, pool_size=4, seed=1)
    keras.Model(inputs, layer(inputs)).save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras").layers[-1]
    latents = np.ones((3, LATENT_DIM), "float32")
    again = loaded._held.value.images(latents, np.arange(3))
    assert_close(again, source.images(latents, np.arange(3)), atol=1e-6)


# Saving ----------------------------------------------------------------------


def test_saved_and_continued_equals_unbroken(same_state, tmp_path):
    options = {"augmenter": DiffAugment("translation", seed=1)}
    unbroken, broken = (make_dagan(**options) for _ in "ab")
    fit(unbroken, SOURCES, OTHERS, epochs=2)
    fit(broken, SOURCES, OTHERS)
    broken.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    fit(loaded, SOURCES, OTHERS, initial_epoch=1, epochs=2)
    same_state(unbroken, loaded)
    found = [one.augment(SOURCES, 2, seed=1) for one in (unbroken, loaded)]
    assert_equal(*found)
    new = [one.augment(SOURCES) for one in (unbroken, loaded)]
    assert_equal(*new)


def test_mixed_precision():
    keras.config.set_dtype_policy("mixed_float16")
    model = make_dagan(
        loss="hinge", penalties=[], discriminator_steps=2, update="simultaneous"
    )
    logs = fit(model, SOURCES, OTHERS)
    assert np.isfinite(list(logs.values())).all()
    assert model.augment(SOURCES[:2]).dtype == np.float32
    source = model.class_source(SOURCES, LABELS)
    latents = np.ones((2, LATENT_DIM), "float32")
    images = source.images(latents, np.array([0, 2]))
    assert array(images).dtype == np.float32


# Errors ----------------------------------------------------------------------


@pytest.mark.quickest
def test_labels_are_not_partners():
    with pytest.raises(ValueError, match="pairs of images.*labels.*class_pair"):
        fit(make_dagan(), SOURCES, np.array(LABELS))


@pytest.mark.quickest
def test_images_must_have_partners():
    with pytest.raises(ValueError, match="16 sources and 8 targets"):
        fit(make_dagan(), SOURCES, OTHERS[:8])


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((generator, judge), r"`generator` must be .*\[images, latents\]"),
        ((editor, judge), "`discriminator` must take two images"),
    ],
)
def test_bad_networks(parts, message):
    with pytest.raises(ValueError, match=f"{message}.*Received"):
        DAGAN(*[make() for make in parts])


@pytest.mark.quickest
def test_bad_arguments(model):
    with pytest.raises(ValueError, match="`n` must be.*Received"):
        model.augment(SOURCES, 0)
    with pytest.raises(ValueError, match="`images` must have the shape"):
        model.augment(SOURCES[:, :4])
    with pytest.raises(ValueError, match="`seed` must be.*Received"):
        model.augment(SOURCES, seed=-1)
    with pytest.raises(ValueError, match="`labels` must be 16 integers"):
        model.class_source(SOURCES, [0, 1])
    with pytest.raises(ValueError, match=r"none of the classes \[3\]"):
        model.class_source(SOURCES, LABELS, num_classes=4)
    with pytest.raises(ValueError, match="its method `class_source` returns"):
        GANDataGenerator(model)
