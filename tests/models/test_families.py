"""What holds of each family of networks.

One step is compared across backends by test_one_step.py.
"""

import contextlib

import keras
import numpy as np
import pytest
from families import CLASSES, FAMILIES, LABELS, LATENT_DIM, images_for
from portable import QUICK_STEPS, corners, to_numpy

import keras_gan

# On other backends than PyTorch all take long: one is enough there beside
# test_one_step.py and the tests of layers in half precision.
TRAINED = corners(FAMILIES)
# Replicas of these are traced as a user's are: with batch normalization, and
# with a statistic of the whole batch.
TRACED = ("dcgan", "progressive")


class LatentsFromData(keras_gan.GAN):
    """A GAN whose latents are the first pixels of each real image."""

    def sample_latents(self, batch, seed):
        images = batch.images
        if len(images.shape) == 3:  # Sounds.
            return images[:, :LATENT_DIM, 0]
        return images[:, 0, :LATENT_DIM, 0]


@pytest.mark.parametrize("family", TRAINED)
def test_trains_in_bfloat16_and_goes_on_exactly(family, tmp_path):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        pair = FAMILIES[family]()
        images = images_for(pair[1])
        gan = keras_gan.GAN(*pair, num_classes=CLASSES, seed=1)
        adam = [keras.optimizers.Adam(1e-3) for _ in "gd"]
        gan.compile(*adam, loss="hinge", **QUICK_STEPS)
        before = [to_numpy(v) for v in gan.trainable_variables]
        gan.train_on_batch(images, LABELS)
        gan.save(tmp_path / "gan.keras")
        loaded = keras.saving.load_model(tmp_path / "gan.keras")
        logs = [
            one.train_on_batch(images, LABELS, return_dict=True)
            for one in (gan, loaded)
        ]
        drawn = [
            one.generate(2, labels=[0, 1], seed=3) for one in (gan, loaded)
        ]
    finally:
        keras.config.set_dtype_policy("float32")
    assert np.isfinite(list(logs[0].values())).all()
    assert all(np.isfinite(to_numpy(v)).all() for v in gan.weights)
    assert drawn[0].dtype == "float32" and np.isfinite(drawn[0]).all()
    moved = [
        np.abs(to_numpy(v) - old).max() > 0
        for v, old in zip(gan.trainable_variables, before, strict=True)
    ]
    assert np.mean(moved) > 0.5
    assert logs[0] == logs[1]
    np.testing.assert_array_equal(*drawn)
    for one, two in zip(gan.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(to_numpy(one), to_numpy(two))


def same_for_all(shape, *args, dtype=None, **kwargs):
    """Normal numbers that are the same for each sample of a batch."""
    row = np.random.default_rng(1).normal(size=(1, *shape[1:]))
    ones = keras.ops.ones((shape[0], *(1 for _ in shape[1:])))
    return ones * keras.ops.convert_to_tensor(row, "float32")


@pytest.mark.parametrize("family", FAMILIES)
def test_two_replicas_are_one_device(family, two_cpus, monkeypatch):
    monkeypatch.setattr(keras.random, "normal", same_for_all)
    # Replicas shift the phases of their sounds differently.
    monkeypatch.setattr(
        keras.random,
        "randint",
        lambda shape, *args, **kwargs: keras.ops.ones(shape, "int32"),
    )
    gans, logs = [], []
    alone = contextlib.nullcontext
    for scope in (alone, two_cpus.scope):
        with scope():
            pair = _synchronized(FAMILIES[family]())
            gan = LatentsFromData(*pair, num_classes=CLASSES, seed=1)
            gan.compile(
                keras.optimizers.SGD(0.01),
                keras.optimizers.SGD(0.01),
                loss="hinge",
                penalties=[],
                # Two replicas take seven times longer to trace than to run.
                run_eagerly=family not in TRACED or scope is alone,
            )
        images = images_for(gan.discriminator)
        fitted = gan.fit(images, LABELS, shuffle=False, verbose=0)
        gans.append(gan)
        logs.append(fitted.history)
    # With them the error of a discriminator that reconstructs its images.
    assert set(logs[0]) == set(logs[1])
    for name, values in logs[0].items():
        np.testing.assert_allclose(logs[1][name], values, 1e-4, 1e-6)
    one, two = (gan.get_weights() for gan in gans)
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-4, atol=1e-5)


def _synchronized(pair):
    """Replicas share the statistics of a batch.

    Without it each normalizes by its own images, as Keras' layers do.
    """
    for network in pair:
        for layer in network._flatten_layers():
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.synchronized = True
    return pair
