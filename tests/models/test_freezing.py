"""`GAN.compile(freeze_layers=...)`: the first layers of D stay as they are."""

import keras
import numpy as np
import pytest
from portable import QUICK_STEPS, corners

import keras_gan

IMAGES = np.tanh(np.random.default_rng(0).normal(size=(16, 4, 4, 1)))
LABELS = np.arange(16) % 3


def make(freeze_layers, num_classes=None):
    networks = keras_gan.networks.mlp(
        (4, 4, 1), hidden=(6, 6), latent_dim=3, num_classes=num_classes, seed=1
    )
    gan = keras_gan.GAN(*networks, num_classes=num_classes, seed=1)
    gan.compile(
        loss="non_saturating",
        penalties=[],
        freeze_layers=freeze_layers,
        **QUICK_STEPS,
    )
    return gan


def fit(gan):
    labels = None if gan.num_classes is None else LABELS
    gan.fit(IMAGES, labels, batch_size=8, shuffle=False, verbose=0)


def changed(gan, train=fit):
    """Which weights of the discriminator training changes."""
    before = gan.discriminator.get_weights()
    train(gan)
    pairs = zip(before, gan.discriminator.get_weights(), strict=True)
    return [not np.array_equal(*pair) for pair in pairs]


@pytest.mark.parametrize("number", corners([1, 0, 2]))
def test_the_first_layers_are_not_trained(number):
    gan = make(number)
    generator = gan.generator.get_weights()
    expected = [False] * 2 * number + [True] * 2 * (3 - number)
    assert changed(gan) == expected
    for one, other in zip(generator, gan.generator.get_weights(), strict=True):
        assert not np.array_equal(one, other)
    # Nothing else is said of the network, which may be of use elsewhere.
    assert len(gan.discriminator.trainable_weights) == 6
    gan.compile(loss="non_saturating", penalties=[], **QUICK_STEPS)
    assert all(changed(gan))


@pytest.mark.quickest
def test_saved_and_loaded_it_goes_on_as_if_nothing_had_been(tmp_path):
    gan = make(1)
    fit(gan)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert loaded.freeze_layers == 1
    for one in (gan, loaded):
        assert changed(one) == [False] * 2 + [True] * 4
    for one, other in zip(gan.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    alone = keras.saving.load_model(tmp_path / "gan.keras", compile=False)
    alone.compile(loss="non_saturating", penalties=[], run_eagerly=True)
    assert all(changed(alone))


@pytest.mark.quickest
def test_embeddings_of_classes_are_always_trained():
    gan = make(2, num_classes=3)
    paths = [weight.path for weight in gan.discriminator.weights]
    for path, moved in zip(paths, changed(gan), strict=True):
        assert moved is ("logits" in path or "label" in path), path


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("number", "message"),
    [
        (-1, "integer of at least 0. Received: freeze_layers=-1"),
        (1.5, "integer of at least 0. Received: freeze_layers=1.5"),
        (3, "must leave a layer to train. Received: 3, for a .* of 3 layers"),
    ],
)
def test_numbers_that_cannot_be(number, message):
    gan = make(1)
    with pytest.raises(ValueError, match=message):
        gan.compile(loss="non_saturating", penalties=[], freeze_layers=number)
    assert gan.freeze_layers == 1
    assert changed(gan) == [False] * 2 + [True] * 4
