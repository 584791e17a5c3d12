"""What TensorFlow users do to models: checkpoints and exports."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan

IMAGES = np.tanh(np.random.default_rng(0).normal(size=(16, 4, 4, 1)))
CLASSES = np.arange(16) % 2


def make_gan(num_classes=None, **options):
    keras.utils.set_random_seed(1)
    networks = keras_gan.networks.mlp(
        (4, 4, 1), hidden=(8,), latent_dim=3, num_classes=num_classes
    )
    gan = keras_gan.GAN(*networks, num_classes=num_classes, seed=1)
    gan.compile(run_eagerly=True, **options)
    return gan


def test_a_checkpoint_of_tensorflow_goes_on_where_it_was(tmp_path):
    penalty = keras_gan.penalties.GradientPenalty
    data = {"x": IMAGES, "batch_size": 8, "shuffle": False, "verbose": 0}
    gan = make_gan(penalties=penalty(seed=2))
    gan.fit(**data)
    path = tf.train.Checkpoint(model=gan).save(tmp_path / "checkpoint")
    other = make_gan(penalties=penalty(seed=2))
    tf.train.Checkpoint(model=other).restore(path).assert_consumed()
    expected, found = gan.fit(**data), other.fit(**data)
    assert found.history == expected.history
    for ours, theirs in zip(other.variables, gan.variables, strict=True):
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())
    np.testing.assert_array_equal(other.generate(3), gan.generate(3))


@pytest.mark.parametrize("num_classes", [None, 2])
def test_an_export_generates(tmp_path, num_classes):
    gan = make_gan(num_classes, penalties=[])
    gan.export(tmp_path / "export", verbose=False)
    exported = tf.saved_model.load(str(tmp_path / "export"))
    latents = np.random.default_rng(1).normal(size=(5, 3)).astype("float32")
    inputs = [latents]
    if num_classes:
        inputs.append(np.arange(5, dtype="int32") % 2)
    inputs = inputs[0] if num_classes is None else inputs
    np.testing.assert_allclose(
        exported.serve(inputs),
        gan.predict(inputs, verbose=0),
        rtol=1e-5,
        atol=1e-6,
    )
