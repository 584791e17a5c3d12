"""`keras-gan export`: a generator for programs without Keras."""

import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
from runs import make_run

from keras_gan.models import exporting

# Another backend would change nothing.
pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained") / "run"
    make_run(folder, "digits", ["a", "b"], num_images=9)
    return folder


@pytest.fixture
def run(trained, in_folder):
    shutil.copytree(trained, "run")
    return Path("run")


def test_a_folder_beside_the_model(run, run_command):
    import tensorflow as tf

    code, output, errors = run_command("export", run)
    assert (code, errors) == (0, "")
    shapes = "latents (None, 8), labels (None,)"
    assert output == f"tf_saved_model of {shapes}: run/generator\n"
    model = tf.saved_model.load("run/generator")
    latents = np.random.default_rng(0).normal(size=(3, 8)).astype("float32")
    labels = np.array([0, 1, 1], "int32")
    (images,) = model.signatures["serving_default"](
        latents=tf.constant(latents), labels=tf.constant(labels)
    ).values()
    gan = keras.saving.load_model(run / "model.keras", compile=False)
    expected = gan.predict([latents, labels], verbose=0)
    np.testing.assert_allclose(images, expected, atol=1e-5)


def test_the_suffix_says_what_is_written(run, run_command, monkeypatch):
    written = []

    def export(network, filepath, kind, **options):
        written.append((Path(filepath).suffix, kind))
        Path(filepath).write_bytes(b"x")

    monkeypatch.setattr(exporting, "check", lambda kind: kind)
    monkeypatch.setattr(exporting, "_check_onnx", lambda path: None)
    monkeypatch.setattr(keras.Model, "export", export)
    for out in ("new/x.onnx", "x.tflite", "x.PT2"):
        assert run_command("export", run, "--out", out)[0] == 0
        assert Path(out).read_bytes() == b"x"
    assert run_command("export", run, "--format", "onnx")[0] == 0
    # In lower case, which is what Keras takes.
    assert written == [
        (".onnx", "onnx"), (".tflite", "tflite"), (".pt2", "torch"),
        (".onnx", "onnx"),
    ]  # fmt: skip
    assert Path("run/generator.onnx").exists()
    # A folder may have any name, where that is what is asked for.
    for out, options in (("x", ()), ("v1.5", ("--format", "tf_saved_model"))):
        assert run_command("export", run, "--out", out, *options)[0] == 0
        assert written.pop() == (Path(out).suffix, "tf_saved_model")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--format", "torch"), "set KERAS_BACKEND to torch"),
        (("--format", "onnx"), "Run `pip install onnx tf2onnx`"),
        (("--out", "x.onnx"), "Run `pip install onnx tf2onnx`"),
        (("--out", "taken"), "`taken` exists already"),
        (("--out", "g.h5"), "onnx (.onnx), tflite (.tflite), torch (.pt2)"),
        (
            ("--format", "tflite", "--out", "x.onnx"),
            "must end in .tflite for --format tflite",
        ),
        (
            ("--format", "tf_saved_model", "--out", "x.onnx"),
            "must be a folder for --format tf_saved_model",
        ),
    ],
)
def test_what_cannot_be_is_one_line_and_leaves_nothing(
    run, run_fails, monkeypatch, options, message
):
    monkeypatch.setattr(exporting.importlib.util, "find_spec", lambda _: None)
    Path("taken").mkdir()
    before = sorted(Path().rglob("*"))
    assert message in run_fails("export", run, *options)
    assert sorted(Path().rglob("*")) == before


def test_after_an_error_nothing_remains(run, run_command, monkeypatch):
    def export(network, filepath, kind, **options):
        Path(filepath).mkdir()
        Path(filepath, "part").write_bytes(b"x")
        raise ValueError

    monkeypatch.setattr(keras.Model, "export", export)
    before = sorted(Path().rglob("*"))
    with pytest.raises(ValueError):
        run_command("export", run, "--out", "new/folder")
    assert sorted(Path().rglob("*")) == before
