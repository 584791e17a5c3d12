"""Exported generators draw the same pictures, and errors where they cannot."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_generators import LATENT_DIM, NUM_STYLES, styled

import keras_gan
from keras_gan.models import exporting
from keras_gan.utils import style_space

LATENTS = np.random.default_rng(1).normal(size=(3, 2)).astype("float32")
LABELS = np.array([1, 0, 1], "int32")


@pytest.fixture(scope="module")
def gan():
    """A conditional GAN whose input has a name that Keras gave."""
    latents, labels = keras.Input((2,)), keras.Input((), dtype="int32")
    classes = keras.layers.Embedding(2, 2, "random_normal")(labels)
    x = keras.layers.Dense(18)(latents * (1 + 9 * classes))
    x = keras.layers.BatchNormalization()(keras.layers.Reshape((3, 3, 2))(x))
    x = keras.layers.Conv2DTranspose(1, 4, 2, "same", activation="tanh")(x)
    generator = keras.Model([latents, labels], x)
    _, discriminator = keras_gan.networks.mlp(
        (6, 6, 1), hidden=(2,), num_classes=2
    )
    return keras_gan.GAN(generator, discriminator, num_classes=2, seed=1)


@pytest.fixture
def check(gan):
    """Function that holds pictures against those of the average."""
    expected = gan.predict([LATENTS, LABELS], verbose=0)
    assert np.ptp(expected) > 0.1

    def compare(found):
        np.testing.assert_allclose(found, expected, atol=1e-4)

    return compare


def test_saved_model(gan, tmp_path, check):
    gan.export(tmp_path / "model", "tf_saved_model", False)
    model = tf.saved_model.load(str(tmp_path / "model"))
    named = {"latents": tf.constant(LATENTS), "labels": tf.constant(LABELS)}
    (images,) = model.signatures["serving_default"](**named).values()
    check(images)


def test_tensorflow_lite(gan, tmp_path, check):
    path = tmp_path / "model.tflite"
    gan.export(path, format="tflite", verbose=False)
    with pytest.warns(UserWarning):  # That it will move to another package.
        interpreter = tf.lite.Interpreter(str(path))
    run = interpreter.get_signature_runner("serving_default")
    (images,) = run(latents=LATENTS, labels=LABELS).values()
    check(images)


class Mean(keras.layers.Layer):
    """Keeps a mean style, and repeats styles for all layers."""

    def build(self, shape):
        self.mean = self.add_weight(shape=(shape[-1],), trainable=False)

    def call(self, style):
        return keras.ops.repeat(style[:, None], NUM_STYLES, axis=1)


def test_styles_are_truncated_and_noise_is_the_same(tmp_path):
    parts = style_space.parts(styled(num_classes=2))
    latents, labels = keras.Input((LATENT_DIM,)), keras.Input((), dtype="int32")
    keeps = Mean()
    images = parts[1](keeps(parts[0]([latents, labels])))
    keeps.mean.assign(np.linspace(-1, 1, 6))
    generator = keras.Model([latents, labels], images)
    exporting.export(
        exporting.with_named_inputs(generator, LATENT_DIM, 2),
        tmp_path / "model.tflite", "tflite", verbose=False,
    )  # fmt: skip
    with pytest.warns(UserWarning):
        interpreter = tf.lite.Interpreter(str(tmp_path / "model.tflite"))
    run = interpreter.get_signature_runner("serving_default")
    latents = np.random.default_rng(0).normal(size=(3, LATENT_DIM))
    given = {"latents": latents.astype("float32"), "labels": LABELS}
    psi = np.array([0, 0.5, 1], "float32")
    (images,) = run(**given, truncation=psi).values()
    np.testing.assert_array_equal(
        images, *run(**given, truncation=psi).values()
    )
    mean = keeps.mean.numpy()
    style = parts[0](list(given.values())).numpy()
    styles = np.repeat(
        (mean + psi[:, None] * (style - mean))[:, None], NUM_STYLES, axis=1
    )
    with exporting._with_same_noise(parts[1]):
        np.testing.assert_allclose(parts[1](styles), images, atol=1e-4)
    assert np.ptp(images) > 0.5
    noise = [x for x in parts[1].layers if hasattr(x, "given_noise")]
    assert len(noise) == 3 and all(x.given_noise is None for x in noise)


def test_lower_precision_is_written_as_float32(tmp_path):
    keras.config.set_dtype_policy("mixed_bfloat16")
    networks = keras_gan.networks.dcgan((8, 8, 1), width=2, latent_dim=2)
    gan = keras_gan.GAN(*networks)
    path = tmp_path / "model.tflite"
    gan.export(path, format="tflite", verbose=False)
    with pytest.warns(UserWarning):
        interpreter = tf.lite.Interpreter(str(path))
    run = interpreter.get_signature_runner("serving_default")
    (images,) = run(latents=LATENTS).values()
    expected = gan.predict(LATENTS, verbose=0)
    assert np.ptp(expected) > 0.1
    np.testing.assert_allclose(images, expected, atol=0.05)
    assert gan.generator.dtype_policy.name == "mixed_bfloat16"


@pytest.mark.filterwarnings("ignore")
def test_onnx(gan, tmp_path, check):
    runtime = pytest.importorskip("onnxruntime")
    pytest.importorskip("tf2onnx")
    path = str(tmp_path / "model.onnx")
    gan.export(path, format="onnx", verbose=False)
    session = runtime.InferenceSession(path)
    assert {x.name for x in session.get_inputs()} == {"latents", "labels"}
    (images,) = session.run(None, {"latents": LATENTS, "labels": LABELS})
    check(images)


def test_a_signature_of_ones_own(gan, tmp_path, check):
    signature = [
        [
            keras.InputSpec(shape=(3, 2), dtype="float32", name="z"),
            keras.InputSpec(shape=(3,), dtype="int32", name="y"),
        ]
    ]
    gan.export(tmp_path / "model", verbose=False, input_signature=signature)
    model = tf.saved_model.load(str(tmp_path / "model"))
    check(model.serve([LATENTS, LABELS]))
    with pytest.raises((TypeError, ValueError)):
        model.serve([LATENTS[:2], LABELS[:2]])


def test_what_cannot_be_written(gan, tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="must be one of .*Received: 'gif'"):
        gan.export(tmp_path / "model", format="gif")
    with pytest.raises(ValueError, match="must end in .tflite"):
        gan.export(tmp_path / "model", format="litert")
    with pytest.raises(ValueError, match="set KERAS_BACKEND to torch, and"):
        gan.export(tmp_path / "model.pt2", format="torch")
    monkeypatch.setattr(exporting.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ValueError, match="pip install onnx tf2onnx`"):
        gan.export(tmp_path / "model.onnx", format="onnx")
    assert not list(tmp_path.iterdir())


def test_a_written_file_is_replaced_by_a_whole_one(gan, tmp_path, monkeypatch):
    written = []
    plain = keras.Model.export

    def export(network, filepath, *args, **options):
        written.append(Path(filepath))
        if len(written) == 3:
            Path(filepath).write_bytes(b"half")
            raise RuntimeError
        return plain(network, filepath, *args, **options)

    monkeypatch.setattr(keras.Model, "export", export)
    folder, file = tmp_path / "saved", tmp_path / "model.tflite"
    folder.mkdir()
    (folder / "old").write_bytes(b"old")
    gan.export(folder, verbose=False)
    assert (folder / "saved_model.pb").exists()
    assert not (folder / "old").exists()
    gan.export(file, "tflite", verbose=False)
    before = file.read_bytes()
    with pytest.raises(RuntimeError):
        gan.export(file, "tflite", verbose=False)
    assert file.read_bytes() == before
    assert {*tmp_path.iterdir()} == {folder, file}
    assert not {folder, file} & {*written}
