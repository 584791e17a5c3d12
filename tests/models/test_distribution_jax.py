"""Data parallel training on JAX: the same update as on one device."""

import os
import subprocess
import sys

PROGRAM = """
import keras
import numpy as np
import keras_gan
import keras_gan.cli
from keras_gan import penalties

shape = (8, 8, 1)
images = np.random.default_rng(0).uniform(-1, 1, (48, *shape))
images = images.astype("float32")


def results():
    pair = keras_gan.networks.mlp(shape, latent_dim=4, hidden=(16,), seed=1)
    augmenter = keras_gan.layers.AdaptiveAugment(
        ["flip", "contrast"], probability=0.5, seed=2)
    gan = keras_gan.GAN(*pair, augmenter=augmenter, seed=3)
    metric = keras_gan.metrics.FrechetInceptionDistance("digits")
    gan.compile(penalties=[
        penalties.R1(0.1), penalties.GradientPenalty(1.0, seed=4),
        penalties.LeCam(0.1),
    ], metrics=[metric])
    logs = fit(gan, images)
    fid = gan.evaluate(images, batch_size=16, verbose=0, return_dict=True)
    twins = keras_gan.CoupledGAN(
        *keras_gan.networks.coupled(shape, latent_dim=4, width=2, seed=1),
        seed=3)
    twins.compile(loss="hinge", discriminator_steps=2, penalties=[
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
options = "--network mlp --width 8 --steps 2 --metrics none --quiet"
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
            "XLA_FLAGS": f"{os.environ.get('XLA_FLAGS', '')} {devices}",
        },
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
