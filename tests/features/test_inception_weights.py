import hashlib
import socket
from pathlib import Path

import keras
import numpy as np
import pytest
from portable import array, assert_close, assert_equal

from keras_gan.features import inception_weights
from keras_gan.features.inception_weights import (
    FILE_NAMES,
    VARIABLE,
    find_inception_weights,
    load_inception_weights,
)

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

CONTENT = b"weights"
DIGITS = hashlib.sha256(CONTENT).hexdigest()[:8]


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
def published(monkeypatch):
    """Names that the published file would have if `CONTENT` were in it."""
    names = tuple(name.replace("6726825d", DIGITS) for name in FILE_NAMES)
    monkeypatch.setattr(inception_weights, "FILE_NAMES", names)
    return names


def place(path: Path, content: bytes = CONTENT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("index", [0, 1])
def test_cache_is_searched_under_both_names(index, home, published):
    assert not inception_weights.are_at_hand()
    path = place(home / "models" / published[index])
    assert inception_weights.are_at_hand()
    assert find_inception_weights() == path


@pytest.mark.parametrize("is_folder", [True, False])
def test_environment_goes_before_the_cache(
    is_folder, home, published, tmp_path, monkeypatch
):
    place(home / "models" / published[0])
    path = place(tmp_path / "other" / published[1])
    monkeypatch.setenv(VARIABLE, str(path.parent if is_folder else path))
    assert find_inception_weights("auto") == path


@pytest.mark.parametrize("is_folder", [True, False])
def test_argument_goes_before_the_environment(
    is_folder, published, tmp_path, monkeypatch
):
    monkeypatch.setenv(VARIABLE, str(place(tmp_path / "a" / published[0])))
    path = place(tmp_path / "b" / published[0])
    given = path.parent if is_folder else path
    assert find_inception_weights(given) == path
    assert find_inception_weights(str(given)) == path


def test_home_is_understood_in_paths(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    path = place(tmp_path / "own.pth")
    assert find_inception_weights("~/own.pth") == path


def test_names_without_digits_are_not_checked(tmp_path, monkeypatch):
    path = place(tmp_path / "my-own-weights.pth", b"anything")
    assert find_inception_weights(path) == path
    monkeypatch.setenv(VARIABLE, str(path))
    assert find_inception_weights() == path


@pytest.mark.parametrize("name", [*FILE_NAMES, "own-00000000.pth"])
def test_wrong_checksum_is_refused(name, home, tmp_path, monkeypatch):
    path = place(tmp_path / name)
    wanted = path.stem[-8:]
    match = f"begin with {wanted}, and begins with {DIGITS}.*delete the file"
    with pytest.raises(ValueError, match=match) as error:
        find_inception_weights(path)
    assert str(path) in str(error.value)
    monkeypatch.setenv(VARIABLE, str(path))
    with pytest.raises(ValueError, match=match):
        find_inception_weights()


def test_half_a_download_in_the_cache_is_refused(home):
    place(home / "models" / FILE_NAMES[0], b"half")
    with pytest.raises(ValueError, match="delete the file and fetch it again"):
        find_inception_weights()


def test_file_is_downloaded_into_the_cache(
    home, published, tmp_path, monkeypatch
):
    source = place(tmp_path / "server" / published[0])
    monkeypatch.setattr(inception_weights, "URL", source.as_uri())
    path = find_inception_weights()
    assert path == home / "models" / published[0]
    assert path.read_bytes() == CONTENT
    source.unlink()
    assert find_inception_weights() == path


def test_wrong_download_is_refused(home, published, tmp_path, monkeypatch):
    source = place(tmp_path / "server" / published[0], b"an error page")
    monkeypatch.setattr(inception_weights, "URL", source.as_uri())
    with pytest.raises(ValueError, match="is damaged"):
        find_inception_weights()


def test_without_network_the_error_says_where_to_put_the_file(home):
    with pytest.raises(FileNotFoundError) as error:
        find_inception_weights()
    message = str(error.value)
    assert "no network here" in message
    assert inception_weights.URL in message
    assert str(home / "models" / FILE_NAMES[0]) in message
    assert VARIABLE in message
    assert "\n" not in message


def test_variable_that_names_nothing_is_told(tmp_path, monkeypatch):
    for place_ in (tmp_path, tmp_path / "none.pth"):
        monkeypatch.setenv(VARIABLE, str(place_))
        with pytest.raises(FileNotFoundError, match=VARIABLE) as error:
            find_inception_weights()
        assert f"Received: '{place_}'" in str(error.value)


@pytest.mark.parametrize("weights", [3, True, b"auto", "", ["auto"]])
def test_what_is_no_path_is_refused(weights):
    with pytest.raises(ValueError, match="`weights` must be 'auto'"):
        find_inception_weights(weights)


@pytest.fixture
def model():
    inputs = keras.Input((None, None, 2))
    x = keras.layers.Conv2D(3, (1, 2), name="Block-branch")(inputs)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, keras.layers.Dense(4, name="fc")(x))


@pytest.fixture
def arrays(torch_files):
    shapes = {
        "Block.branch.conv.weight": (3, 2, 1, 2),
        "Block.branch.bn.weight": (3,),
        "Block.branch.bn.bias": (3,),
        "Block.branch.bn.running_mean": (3,),
        "Block.branch.bn.running_var": (3,),
        "fc.weight": (4, 3),
        "fc.bias": (4,),
        "AuxLogits.fc.weight": (5, 5),
    }
    made = {name: torch_files.made_up(name, s) for name, s in shapes.items()}
    made["Block.branch.bn.running_var"] += 1.5
    made["Block.branch.bn.num_batches_tracked"] = np.array(0)
    return made


def test_normalization_is_folded_in(model, arrays, torch_files, tmp_path):
    path = torch_files.write_arrays(tmp_path / "x.pth", arrays)
    load_inception_weights(model, path)
    images = torch_files.made_up("images", (2, 4, 5, 2))
    weight, scale, shift, mean, variance, dense, bias, *_ = arrays.values()
    windows = np.stack([images[:, :, :-1], images[:, :, 1:]], axis=-1)
    x = np.einsum("bhwck,fck->bhwf", windows, weight[:, :, 0])
    x = (x - mean) / np.sqrt(variance + 1e-3) * scale + shift
    expected = x.mean(axis=(1, 2)) @ dense.T + bias
    assert_close(model(images), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "name", ["Block.branch.conv.weight", "Block.branch.bn.bias", "fc.bias"]
)
@pytest.mark.parametrize("is_missing", [True, False])
def test_other_networks_are_refused_and_the_model_untouched(
    name, is_missing, model, arrays, torch_files, tmp_path
):
    wrong = arrays.pop(name)
    if not is_missing:
        arrays[name] = np.stack([wrong, wrong])
    path = torch_files.write_arrays(tmp_path / "x.pth", arrays)
    before = [array(weight) for weight in model.weights]
    with pytest.raises(ValueError) as error:
        load_inception_weights(model, path)
    held = "none" if is_missing else f"one of shape {(2, *wrong.shape)}"
    assert f"tensor {name!r} of shape {wrong.shape}; it holds {held}" in str(
        error.value
    )
    for weight, expected in zip(model.weights, before, strict=True):
        assert_equal(weight, expected)


def test_truncated_files_are_refused(model, arrays, torch_files, tmp_path):
    path = torch_files.write_arrays(tmp_path / "x.pth", arrays)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match="not a complete file"):
        load_inception_weights(model, path)
