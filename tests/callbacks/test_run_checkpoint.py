"""`RunCheckpoint`: whole files, with their record, or the one before."""

import json

import keras
import numpy as np
import pytest
from portable import assert_equal

from keras_gan.callbacks.run_checkpoint import RunCheckpoint, read_record


@pytest.fixture
def model():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile("sgd", "mse")
    return model


def fit(model, *callbacks, epochs=2):
    x, y = np.ones((4, 3), "float32"), np.ones((4, 2), "float32")
    model.fit(x, y, epochs=epochs, verbose=0, callbacks=list(callbacks))


def test_model_and_record_are_those_of_the_last_epoch(model, tmp_path):
    path = tmp_path / "model.keras"
    records = iter([{"epoch": 1}, {"epoch": 2}])
    fit(model, RunCheckpoint(path, lambda: next(records)))
    assert read_record(path) == {"epoch": 2}
    loaded = keras.saving.load_model(path)
    for weight, saved in zip(
        model.get_weights(), loaded.get_weights(), strict=True
    ):
        assert_equal(weight, saved)
    assert [file.name for file in tmp_path.iterdir()] == ["model.keras"]


@pytest.mark.quickest
def test_record_may_be_left_out(model, tmp_path):
    fit(model, RunCheckpoint(tmp_path / "model.keras"))
    assert read_record(tmp_path / "model.keras") == {}


@pytest.mark.quickest
@pytest.mark.parametrize("index, writes", [(0, True), (1, False)])
def test_only_the_chief_of_several_workers_writes(
    model, tmp_path, monkeypatch, index, writes
):
    config = {
        "cluster": {"worker": ["a:1", "b:1"]},
        "task": {"type": "worker", "index": index},
    }
    monkeypatch.setenv("TF_CONFIG", json.dumps(config))
    fit(model, RunCheckpoint(tmp_path / "model.keras"))
    assert (tmp_path / "model.keras").exists() is writes


@pytest.mark.quickest
def test_failure_keeps_the_file_before(model, tmp_path, monkeypatch):
    path = tmp_path / "model.keras"
    callback = RunCheckpoint(path)
    fit(model, callback, epochs=1)
    before = path.read_bytes()

    def save(aside):
        aside.write_bytes(before[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(model, "save", save)
    with pytest.raises(OSError, match="No space left.*untouched") as caught:
        fit(model, callback, epochs=1)
    assert caught.value.errno == 28
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["model.keras"]


@pytest.mark.quickest
def test_other_failures_stay_as_they_are(model, tmp_path, monkeypatch):
    def save(aside):
        raise RuntimeError("a bug")

    monkeypatch.setattr(model, "save", save)
    with pytest.raises(RuntimeError, match="a bug"):
        fit(model, RunCheckpoint(tmp_path / "model.keras"))


@pytest.mark.quickest
def test_first_failure_says_that_there_is_none_before(model, tmp_path):
    path = tmp_path / "missing" / "model.keras"
    with pytest.raises(OSError, match="there is none before it"):
        fit(model, RunCheckpoint(path))


@pytest.mark.quickest
def test_damaged_file_is_named(tmp_path):
    (tmp_path / "model.keras").write_bytes(b"noise")
    with pytest.raises(ValueError, match="model.keras.*damaged"):
        read_record(tmp_path / "model.keras")
