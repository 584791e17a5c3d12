"""Data parallel training on JAX: the same update as on one device."""

import json
import os
import runpy
import socket
import subprocess
import sys

import keras
import numpy as np
import pytest

from keras_gan.backend import devices

PROGRAM = """
import keras
import numpy as np
import quick_start
from coupled_models import coupled
import keras_gan
import keras_gan.cli
from keras_gan import penalties

quick_start.start_quickly()
shape = (8, 8, 1)
images = np.random.default_rng(0).uniform(-1, 1, (48, *shape))
images = images.astype("float32")


def results():
    pair = keras_gan.networks.mlp(shape, latent_dim=4, hidden=(16,), seed=1)
    augmenter = keras_gan.layers.AdaptiveAugment(
        ["flip", "contrast"], probability=0.5, seed=2)
    gan = keras_gan.GAN(*pair, augmenter=augmenter, seed=3)
    pixels = keras.Sequential([
        keras.Input(shape), keras.layers.AveragePooling2D(2),
        keras.layers.Flatten()])
    metric = keras_gan.metrics.FrechetInceptionDistance(pixels)
    gan.compile(penalties=[
        penalties.R1(0.1), penalties.GradientPenalty(1.0, seed=4),
        penalties.LeCam(0.1),
    ], metrics=[metric])
    logs = fit(gan, images)
    fid = gan.evaluate(images, batch_size=16, verbose=0, return_dict=True)
    twins = keras_gan.CoupledGAN(*coupled(), seed=3)
    # Adam would blow up rounding wherever a gradient is near 0.
    sgd = [keras.optimizers.SGD(0.1) for _ in "gd"]
    twins.compile(*sgd, loss="hinge", discriminator_steps=2, penalties=[
        penalties.R1(0.1, every=2)])
    twin_logs = fit(twins, images, -images[::-1])
    losses = logs["d_loss"] + logs["r1"] + [fid["fid"]] + twin_logs["d_loss"]
    return gan, [*gan.get_weights(), *twins.get_weights(), np.array(losses)]


def fit(gan, *data):
    return gan.fit(
        *data, batch_size=16, epochs=2, verbose=0, shuffle=False).history


devices = keras.distribution.list_devices()
assert len(devices) == 2, devices
gan, alone = results()
assert len(gan.generator.trainable_variables[0].value.sharding.device_set) == 1
keras.distribution.set_distribution(keras.distribution.DataParallel())
gan, together = results()
assert len(gan.generator.trainable_variables[0].value.sharding.device_set) == 2
for one, other in zip(alone, together, strict=True):
    np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)
gan.save("gan.keras")
try:
    gan.fit(images[:33], batch_size=11, verbose=0)
except ValueError as error:
    assert "must be divisible by the number of devices" in str(error)
else:
    raise AssertionError("33 images are divided by two")
options = "--network mlp --width 8 --steps 2 --metrics none --quiet "
options += "--loss hinge --no-report"
code = keras_gan.cli.main(["train", *options.split(), "--batch-size", "33"])
assert code == 2
assert keras_gan.cli.main(["train", *options.split()]) == 0
"""


def test_two_devices_are_one(tmp_path):
    devices = "--xla_force_host_platform_device_count=2"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "XLA_FLAGS": f"{os.environ.get('XLA_FLAGS', '')} {devices}",
        },
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr


# Trains with the command, then evaluates, alone or as one of two processes.
WORKER = """
import json
import keras
import numpy as np
import quick_start
import keras_gan
import keras_gan.cli
from keras_gan import metrics
from keras_gan.backend import devices

quick_start.start_quickly()
options = "--network mlp --width 8 --steps 3 --loss hinge --metrics none"
options += " --no-report --quiet --out=run"
code = keras_gan.cli.main(["train", *options.split()])
assert code == 0
with open("seen.json", "w") as file:
    json.dump([devices.has_workers(), devices.is_chief()], file)
shape = (4, 4, 1)
images = np.random.default_rng(0).uniform(-1, 1, (40, *shape))
pixels = keras.Sequential([keras.Input(shape), keras.layers.Flatten()])
gan = keras_gan.GAN(
    *keras_gan.networks.mlp(shape, latent_dim=4, hidden=(4,), seed=1), seed=3)
gan.compile(
    loss="hinge", metrics=[metrics.FrechetInceptionDistance(pixels)])
# Each of two processes has 8, then 4.
data = devices.shared_input(
    lambda shard: keras_gan.datasets.load(
        images, batch_size=16, shuffle=False, shard=shard),
    gan,
)
with open("values.json", "w") as file:
    json.dump(gan.evaluate(data, verbose=0, return_dict=True), file)
"""


def test_two_processes_are_one(tmp_path, monkeypatch):
    (tmp_path / "worker.py").write_text(WORKER)
    with socket.create_server(("localhost", 0)) as server:
        address = f"localhost:{server.getsockname()[1]}"
    processes = [start(tmp_path, index, address) for index in range(2)]
    # Meanwhile in this process: alone.
    (tmp_path / "alone").mkdir()
    monkeypatch.chdir(tmp_path / "alone")
    runpy.run_path(str(tmp_path / "worker.py"))
    for process in processes:
        _, error = process.communicate(timeout=180)
        assert process.returncode == 0, error[-3000:]
    chief, other, alone = (tmp_path / name for name in ("0", "1", "alone"))
    assert read_json(chief / "seen.json") == [True, True]
    assert read_json(other / "seen.json") == [True, False]
    # Only the chief writes, and what one process would have written.
    assert not (other / "run").exists()
    gans = [
        keras.saving.load_model(folder / "run" / "model.keras")
        for folder in (chief, alone)
    ]
    for a, b in zip(*(gan.get_weights() for gan in gans), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)
    # Each process adds up what it has seen, and the sums give the metrics.
    one, two, both = (
        read_json(folder / "values.json") for folder in (chief, other, alone)
    )
    assert one == two
    for name, value in both.items():
        np.testing.assert_allclose(one[name], value, rtol=1e-6, err_msg=name)


@pytest.mark.parametrize("number", ["two", ""])
def test_processes_that_cannot_be_joined(monkeypatch, number):
    monkeypatch.setenv("KERAS_DISTRIBUTION_NUM_PROCESSES", number)
    message = "must be the address of .* Received: None, .*Correct them"
    with pytest.raises(ValueError, match=message):
        devices.join_workers()


def read_json(path):
    return json.loads(path.read_text())


def start(folder, index, address):
    (folder / str(index)).mkdir()
    return subprocess.Popen(
        [sys.executable, str(folder / "worker.py")],
        cwd=folder / str(index),
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "KERAS_DISTRIBUTION_JOB_ADDRESSES": address,
            "KERAS_DISTRIBUTION_NUM_PROCESSES": "2",
            "KERAS_DISTRIBUTION_PROCESS_ID": str(index),
        },
        stderr=subprocess.PIPE,
        text=True,
    )
