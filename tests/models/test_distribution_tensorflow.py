"""Two replicas make the update of one device."""

import contextlib
import json
import os
import runpy
import socket
import subprocess
import sys
import textwrap

import keras
import numpy as np
import pair_models
import pytest
import semi_models
import table_models
from class_pair_models import make_dagan
from coupled_models import coupled
from unpaired_models import (
    ATTRIBUTES,
    FIRST,
    SECOND,
    fit,
    make_cycle,
    make_star,
)

from keras_gan import (
    DAGAN,
    GAN,
    CoupledGAN,
    Pix2Pix,
    StarGAN,
    backend,
    losses,
    penalties,
)
from keras_gan.models import star_gan, text_data


class LatentsFromData(GAN):
    """A GAN whose latents are the first numbers of each real vector."""

    def sample_latents(self, batch, seed):
        return batch.images[:, : self.latent_dim]


class CoupledFromData(CoupledGAN):
    """The same with two domains: the numbers are of the first image."""

    def sample_latents(self, batch, seed):
        return batch.images[0][:, : self.latent_dim, 0, 0]


class SumOfLosses:
    """Several losses at once: one graph to trace for all of them."""

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


def build(make_gan, strategy, settings, cls=LatentsFromData, **options):
    # Without batch normalization: each image counts by itself.
    with strategy.scope():
        gan = make_gan(cls)
        gan = cls(_without_batch_norm(gan.generator), gan.discriminator, seed=7)
        # The update is linear in the gradient: Adam would blow up rounding
        # wherever a gradient is near 0.
        sgd = keras.optimizers.SGD
        options |= {k: v() for k, v in settings.items()}
        gan.compile(sgd(0.1), sgd(0.1), **options)
    return gan


def _without_batch_norm(model):
    kind = keras.layers.BatchNormalization
    layers = [layer for layer in model.layers if not isinstance(layer, kind)]
    return keras.Sequential([keras.layers.Input((2,)), *layers])


# Two replicas take seven times longer to trace than to run. What may stand in a
# branch of the graph is traced, as lazy penalties, and one system's whole step.
EAGER = ("sum of losses, simultaneous", "uneven")
CASES = {
    "relativistic, R1, R2": {},
    "sum of losses, simultaneous": {
        "loss": lambda: SumOfLosses(
            "non_saturating", "least_squares", "minimax", "hinge"
        ),
        "penalties": lambda: [penalties.LeCam(), penalties.DRAGAN()],
        "update": lambda: "simultaneous",
    },
    "wasserstein, lazy, two discriminator steps": {
        "loss": lambda: "wasserstein",
        "penalties": lambda: [
            penalties.R1(0.1, every=2),
            penalties.GradientPenalty(1.0, every=2),
        ],
        "discriminator_steps": lambda: 2,
    },
}


def assert_same_run(gans, logs):
    """Two models have the same weights, and logged the same."""
    for a, b in zip(gans[0].weights, gans[1].weights, strict=True):
        a, b = (keras.ops.convert_to_numpy(v) for v in (a, b))
        assert np.abs(a - b).max() <= 1e-5 * np.abs(a).max()
    for name, values in logs[0].items():
        np.testing.assert_allclose(logs[1][name], values, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("case", CASES)
def test_two_replicas_are_one_device(make_gan, points, two_cpus, case):
    import tensorflow as tf

    logs, gans = [], []
    for strategy in (tf.distribute.get_strategy(), two_cpus):
        eager = case in EAGER or strategy is not two_cpus
        gan = build(make_gan, strategy, CASES[case], run_eagerly=eager)
        # The last batch is of 8 images: two replicas of four.
        fit = gan.fit(
            points[:40], batch_size=16, epochs=2, shuffle=False, verbose=0
        )
        gans.append(gan)
        logs.append(fit.history)
    assert_same_run(gans, logs)


COUPLED = {
    # The last batch, of one image each, leaves the second replica with none.
    "uneven": ({}, 17),
    "simultaneous, LeCam, lazy": (
        {
            "loss": lambda: "hinge",
            "update": lambda: "simultaneous",
            "penalties": lambda: [
                penalties.LeCam(),
                penalties.GradientPenalty(1.0, every=2),
            ],
        },
        20,
    ),
}


@pytest.mark.parametrize("case", COUPLED)
def test_two_domains_on_two_replicas_are_as_on_one_device(two_cpus, case):
    settings, size = COUPLED[case]
    images = np.random.default_rng(0).uniform(-1, 1, (size, 8, 8, 1))
    images = images.astype("float32")
    logs, gans = [], []
    for scope in (contextlib.nullcontext, two_cpus.scope):
        with scope():
            sgd = [keras.optimizers.SGD(0.1) for _ in "gd"]
            gan = CoupledFromData(*coupled(), seed=7)
            options = {k: v() for k, v in settings.items()}
            eager = case in EAGER or scope is contextlib.nullcontext
            gan.compile(*sgd, run_eagerly=eager, **options)
        fit = gan.fit(images, -images[::-1], batch_size=16, epochs=2,
                      shuffle=False, verbose=0)  # fmt: skip
        gans.append(gan)
        logs.append(fit.history)
    assert_same_run(gans, logs)


def test_pairs_on_two_replicas_are_as_on_one_device(two_cpus, tmp_path):
    # The last batch, of one pair, leaves the second replica with none.
    sources, targets = (pair_models.uniform(seed, count=9) for seed in range(2))
    models, logs = [], []
    for scope in (contextlib.nullcontext, two_cpus.scope):
        with scope():
            sgd = [keras.optimizers.SGD(0.1) for _ in "gd"]
            judge = pair_models.judge(source=pair_models.SHAPE)
            model = Pix2Pix(pair_models.translator(), judge, seed=7)
            model.compile(*sgd, penalties=[penalties.R1(0.1)], run_eagerly=True)
        fit = model.fit(sources, targets, batch_size=4, epochs=1,
                        shuffle=False, verbose=0)  # fmt: skip
        models.append(model)
        logs.append(fit.history)
    assert_same_run(models, logs)
    one, two = (model.translate(sources) for model in models)
    np.testing.assert_allclose(one, two, atol=1e-5)
    assert np.isfinite(models[1].evaluate(sources, targets, verbose=0)).all()


class ByBrightness(StarGAN):
    """The order of target attributes is that of the first pixels."""

    def target_attributes(self, batch, seed):
        rows = [batch.labels, batch.images[:, 0, 0, :1]]
        rows = keras.ops.concatenate(rows, axis=-1)
        return backend.on_whole_batch(star_gan._sorted_by_lot, rows)


class FromSources(DAGAN):
    """The latents are the first pixels of the sources."""

    def sample_latents(self, batch, seed):
        return batch.images[0][:, : self.latent_dim, 0, 0]


# Where a batch is split unevenly, a replica may get no image at all.
TRANSLATING = {
    "pool": (make_cycle, SECOND, {"pool_size": 5}, 9),
    "attributes": (make_star, ATTRIBUTES, {"cls": ByBrightness}, 9),
    "class pairs": (make_dagan, SECOND, {"cls": FromSources}, 9),
}


@pytest.mark.parametrize("case", TRANSLATING)
def test_translation_on_two_replicas_is_as_on_one_device(two_cpus, case):
    make, given, options, number = TRANSLATING[case]
    logs, models = [], []
    for scope in (contextlib.nullcontext, two_cpus.scope):
        with scope():
            sgd = [keras.optimizers.SGD(0.1) for _ in "gd"]
            model = make(
                generator_optimizer=sgd[0],
                discriminator_optimizer=sgd[1],
                run_eagerly=True,
                **options,
            )
        logs.append(fit(model, FIRST[:number], given[:number], epochs=1))
        models.append(model)
    assert_same_run(models, logs)


@pytest.mark.parametrize("size", [9, 8])
def test_few_labels_on_two_replicas_are_as_on_one_device(two_cpus, size):
    # The labels are not spread evenly, and of 9 images one is alone.
    data = semi_models.images(size), np.sort(semi_models.labels(size))
    logs, models = [], []
    for scope in (contextlib.nullcontext, two_cpus.scope):
        with scope():
            model = semi_models.make(run_eagerly=True)
        logs.append(fit(model, *data, epochs=1))
        models.append(model)
    assert_same_run(models, logs)


def test_tables_on_two_replicas_are_as_on_one_device(two_cpus, monkeypatch):
    monkeypatch.setattr(
        keras.random,
        "uniform",
        lambda shape, **kwargs: keras.ops.full(shape, 0.4),
    )
    logs, models = [], []
    for scope in (contextlib.nullcontext, two_cpus.scope):
        with scope():
            eager = scope is contextlib.nullcontext
            model = table_models.make(
                table_models.InOrder,
                run_eagerly=eager,
                generator_optimizer=keras.optimizers.SGD(0.1),
                discriminator_optimizer=keras.optimizers.SGD(0.1),
            )
        table_models.fit(model)
        logs.append(table_models.fit(model, steps_per_epoch=2))
        models.append(model)
    assert_same_run(models, logs)


def test_replicas_have_whole_packs(two_cpus):
    with two_cpus.scope():
        model = table_models.make()
    # Half a batch is 5 rows, and a pack 2.
    history = table_models.fit(
        model, batch_size=10, validation_data=table_models.table(31)
    )
    assert np.isfinite(list(history.values())).all()


def test_replicas_draw_different_rows(two_cpus):
    with two_cpus.scope():
        model = table_models.make()
    model.fit(table_models.table(), batch_size=20, verbose=0)

    import tensorflow as tf

    @tf.function
    def draw():
        numbers = tf.range(20)
        return two_cpus.run(lambda: model.draw_rows(numbers).images)

    first, second = two_cpus.experimental_local_results(draw())
    assert np.abs(np.asarray(first) - np.asarray(second)).max() > 0


def test_likelihood_is_of_the_tokens_of_all_replicas(two_cpus):
    import tensorflow as tf

    # The texts of the first replica have 3 tokens, those of the second 8.
    codes = np.array([[0, 0, 0, 0], [1, 0, 0, 0], [1, 2, 1, 0], [2, 1, 2, 2]])
    tokens = np.eye(3, dtype="float32")[codes].reshape(2, 2, 4, 3)
    logits = np.random.default_rng(0).normal(size=tokens.shape)
    logits = logits.astype("float32")

    def on_replica():
        mine = [tf.constant(x)[backend.replica_id()] for x in (logits, tokens)]
        return text_data.negative_log_likelihood(*mine)

    found = tf.function(lambda: two_cpus.run(on_replica))()
    parts = list(map(float, two_cpus.experimental_local_results(found)))
    whole = [tf.constant(x.reshape(4, 4, 3)) for x in (logits, tokens)]
    # Each replica has half of the batch.
    assert np.mean(parts) == pytest.approx(
        float(text_data.negative_log_likelihood(*whole)), rel=1e-5
    )


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


def test_wanted_attributes_are_of_images_of_all_replicas(two_cpus):
    import tensorflow as tf

    with two_cpus.scope():
        model = make_star()
    # Each replica has images with one attribute only.
    rows = np.repeat(np.eye(3, dtype="float32")[:2], 8, axis=0)

    def on_replica():
        labels = tf.constant(rows.reshape(2, 8, 3))[backend.replica_id()]
        return model.target_attributes(_Labels(labels), model.seed_generator)

    drawn = tf.function(lambda: two_cpus.run(on_replica))()
    parts = list(map(np.asarray, two_cpus.experimental_local_results(drawn)))
    assert np.concatenate(parts).sum(axis=0).tolist() == [8, 8, 0]
    for part in parts:
        assert part.shape == (8, 3) and (part.sum(axis=0)[:2] > 0).all()


class _Labels:
    def __init__(self, labels):
        self.labels = labels


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


def test_pairs_drawn_and_saved_under_a_strategy(two_cpus, tmp_path):
    with two_cpus.scope():
        gan = CoupledGAN(*coupled(), seed=7)
        gan.compile(loss="hinge")
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    latents = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")
    for a, b in zip(
        gan.predict(latents, verbose=0), loaded(latents), strict=True
    ):
        np.testing.assert_allclose(a, b, atol=1e-6)
    for a, b in zip(
        gan.generate(5, seed=2), loaded.generate(5, seed=2), strict=True
    ):
        np.testing.assert_allclose(a, b, atol=1e-6)
    images = np.zeros((8, 8, 8, 1), "float32")
    assert np.isfinite(gan.evaluate(images, images, verbose=0)).all()


WORKER = textwrap.dedent(
    """
    import json, os, pathlib, sys
    import keras_gan
    import keras, numpy as np, tensorflow as tf
    from keras_gan.backend import copy_variables, devices

    workers = "TF_CONFIG" in os.environ
    strategy = (
        tf.distribute.MultiWorkerMirroredStrategy()
        if workers
        else tf.distribute.get_strategy()
    )

    class LatentsFromData(keras_gan.GAN):
        def sample_latents(self, batch, seed):
            return batch.images[:, :, 0, 0]

    class CoupledFromData(keras_gan.CoupledGAN):
        def sample_latents(self, batch, seed):
            return batch.images[0][:, : self.latent_dim, 0, 0]

    points = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
    small = np.tanh(points).reshape(32, 2, 2, 1)
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = (
        tf.data.experimental.AutoShardPolicy.DATA
    )
    pixels = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.Flatten()])
    with strategy.scope():
        pair = keras_gan.networks.mlp(
            (2, 2, 1), latent_dim=2, hidden=(8,), seed=1
        )
        gan = LatentsFromData(*pair, seed=3)
        gan.compile(
            metrics=[
                keras_gan.metrics.FrechetInceptionDistance(pixels),
                keras_gan.metrics.KernelInceptionDistance(pixels),
            ]
        )
        pairs = keras_gan.networks.coupled(
            (6, 6, 1), latent_dim=2, width=2, seed=1
        )
        twins = CoupledFromData(*pairs, seed=3)
        twins.compile(loss="hinge")
    def whole_batches(*arrays):
        arrays = arrays if len(arrays) > 1 else arrays[0]
        dataset = tf.data.Dataset.from_tensor_slices(arrays).batch(16)
        return dataset.with_options(options)

    def load(shard):
        return keras_gan.datasets.load(
            small, batch_size=16, seed=4, repeat=True, shard=shard
        )

    # Of 30 images the workers have 8 each, then 7.
    values = gan.evaluate(whole_batches(small[:30]), verbose=0)
    pathlib.Path(sys.argv[1]).with_suffix(".json").write_text(
        json.dumps(values)
    )
    # Batch statistics, as the averaged generator copies them in each step.
    with strategy.scope():
        kept, copy = (
            keras.Variable([v, v], trainable=False, aggregation="mean")
            for v in (3.0, 0.0)
        )
    run = strategy.run if workers else lambda function: function()
    tf.function(lambda: run(lambda: copy_variables([copy], [kept])))()
    np.testing.assert_array_equal(copy, [3.0, 3.0])
    images = np.tanh(np.tile(points, (1, 9))).reshape(32, 6, 6, 1)
    for model, dataset, path in zip(
        (gan, twins),
        (devices.shared_input(load, gan), whole_batches(images, -images[::-1])),
        sys.argv[1:],
        strict=True,
    ):
        history = model.fit(
            dataset, steps_per_epoch=2, epochs=2, verbose=0
        ).history
        assert all(np.isfinite(v).all() for v in history.values()), history
        model.save(path)
    """
)


# Workers of `tf.distribute`, which other backends refuse.
@pytest.mark.once
def test_two_workers_agree_with_one(tmp_path, monkeypatch):
    ports = [_free_port() for _ in range(2)]
    cluster = {"worker": [f"localhost:{port}" for port in ports]}
    outputs = [
        [tmp_path / f"{n}_{kind}.keras" for kind in ("gan", "coupled")]
        for n in range(3)
    ]
    (tmp_path / "worker.py").write_text(WORKER)
    processes = [
        _start(tmp_path, outputs[n], {"cluster": cluster,
               "task": {"type": "worker", "index": n}})
        for n in range(2)
    ]  # fmt: skip
    # Meanwhile in this process: alone.
    monkeypatch.setattr(sys, "argv", ["worker.py", *map(str, outputs[2])])
    runpy.run_path(str(tmp_path / "worker.py"))
    for process in processes:
        _, error = process.communicate(timeout=180)
        assert process.returncode == 0, error[-3000:]
    for paths in zip(*outputs, strict=True):
        chief, second, alone = map(_weights, paths)
        for a, b, c in zip(chief, second, alone, strict=True):
            np.testing.assert_array_equal(a, b)
            assert np.abs(a - c).max() <= 1e-5 * max(np.abs(c).max(), 1e-3)
    # Each worker adds up what it has seen, and the sums give the metrics.
    one, other, alone = (
        json.loads(paths[0].with_suffix(".json").read_text())
        for paths in outputs
    )
    assert one == other
    np.testing.assert_allclose(one, alone, rtol=1e-6)


def _weights(path):
    classes = LatentsFromData, CoupledFromData
    custom = {cls.__name__: cls for cls in classes}
    gan = keras.saving.load_model(path, custom_objects=custom, compile=False)
    return [keras.ops.convert_to_numpy(v) for v in gan.weights]


def _free_port():
    with socket.socket() as server:
        server.bind(("localhost", 0))
        return server.getsockname()[1]


def _start(folder, outputs, config):
    environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3")
    environment["PYTHONPATH"] = os.getcwd()
    environment["TF_CONFIG"] = json.dumps(config)
    return subprocess.Popen(
        [sys.executable, "worker.py", *map(str, outputs)],
        cwd=folder,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
