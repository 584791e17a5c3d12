"""The Python of pages that is for TensorFlow runs."""

from pathlib import Path

import keras
import numpy as np
import pytest
from page_programs import (
    FEW_DIGITS,
    ONE_EPOCH,
    go_quickly,
    run_page,
    small_classifier,
    small_gan,
    write_pictures,
)

import keras_gan


@pytest.fixture(autouse=True)
def quickly(tmp_path, monkeypatch):
    """Small data, and steps without graphs."""
    go_quickly(tmp_path, monkeypatch)


@pytest.mark.filterwarnings("ignore:A Fréchet distance of 64")
def test_concepts():
    one = {r"tf\.distribute\.MirroredStrategy\(\)": "None or one_device"}
    few = {r"\.(take|skip)\(7\)": r".\1(1)", r"take\(2\)": "take(1)"}
    few |= {r"batch_size=128": "batch_size=10"}
    few |= {r"drop_remainder=True": "drop_remainder=True, batch_size=10"}
    import tensorflow as tf

    # All other operations would be compiled.
    one |= {r"AdaptiveAugment\(speed": 'AdaptiveAugment(["flip"], speed'}
    strategy = tf.distribute.OneDeviceStrategy("CPU:0")
    names = run_page(
        "concepts",
        {**one, **few, **FEW_DIGITS, **ONE_EPOCH},
        one_device=strategy,
    )
    assert names["floor"] > 0 and names["found"] > 0
    assert keras.config.dtype_policy().name == "float32"


def test_export():
    # ONNX and its runtime are an extra; that part of the page has tests of its
    # own in tests/models.
    gan = small_gan()
    gan.export("folder", format="tf_saved_model", verbose=False)
    without = {
        r'gan\.export\("digits\.onnx".*\n': "",
        r"import onnxruntime\n": "",
        r"session = .*\n": "",
        r"\(images,\) = session.*\n": "",
        r"size=\(16, 64\)": "size=(16, gan.latent_dim)",
    }
    names = run_page("export", without, gan=gan)
    assert names["images"].shape == (16, 8, 8, 1)


# Keras says so of its own default, and of what a page leaves out.
@pytest.mark.filterwarnings("ignore:`shuffle=True` was passed")
def test_tables():
    pytest.importorskip("pandas")
    draws = np.random.default_rng(0)
    size, sex = draws.normal(size=60).round(2), draws.choice(["F", "M"], 60)
    churn = np.where(np.arange(60) % 4, "no", "yes")
    lines = [f"{a},{b},{c}" for a, b, c in zip(size, sex, churn, strict=True)]
    text = "\n".join(["size,sex,churn", *lines])
    Path("customers.csv").write_text(text)
    Path("held_out.csv").write_text(text)
    shorter = {
        r"TablePreprocessor\(\)": "TablePreprocessor(max_modes=2)",
        r"networks\.table\(preprocessor\)": (
            "networks.table(preprocessor, hidden=(8,))"
        ),
        r"\b1000\b": "20",
    }
    held_out = keras_gan.datasets.table("held_out.csv")
    names = run_page(
        "tables",
        {**shorter, **ONE_EPOCH},
        held_out=held_out,
        classifier=small_classifier((3,), 2),
    )
    assert set(names["women"]["sex"]) == {"F"} and len(names["rows"]) == 20
    assert all(0 <= value <= 1 for value in names["shapes"].values())


@pytest.mark.filterwarnings("ignore:A Fréchet distance of")
def test_sound():
    for index in range(10):
        wave = np.sin((0.2 + index / 20) * np.arange(90))[:, None]
        folder = Path("digits_wav", str(index))
        folder.mkdir(parents=True)
        keras_gan.sounds.write_wav(folder / "a.wav", wave, rate=8_000)
    shorter = {r"length=8192": "length=100", r"width=32": "width=1"}
    shorter |= {r"recipe\.batch_size": "5"}
    names = run_page("sound", {**shorter, **ONE_EPOCH})
    assert names["one"].shape == (100, 1) and Path("one.wav").exists()
    assert Path("samples", "samples-0001.wav").exists()
    assert float(names["distance"].result()) > 0


def test_many_machines():
    """What TensorFlow does, as the first and only worker."""
    import tensorflow as tf

    write_pictures("photos.zip", size=8)  # A folder does as well.
    Path("images").mkdir()
    with tf.io.TFRecordWriter("images/0.tfrecord") as writer:
        for number in range(3):
            writer.write(bytes([number]))
    strategy = tf.distribute.OneDeviceStrategy("CPU:0")
    shorter = {
        r"tf\.distribute\.MultiWorkerMirroredStrategy\(\)": "one_device",
        # That of JAX has a test of its own.
        r"(?s)# JAX: first of all.*?steps_per_epoch=1000\)\n": "",
        r"image_size=64": "image_size=8",
        r"\(64, 64, 3\)": "(8, 8, 3), width=2",
        r"\b2048\b": "2",
        r"steps_per_epoch=1000": "steps_per_epoch=1",
        r"port=5050": "port=0",
        r"server\.join\(\)": "address = server.target",
        r'dispatcher_address="localhost:5050"': (
            'dispatcher_address=server.target.split("://")[1]'
        ),
        r'"grpc://localhost:5050"': "server.target",
    }
    names = run_page(
        "many_machines",
        shorter,
        one_device=strategy,
        decode=lambda record: tf.io.decode_raw(record, tf.uint8),
        data=tf.data.Dataset.range(4),
    )
    assert int(names["gan"].optimizer.iterations) == 1
    assert sorted(int(n) for n in names["data"]) == [0, 1, 2, 3]
    own = next(iter(names["own_files"](0, 1)))
    assert own.shape == (2, 1)
