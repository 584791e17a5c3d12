"""Data parallel training on JAX: the same update as on one device."""

import os
import subprocess
import sys

import numpy as np

PROGRAM = """
import sys
import keras
import numpy as np
import keras_gan
import keras_gan.cli
from keras_gan import penalties

count, target = int(sys.argv[1]), sys.argv[2]
devices = keras.distribution.list_devices()
assert len(devices) == 2, devices
if count > 1:
    keras.distribution.set_distribution(keras.distribution.DataParallel())
shape = (8, 8, 1)
pair = keras_gan.networks.mlp(shape, latent_dim=4, hidden=(16,), seed=1)
augmenter = keras_gan.layers.AdaptiveAugment("b", probability=0.5, seed=2)
gan = keras_gan.GAN(*pair, augmenter=augmenter, seed=3)
gan.compile(penalties=[
    penalties.R1(0.1), penalties.GradientPenalty(1.0, seed=4),
    penalties.LeCam(0.1),
], metrics=[keras_gan.metrics.FrechetInceptionDistance("digits")])
images = np.random.default_rng(0).uniform(-1, 1, (48, *shape))
images = images.astype("float32")
logs = gan.fit(images, batch_size=16, epochs=2, verbose=0, shuffle=False)
fid = gan.evaluate(images, batch_size=16, verbose=0, return_dict=True)
if count > 1:
    value = gan.generator.trainable_variables[0].value
    assert len(value.sharding.device_set) == 2
gan.save(target + ".keras")
if count > 1:
    try:
        gan.fit(images[:33], batch_size=11, verbose=0)
    except ValueError as error:
        assert "must be divisible by the number of devices" in str(error)
    options = "--network mlp --width 8 --steps 2 --metrics none --quiet"
    code = keras_gan.cli.main(["train", *options.split(), "--batch-size", "33"])
    assert code == 2
    assert keras_gan.cli.main(["train", *options.split()]) == 0
twins = keras_gan.CoupledGAN(
    *keras_gan.networks.coupled(shape, latent_dim=4, width=2, seed=1), seed=3)
twins.compile(discriminator_steps=2, penalties=[
    penalties.R1(0.1, every=2), penalties.GradientPenalty(1.0, seed=4),
    penalties.LeCam(0.1)])
twin_logs = twins.fit(
    images, -images[::-1], batch_size=16, epochs=2, verbose=0, shuffle=False)
losses = [logs.history["d_loss"], logs.history["r1"], [fid["fid"]]]
losses += [twin_logs.history["d_loss"]]
weights = gan.get_weights() + twins.get_weights()
np.savez(target, *weights, np.concatenate(losses))
"""


def test_two_devices_are_one(tmp_path):
    flags = "--xla_force_host_platform_device_count=2"
    flags += " --xla_backend_optimization_level=0"
    results = []
    for count in (1, 2):
        name = f"on_{count}"
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(count), name],
            cwd=tmp_path,
            env={**os.environ, "XLA_FLAGS": flags},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        with np.load(tmp_path / f"{name}.npz") as arrays:
            results.append(list(arrays.values()))
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)
