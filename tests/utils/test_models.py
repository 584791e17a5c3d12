import copy
import json
import zipfile

import keras
import pytest
from edits import edited
from portable import assert_equal

from keras_gan.utils.models import (
    Untracked,
    deserialized,
    input_shapes,
    load_model,
)


def network():
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])


class Subclassed(keras.Model):
    def call(self, images):
        return images


def load(path, **options):
    return load_model(path, expected="a test model", **options)


@pytest.mark.quickest
def test_a_device_that_fails_is_not_blamed_on_the_file(tmp_path, monkeypatch):
    def fails(*_, **__):
        raise RuntimeError("no device")

    path = tmp_path / "model.keras"
    network().save(path)
    monkeypatch.setattr(keras.saving, "load_model", fails)
    with pytest.raises(ValueError, match="It is damaged"):
        load(path)
    monkeypatch.setattr(keras.ops, "zeros", fails)
    with pytest.raises(RuntimeError, match="no device"):
        load(path)


@pytest.mark.quickest
def test_an_untracked_network_is_not_seen_by_keras():
    layer = keras.layers.Identity()
    layer.held = Untracked(network())
    assert layer.weights == [] and not layer._layers
    assert len(layer.held.value.trainable_variables) == 2


@pytest.mark.quickest
def test_deserializing_leaves_the_config_as_it_was():
    config = keras.saving.serialize_keras_object(network())
    before = copy.deepcopy(config)
    assert deserialized(config).output_shape == (None, 3)
    assert config == before


@pytest.mark.quickest
def test_input_shapes():
    assert input_shapes(network()) == [(None, 4)]
    assert input_shapes(Subclassed()) is None
    assert input_shapes(keras.Sequential([keras.layers.Dense(3)])) is None


def test_a_file_is_loaded(tmp_path):
    model = network()
    model.save(tmp_path / "x.keras")
    weights = load(tmp_path / "x.keras").get_weights()
    assert_equal(weights[0], model.get_weights()[0])


def test_a_name_that_the_framework_refuses(tmp_path):
    inputs = keras.Input((4,))
    outputs = keras.layers.ReLU()(inputs)
    model = keras.Model(inputs, outputs, name="my model")
    model.save(tmp_path / "x.keras")
    if keras.backend.backend() != "tensorflow":
        assert load(tmp_path / "x.keras").name == model.name
        return
    with pytest.raises(ValueError, match="no model of the name .my model"):
        load(tmp_path / "x.keras")


@pytest.mark.quickest
def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no model .*x.keras"):
        load(tmp_path / "x.keras")
    with pytest.raises(FileNotFoundError, match="^No .*x.keras, sorry$"):
        load(tmp_path / "x.keras", missing="No {path}, sorry")


@pytest.mark.quickest
def test_damaged_files(tmp_path):
    path = tmp_path / "x.keras"
    path.write_text("text")
    with pytest.raises(ValueError, match="damaged, or it is not a test model"):
        load(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps({"class_name": "Nothing"}))
    with pytest.raises(ValueError, match="damaged, or it is not a test model"):
        load(path)


@pytest.mark.once
def test_every_key_of_a_config_removed_or_mistyped(tmp_path):
    inputs = keras.Input((4,))
    small = keras.Model(inputs, keras.layers.ReLU()(inputs))
    small.save(tmp_path / "x.keras")
    with zipfile.ZipFile(tmp_path / "x.keras") as archive:
        whole = {name: archive.read(name) for name in archive.namelist()}
    kinds = set()
    for name in ("config.json", "metadata.json"):
        for content in edited(json.loads(whole[name])):
            with zipfile.ZipFile(tmp_path / "y.keras", "w") as archive:
                for other, data in whole.items():
                    archive.writestr(other, content if other == name else data)
            try:
                kinds.add(type(load(tmp_path / "y.keras")))
            except ValueError as error:
                assert "y.keras` cannot be loaded." in str(error)
                kinds.add(type(error))
    assert kinds == {type(small), ValueError}


@pytest.mark.quickest
def test_python_code_is_run_only_where_it_is_allowed(tmp_path):
    inputs = keras.Input((4,))
    outputs = keras.layers.Lambda(lambda x: -x)(inputs)
    keras.Model(inputs, outputs).save(tmp_path / "x.keras")
    with pytest.raises(ValueError, match="Python code.*and say please"):
        load(tmp_path / "x.keras", unsafe_hint="say please")
    assert load(tmp_path / "x.keras", safe_mode=False).count_params() == 0
