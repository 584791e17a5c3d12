"""`FIDCallback`: `fid` in the logs, of images or of a statistics file."""

import keras
import numpy as np
import pytest
from portable import BACKEND

from keras_gan import GAN, networks
from keras_gan.callbacks import FIDCallback
from keras_gan.metrics import FeatureStatistics, FrechetInceptionDistance

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

SHAPE = (4, 4, 1)


@pytest.fixture(autouse=True)
def keras_home(tmp_path_factory, monkeypatch):
    """Statistics of a test are its own."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path_factory.mktemp("keras")))


@pytest.fixture
def images():
    generator = np.random.default_rng(0)
    return generator.uniform(-1, 1, (48, *SHAPE)).astype("float32")


@pytest.fixture
def extractor():
    return keras.Sequential([keras.Input(SHAPE), keras.layers.Flatten()])


@pytest.fixture
def gan():
    gan = GAN(*networks.mlp(SHAPE, latent_dim=4, hidden=(8,)), seed=1)
    # Outside of a program, JAX compiles each operation by itself: slower.
    jit = BACKEND == "jax"
    gan.compile(loss="non_saturating", penalties=None, jit_compile=jit)
    return gan


def test_fid_of_images_and_of_their_statistics(
    gan, images, extractor, tmp_path
):
    path = tmp_path / "real.npz"
    FeatureStatistics.from_features(images.reshape(48, -1)).save(path)
    values = []
    for real in (images, path, str(path)):
        callback = FIDCallback(real, 40, feature_extractor=extractor)
        logs = {}
        callback.set_model(gan)
        callback.on_train_begin()
        callback.on_epoch_end(0, logs)
        values.append(logs["fid"])
    metric = FrechetInceptionDistance(extractor)
    metric.update_state(images, gan.generate(40, seed=0, batch_size=40))
    assert values == pytest.approx([values[0]] * 3, rel=1e-6)
    assert values[0] > 0
    history = gan.fit(images, callbacks=[callback], verbose=0).history
    assert len(history["fid"]) == 1


def test_name_and_value_range(gan, images, extractor):
    callback = FIDCallback(
        images,
        num_images=20,
        feature_extractor=extractor,
        value_range=(-2, 2),
        name="distance",
    )
    history = gan.fit(images, callbacks=[callback], verbose=0).history
    assert "distance" in history and "fid" not in history


def test_what_is_no_statistics_file_is_refused_at_once(tmp_path, extractor):
    path = tmp_path / "x.npz"
    np.savez(path, mu=np.zeros(3))
    with pytest.raises(ValueError, match="`mu` and `sigma`"):
        FIDCallback(path, feature_extractor=extractor)
    with pytest.raises(OSError, match="nowhere"):
        FIDCallback("nowhere.npz", feature_extractor=extractor)
