"""Two replicas make the update of one device."""

import json
import os
import runpy
import socket
import subprocess
import sys
import textwrap

import keras
import numpy as np
import pytest

from keras_gan import GAN, losses, penalties


class LatentsFromData(GAN):
    """A GAN whose latents are the first numbers of each real vector."""

    def sample_latents(self, batch, seed):
        return batch.images[:, : self.latent_dim]


class SumOfLosses:
    """Two losses at once: one graph to trace instead of two."""

    def __init__(self, *names):
        self.parts = [losses.get(name) for name in names]

    def discriminator_loss(self, real_logits, fake_logits):
        logits = real_logits, fake_logits
        return sum(part.discriminator_loss(*logits) for part in self.parts)

    def generator_loss(self, real_logits, fake_logits):
        logits = real_logits, fake_logits
        return sum(part.generator_loss(*logits) for part in self.parts)


@pytest.fixture(autouse=True)
def fixed_draws(monkeypatch):
    """Random points of penalties in the middle: replicas draw differently."""
    monkeypatch.setattr(
        penalties.GradientPenalty,
        "_draw",
        lambda self, shape: keras.ops.full(shape, 0.5),
    )


def build(make_gan, strategy, settings, cls=LatentsFromData):
    # Without batch normalization: each image counts by itself.
    with strategy.scope():
        gan = make_gan(cls)
        gan = cls(_without_batch_norm(gan.generator), gan.discriminator, seed=7)
        # The update is linear in the gradient: Adam would blow up rounding
        # wherever a gradient is near 0.
        sgd = keras.optimizers.SGD
        gan.compile(sgd(0.1), sgd(0.1), **{k: v() for k, v in settings.items()})
    return gan


def _without_batch_norm(model):
    kind = keras.layers.BatchNormalization
    layers = [layer for layer in model.layers if not isinstance(layer, kind)]
    return keras.Sequential([keras.layers.Input((2,)), *layers])


CASES = {
    "relativistic, R1, R2": {},
    "simultaneous": {"update": lambda: "simultaneous"},
    "two discriminator steps": {"discriminator_steps": lambda: 2},
    "non_saturating, least_squares": {
        "loss": lambda: SumOfLosses("non_saturating", "least_squares"),
        "penalties": lambda: None},
    "minimax, hinge": {"loss": lambda: SumOfLosses("minimax", "hinge"),
                       "penalties": lambda: None},
    "wasserstein, WGAN-GP": {"loss": lambda: "wasserstein"},
    "lazy": {"penalties": lambda: [penalties.R1(1.0, every=2),
                                   penalties.GradientPenalty(every=2)]},
    "LeCam, DRAGAN": {"penalties": lambda: [penalties.LeCam(),
                                            penalties.DRAGAN()]},
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_two_replicas_are_one_device(make_gan, points, two_cpus, case):
    import tensorflow as tf

    logs, gans = [], []
    for strategy in (tf.distribute.get_strategy(), two_cpus):
        gan = build(make_gan, strategy, CASES[case])
        # The last batch is of 8 images: two replicas of four.
        fit = gan.fit(
            points[:40], batch_size=16, epochs=2, shuffle=False, verbose=0
        )
        gans.append(gan)
        logs.append(fit.history)
    for a, b in zip(gans[0].weights, gans[1].weights, strict=True):
        a, b = (keras.ops.convert_to_numpy(v) for v in (a, b))
        assert np.abs(a - b).max() <= 1e-5 * np.abs(a).max()
    for name, values in logs[0].items():
        np.testing.assert_allclose(logs[1][name], values, rtol=1e-4, atol=1e-6)


def test_replicas_draw_different_latents(make_gan, points, two_cpus):
    drawn = []

    class Remembers(GAN):
        def sample_latents(self, batch, seed):
            latents = super().sample_latents(batch, seed)
            drawn.append(latents)
            return latents

    with two_cpus.scope():
        gan = make_gan(Remembers)
        gan.compile()

    import tensorflow as tf

    @tf.function
    def draw():
        batch = _Images(tf.constant(points[:8]))
        return two_cpus.run(
            lambda: gan.sample_latents(batch, gan.seed_generator)
        )

    first, second = two_cpus.experimental_local_results(draw())
    assert np.abs(np.asarray(first) - np.asarray(second)).min() > 0


class _Images:
    labels = None

    def __init__(self, images):
        self.images = images


def test_evaluate_predict_generate_and_save_under_a_strategy(
    make_gan, points, two_cpus, tmp_path
):
    with two_cpus.scope():
        gan = make_gan()
        gan.compile()
    gan.fit(points, batch_size=16, verbose=0)
    single = keras.saving.load_model
    gan.save(tmp_path / "gan.keras")
    loaded = single(tmp_path / "gan.keras")
    latents = np.random.default_rng(0).normal(size=(6, 2)).astype("float32")
    np.testing.assert_allclose(
        gan.predict(latents, verbose=0), loaded(latents), atol=1e-6
    )
    np.testing.assert_allclose(
        gan.generate(5, seed=2), loaded.generate(5, seed=2), atol=1e-6
    )
    assert np.isfinite(gan.evaluate(points, verbose=0)).all()


WORKER = textwrap.dedent(
    """
    import os, sys
    import keras_gan
    import keras, numpy as np, tensorflow as tf

    workers = "TF_CONFIG" in os.environ
    strategy = (
        tf.distribute.MultiWorkerMirroredStrategy()
        if workers
        else tf.distribute.get_strategy()
    )

    class LatentsFromData(keras_gan.GAN):
        def sample_latents(self, batch, seed):
            return batch.images[:, : self.latent_dim]

    points = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
    data = tf.data.Dataset.from_tensor_slices(points).batch(16)
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = (
        tf.data.experimental.AutoShardPolicy.DATA
    )
    with strategy.scope():
        pair = keras_gan.networks.mlp((4,), latent_dim=2, hidden=(8,), seed=1)
        gan = LatentsFromData(*pair, seed=3)
        gan.compile()
    history = gan.fit(data.with_options(options), epochs=2, verbose=0).history
    assert all(np.isfinite(v).all() for v in history.values()), history
    gan.save(sys.argv[1])
    """
)


def test_two_workers_agree_with_one(tmp_path, monkeypatch):
    ports = [_free_port() for _ in range(2)]
    cluster = {"worker": [f"localhost:{port}" for port in ports]}
    outputs = [tmp_path / f"{n}.keras" for n in range(3)]
    (tmp_path / "worker.py").write_text(WORKER)
    processes = [
        _start(tmp_path, outputs[n], {"cluster": cluster,
               "task": {"type": "worker", "index": n}})
        for n in range(2)
    ]  # fmt: skip
    # Meanwhile in this process: alone.
    monkeypatch.setattr(sys, "argv", ["worker.py", str(outputs[2])])
    runpy.run_path(str(tmp_path / "worker.py"))
    for process in processes:
        _, error = process.communicate(timeout=180)
        assert process.returncode == 0, error[-3000:]
    chief, second, alone = (_weights(path) for path in outputs)
    for a, b, c in zip(chief, second, alone, strict=True):
        np.testing.assert_array_equal(a, b)
        assert np.abs(a - c).max() <= 1e-5 * max(np.abs(c).max(), 1e-3)


def _weights(path):
    custom = {"LatentsFromData": LatentsFromData}
    gan = keras.saving.load_model(path, custom_objects=custom, compile=False)
    return [keras.ops.convert_to_numpy(v) for v in gan.weights]


def _free_port():
    with socket.socket() as server:
        server.bind(("localhost", 0))
        return server.getsockname()[1]


def _start(folder, output, config):
    environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3")
    environment["PYTHONPATH"] = os.getcwd()
    environment["TF_CONFIG"] = json.dumps(config)
    return subprocess.Popen(
        [sys.executable, "worker.py", str(output)],
        cwd=folder,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
