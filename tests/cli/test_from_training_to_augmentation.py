"""Callbacks and the command, from training to an augmented folder."""

import csv
import json
from pathlib import Path

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan import callbacks, cli, datasets, layers

DIGITS = datasets.load("digits", batch_size=64, shuffle=False, labels=False)


def test_callbacks(tmp_path):
    gan = keras_gan.GAN(
        *keras_gan.networks.mlp((8, 8, 1), latent_dim=4, hidden=(16,)), seed=1
    )
    gan.compile(loss="non_saturating", penalties=None)
    saver = callbacks.SampleSaver(tmp_path / "samples", num_images=4)
    distance = callbacks.FIDCallback(
        DIGITS, num_images=256, feature_extractor="digits"
    )
    history = gan.fit(
        DIGITS.take(6), epochs=2, verbose=0, callbacks=[saver, distance]
    ).history
    assert len(list(saver.directory.glob("samples-*.png"))) == 2
    assert np.isfinite(history["fid"]).all()
    layer = layers.GANDataGenerator(gan, pool_size=20, seed=1)
    before = keras.ops.convert_to_numpy(layer.pool.images)
    callbacks.PoolRefresher(layer).on_epoch_end(0)
    after = keras.ops.convert_to_numpy(layer.pool.images)
    assert (before != after).any((1, 2, 3)).sum() == 2


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run that was stopped half way and resumed, in its own folder."""
    folder = tmp_path_factory.mktemp("command") / "run"
    options = ["--network", "mlp", "--width", "16", "--batch-size", "32"]
    options += ["--conditional", "--augment", "color", "--precision", "float32"]
    options += ["--loss", "non_saturating", "--save-every", "4", "--quiet"]
    # Outside of a program, JAX compiles each operation by itself: slower.
    options += [] if keras.backend.backend() == "jax" else ["--no-jit"]
    assert _run("train", *options, "--steps", 4, "--out", folder) == 0
    assert _run("train", "--resume", folder, "--steps", 8, "--quiet") == 0
    return folder


def _run(*arguments):
    return cli.main([str(argument) for argument in arguments])


def test_train_and_resume(trained):
    with open(trained / "history.csv") as file:
        rows = list(csv.DictReader(file))
    assert [row["steps"] for row in rows] == ["4", "8"]
    config = json.loads((trained / "config.json").read_text())
    assert keras.backend.backend() in config["versions"]


def test_generate_and_evaluate(trained, tmp_path, capsys):
    arrays = tmp_path / "images.npz"
    assert _run("generate", trained, "--num-images", 5, "--out", arrays) == 0
    with np.load(arrays) as found:
        assert found["images"].shape == (5, 8, 8, 1)
    capsys.readouterr()
    code = _run("evaluate", "digits", trained, "--num-images", 200, "--json")
    assert code == 0
    assert np.isfinite(json.loads(capsys.readouterr().out)["fid"])


def test_augment(trained, tmp_path):
    out = tmp_path / "out"
    code = _run(
        "augment", "digits", "--run", trained, "--balance", "uniform",
        "--out", out, "--quiet",
    )  # fmt: skip
    assert code == 0
    with open(out / "manifest.csv") as file:
        labels = [row["label"] for row in csv.DictReader(file)]
    assert len({labels.count(one) for one in set(labels)}) == 1
    assert all((out / label).is_dir() for label in set(labels))
    assert len(list(Path(out).rglob("*.png"))) == len(labels)
