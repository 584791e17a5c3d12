"""Generators of all families in formats of other programs, by TensorFlow."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from families import CLASSES, FAMILIES, LATENT_DIM

import keras_gan
from keras_gan.models import exporting
from keras_gan.models.export_operations import gelu, repeated
from keras_gan.models.growing import growing_layers

RNG = np.random.default_rng(1)
GIVEN = {
    "latents": RNG.normal(size=(3, LATENT_DIM)).astype("float32"),
    "labels": np.array([1, 0, 2], "int32"),
    "truncation": np.ones(3, "float32"),
}


@pytest.fixture
def gan(family):
    found = keras_gan.GAN(*FAMILIES[family](), num_classes=CLASSES, seed=1)
    for layer in growing_layers([found.sampler]):  # Half of the fade is over.
        layer.set_schedule(0, 4)
        layer.steps.assign(2.0)
    return found


def given_to(gan):
    return {one.name: GIVEN[one.name] for one in gan.exported().inputs}


@pytest.fixture
def check(gan):
    """Function that holds pictures against those of the model."""
    expected = gan.exported().predict(list(given_to(gan).values()), verbose=0)
    assert np.ptp(expected) > 0.001

    def compare(found):
        np.testing.assert_allclose(found, expected, atol=1e-4)

    return compare


@pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter")
@pytest.mark.parametrize(
    "family", ["sagan", "fastgan", "ladagan", "progressive"]
)
def test_tensorflow_lite(gan, tmp_path, check):
    path = tmp_path / "model.tflite"
    gan.export(path, format="tflite", verbose=False)
    # Operations that only a runtime with all of TensorFlow has.
    assert b"Flex" not in path.read_bytes()
    run = tf.lite.Interpreter(str(path)).get_signature_runner("serving_default")
    (images,) = run(**given_to(gan)).values()
    check(images)


@pytest.mark.parametrize("family", ["biggan_deep", "r3gan"])
def test_saved_model(gan, tmp_path, check):
    gan.export(tmp_path / "model", "saved_model", False)
    serve = tf.saved_model.load(str(tmp_path / "model")).signatures
    inputs = {name: tf.constant(one) for name, one in given_to(gan).items()}
    (images,) = serve["serving_default"](**inputs).values()
    check(images)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("family", FAMILIES)
def test_onnx(gan, tmp_path, check):
    runtime = pytest.importorskip("onnxruntime")
    pytest.importorskip("tf2onnx")
    path = str(tmp_path / "model.onnx")
    gan.export(path, format="onnx", verbose=False)
    (images,) = runtime.InferenceSession(path).run(None, given_to(gan))
    check(images)


def test_operations_that_are_replaced_give_the_same():
    maps = RNG.normal(size=(2, 3, 4, 5)).astype("float32")
    for size in ((2, 2), (1, 3), (3, 1)):
        expected = keras.layers.UpSampling2D(size)(maps)
        np.testing.assert_array_equal(repeated(maps, *size), expected)
    x = np.linspace(-5, 5, 101, dtype="float32")
    np.testing.assert_allclose(gelu(x), keras.activations.gelu(x), atol=1e-6)


def test_layers_are_as_before_when_it_is_written(tmp_path, monkeypatch):
    inputs = keras.Input((2, 2, 1))
    x = keras.layers.Dense(1, activation="gelu")(inputs)
    nearest = keras.layers.UpSampling2D()
    bilinear = keras.layers.UpSampling2D(interpolation="bilinear")
    inner = keras.Model(inputs, bilinear(nearest(x)))
    outer = keras.Input((8, 8, 1))
    twice = keras.Model(outer, nearest(outer))
    network = keras.Model(inputs, twice(inner(inputs)))
    dense, calls = inner.layers[1], []

    def export(self, *args, **kwargs):
        calls.append((dense.activation, "call" in vars(nearest)))
        assert "call" not in vars(bilinear)
        raise RuntimeError

    monkeypatch.setattr(keras.Model, "export", export)
    for kind in ("tflite", "saved_model"):
        suffix = ".tflite" * (kind == "tflite")
        with pytest.raises(RuntimeError):
            exporting.export(network, tmp_path / f"model{suffix}", kind)
        assert dense.activation is keras.activations.gelu
        assert "call" not in vars(nearest)
    assert calls == [(gelu, True), (keras.activations.gelu, False)]


def test_operations_that_onnx_lacks_are_one_error(tmp_path):
    onnx = pytest.importorskip("onnx")
    helper, path = onnx.helper, tmp_path / "model.onnx"
    numbers = (
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1])
        for name in "abcd"
    )
    a, _, _, d = numbers
    nodes = [
        helper.make_node("Erf", ["a"], ["b"]),
        helper.make_node("Erfc", ["b"], ["c"]),
        helper.make_node("Own", ["c"], ["d"], domain="another"),
    ]
    graph = helper.make_graph(nodes, "graph", [a], [d])
    onnx.save(helper.make_model(graph), path)
    with pytest.raises(ValueError, match="'onnx', which lacks Erfc. Choose"):
        exporting._check_onnx(str(path))
    del graph.node[1:]
    onnx.save(helper.make_model(graph), path)
    exporting._check_onnx(str(path))
    assert path.exists()
