"""A file of one backend loads and goes on training on another."""

import importlib.util
import os
import subprocess
import sys

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan import penalties

ROOT = os.path.dirname(os.path.dirname(keras_gan.__file__))
# Each is one of a pair, there and back.
OTHER = {"tensorflow": "jax", "torch": "tensorflow"}
SHAPE = (8, 8, 1)
IMAGES = np.random.default_rng(0).uniform(-1, 1, (16, *SHAPE))
IMAGES = IMAGES.astype("float32")
PROGRAM = """
import sys
import numpy as np
import keras, keras_gan

source, target = sys.argv[1:]
gan = keras.saving.load_model(source)
arrays = np.load(target + ".npz")
for mine, other in zip(gan.get_weights(), arrays.values(), strict=True):
    np.testing.assert_array_equal(mine, other)
images = keras.ops.convert_to_numpy(
    gan.generator(np.ones((3, 4), "float32"), training=False))
history = gan.fit(np.load(target + ".images.npy"), batch_size=8, verbose=0,
                  shuffle=False, initial_epoch=1, epochs=2).history
gan.save(target + ".keras")
np.savez(target + ".after.npz", images, *gan.get_weights())
print(keras.backend.backend(), *(float(v[0]) for v in history.values()))
"""


def make_gan():
    pair = keras_gan.networks.mlp(SHAPE, latent_dim=4, hidden=(16,), seed=1)
    augmenter = keras_gan.layers.AdaptiveAugment(
        ["contrast"], probability=0.5, interval=1, speed=1.0, seed=8
    )
    gan = keras_gan.GAN(*pair, augmenter=augmenter, seed=3)
    gan.compile(penalties=[penalties.R1(0.1, every=2), penalties.LeCam(0.1)])
    return gan


def fit(gan, start):
    return gan.fit(
        IMAGES,
        batch_size=8,
        verbose=0,
        shuffle=False,
        initial_epoch=start,
        epochs=start + 1,
    ).history


@pytest.mark.skipif(
    keras.backend.backend() not in OTHER, reason="the other one of a pair"
)
def test_file_goes_from_one_backend_to_the_other_and_back(tmp_path):
    other = OTHER[keras.backend.backend()]
    if importlib.util.find_spec(other) is None:
        pytest.skip(f"{other} is not installed")
    gan = make_gan()
    fit(gan, 0)
    gan.save(tmp_path / "gan.keras")
    np.savez(tmp_path / "there.npz", *gan.get_weights())
    np.save(tmp_path / "there.images.npy", IMAGES)
    images = keras.ops.convert_to_numpy(
        gan.generator(np.ones((3, 4), "float32"), training=False)
    )
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, "gan.keras", "there"],
        cwd=tmp_path,
        env={
            **os.environ,
            "KERAS_BACKEND": other,
            "PYTHONPATH": ROOT,
        },
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr
    name, *losses = result.stdout.split()
    assert name == other and np.isfinite(np.float64(losses)).all()

    back = keras.saving.load_model(tmp_path / "there.keras")
    with np.load(tmp_path / "there.after.npz") as arrays:
        there, *weights = arrays.values()
    np.testing.assert_allclose(there, images, atol=1e-5)
    for mine, one in zip(back.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(mine, one)
    assert int(back.optimizer.generator.iterations) == 4
    assert np.isfinite(list(fit(back, 2).values())).all()
