"""VGG19, and where its weights are found."""

import hashlib
import os
import socket

import h5py
import keras
import numpy as np
import pytest
from small_encoder import narrow_vgg19

from keras_gan.features import vgg19, vgg19_weights
from keras_gan.features.vgg19_weights import FILE_NAMES, URL, VARIABLE

# Another backend would change nothing.
pytestmark = pytest.mark.once

# Of the user, before tests hide it.
REAL = os.environ.get(VARIABLE)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A home of Keras' that does not exist yet, and no network."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(VARIABLE, raising=False)

    def refuse(*args, **kwargs):
        raise OSError("no network here")

    monkeypatch.setattr(socket, "create_connection", refuse)
    return tmp_path / "home"


@pytest.fixture
def narrow(monkeypatch):
    return narrow_vgg19(monkeypatch)


def write(path, network):
    """Writes weights as in the published file; returns them by layer."""
    rng = np.random.default_rng(5)
    path.parent.mkdir(parents=True, exist_ok=True)
    written = {}
    with h5py.File(path, "w") as file:
        layers = [layer for layer in network.layers if layer.weights]
        file.attrs["layer_names"] = [layer.name for layer in layers]
        for layer in layers:
            group = file.create_group(layer.name)
            names = [f"{layer.name}_{kind}_1:0" for kind in "Wb"]
            group.attrs["weight_names"] = names
            values = [rng.normal(size=w.shape) for w in layer.get_weights()]
            for name, value in zip(names, values, strict=True):
                group[name] = value.astype("float32")
            written[layer.name] = values
    return written


def test_it_is_the_network_of_keras_with_its_preprocessing():
    network = vgg19(weights=None)
    published = keras.applications.VGG19(include_top=False, weights=None)
    values = network.get_weights()
    values[0] = values[0][:, :, ::-1]  # It takes BGR.
    published.set_weights(values)
    images = np.random.default_rng(0).uniform(0, 255, (1, 40, 36, 3))
    expected = published(
        keras.applications.vgg19.preprocess_input(images.astype("float32"))
    )
    found = network(images)
    assert found.shape == (1, 1, 1, 512)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-2)
    assert np.ptp(np.asarray(expected)) > 10
    assert not network.trainable_weights


def test_random_weights_are_always_the_same_and_keep_sizes(narrow):
    first, second = vgg19(weights=None), vgg19(weights=None)
    for a, b in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    images = np.random.default_rng(0).uniform(0, 255, (1, 32, 32, 3))
    assert 1 < np.std(first(images)) < 1000


@pytest.mark.parametrize("way", ["cache", "variable", "path", "folder"])
def test_file_of_keras_is_loaded(way, narrow, home, tmp_path, monkeypatch):
    random = vgg19(weights=None)
    place = home / "models" if way == "cache" else tmp_path / "other"
    written = write(place / FILE_NAMES[0], random)
    content = (place / FILE_NAMES[0]).read_bytes()
    monkeypatch.setattr(vgg19_weights, "MD5", hashlib.md5(content).hexdigest())
    if way == "variable":
        monkeypatch.setenv(VARIABLE, str(place))
    given = {"path": place / FILE_NAMES[0], "folder": place}.get(way, "auto")
    network = vgg19(given)
    assert vgg19_weights.are_at_hand() == (way in ("cache", "variable"))
    for name, (kernel, bias) in written.items():
        if name == "block1_conv1":
            kernel = kernel[:, :, ::-1]  # The file is for BGR.
        found = network.get_layer(name).get_weights()
        np.testing.assert_allclose(found[0], kernel, rtol=1e-6)
        np.testing.assert_allclose(found[1], bias, rtol=1e-6)


def test_without_network_the_error_says_where_to_put_the_file(home):
    with pytest.raises(FileNotFoundError) as error:
        vgg19()
    message = str(error.value)
    assert "no network here" in message and "\n" not in message
    for named in (URL, home / "models" / FILE_NAMES[0], VARIABLE, "weights="):
        assert str(named) in message


@pytest.mark.parametrize("content", [b"half a file", None])
def test_damaged_or_other_files_are_refused(narrow, tmp_path, content):
    path = tmp_path / "own.h5"
    if content is None:
        write(
            path, keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        )
    else:
        path.write_bytes(content)
    with pytest.raises(ValueError, match="cannot be loaded") as error:
        vgg19(path)
    assert str(path) in str(error.value) and URL in str(error.value)


@pytest.mark.parametrize("given", ["auto", "path"])
def test_the_published_name_stands_for_the_published_file(narrow, home, given):
    path = home / "models" / FILE_NAMES[0]
    write(path, vgg19(weights=None))
    with pytest.raises(ValueError, match="damaged or of another net") as error:
        vgg19(path if given == "path" else "auto")
    message = str(error.value)
    assert "\n" not in message and message.count(str(path)) == 2
    assert vgg19_weights.MD5 in message and URL in message
    # Under another name it is the user's own.
    own = path.rename(path.with_name("own.h5"))
    assert vgg19(own).count_params()


@pytest.mark.skipif(
    not REAL, reason=f"set {VARIABLE} to the file or folder of {URL}"
)
def test_published_weights_give_the_features_of_keras():
    network = vgg19(REAL)
    path = vgg19_weights.find_vgg19_weights(REAL)
    published = keras.applications.VGG19(include_top=False, weights=str(path))
    images = np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 3))
    expected = published(
        keras.applications.vgg19.preprocess_input(images.astype("float32"))
    )
    assert np.ptp(np.asarray(expected)) > 1
    np.testing.assert_allclose(network(images), expected, rtol=1e-3, atol=1e-2)
