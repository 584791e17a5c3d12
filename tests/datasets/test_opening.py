import doctest

import numpy as np
import pytest

from keras_gan.datasets import describe, load, open_source, opening

# Another backend would change nothing.
pytestmark = pytest.mark.once


def test_examples_run():
    assert doctest.testmod(opening).failed == 0


def test_describe_digits():
    info = describe("digits", image_size=(16, 12), channels=3)
    assert info.image_shape == (16, 12, 3)
    assert info.class_names == tuple("0123456789")
    assert info.skipped == () and info.name == "digits"


def test_opened_source_is_loaded_without_opening_again():
    source = open_source("digits", image_size=4)
    assert open_source(source) is source
    assert next(iter(load(source, labels=False))).shape == (64, 4, 4, 1)
    with pytest.raises(ValueError, match="given to `open_source`"):
        load(source, image_size=8)


@pytest.mark.parametrize("name", ["mnits", "fashion-mnist", "digit"])
def test_unknown_name_lists_near_ones(name):
    with pytest.raises(FileNotFoundError, match="Did you mean `") as error:
        load(name)
    assert "\n" not in str(error.value)
    assert "cifar10" in str(error.value)


def test_missing_path_lists_its_neighbors(tmp_path):
    (tmp_path / "images").mkdir()
    with pytest.raises(FileNotFoundError, match="Did you mean `images`"):
        load(tmp_path / "image")
    with pytest.raises(FileNotFoundError, match="`.*/far/away`. Built-in"):
        load(tmp_path / "far" / "away")


def test_unknown_suffix(tmp_path):
    (tmp_path / "a.tar").write_bytes(b"")
    with pytest.raises(ValueError, match="a.tar` is not a kind of data"):
        load(tmp_path / "a.tar")


@pytest.mark.parametrize("source", [3, None, (), (np.zeros(3),) * 3, ["a"]])
def test_what_is_no_source(source):
    with pytest.raises(ValueError, match="`source` must be"):
        load(source)
