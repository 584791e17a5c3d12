"""All metrics together: by name, in the steps of a GAN, in its files."""

import contextlib

import keras
import numpy as np
import pytest
from portable import (
    BACKEND,
    array,
    assert_close,
    assert_equal,
    tensor,
    to_numpy,
)

import keras_gan
from keras_gan import metrics
from keras_gan.features import extractors
from keras_gan.metrics import (
    FrechetInceptionDistance,
    InceptionScore,
    KernelInceptionDistance,
    Memorization,
    ModeCoverage,
    PrecisionRecall,
)

LOGS = (
    "fid",
    "kid",
    "precision",
    "recall",
    "density",
    "coverage",
    "inception_score",
    "modes",
    "reverse_kl",
)


@pytest.fixture
def images():
    images = np.random.RandomState(0).uniform(-1, 1, (43, 4, 4, 1))
    return images.astype("float32")


@pytest.fixture
def make_extractor():
    def make():
        dense = keras.layers.Dense(
            5, kernel_initializer=keras.initializers.GlorotUniform(3)
        )
        return keras.Sequential(
            [keras.Input((4, 4, 1)), keras.layers.Flatten(), dense]
        )

    return make


@pytest.fixture
def make_metrics(make_extractor):
    def make():
        extractor = make_extractor()
        return [
            FrechetInceptionDistance(extractor),
            KernelInceptionDistance(extractor, max_images=200),
            PrecisionRecall(extractor, max_images=200),
            InceptionScore(extractor, splits=2),
            ModeCoverage(extractor),
        ]

    return make


@pytest.fixture
def make_gan():
    def make():
        keras.utils.set_random_seed(1)
        return keras_gan.GAN(
            *keras_gan.networks.mlp(
                (4, 4, 1), latent_dim=3, hidden=(8,), seed=4
            ),
            seed=2,
        )

    return make


def evaluated(gan, images):
    logs = gan.evaluate(images, batch_size=16, verbose=0, return_dict=True)
    return {name: logs[name] for name in LOGS}


def from_features(kept):
    """What follows from the features that the second metric has kept."""
    real, fake = (kept.features(kind) for kind in ("real", "fake"))
    pair = [metrics.FeatureStatistics.from_features(x) for x in (real, fake)]
    logits = fake.astype("float64")
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares = exponents / exponents.sum(axis=1, keepdims=True)
    scores = [
        np.exp((x * np.log(x / x.mean(axis=0))).sum(axis=1).mean())
        for x in (shares[::2], shares[1::2])
    ]
    counts = np.bincount(fake.argmax(axis=1), minlength=5) / len(fake)
    found = counts[counts > 0]
    return {
        "fid": metrics.frechet_distance(
            pair[0].mu, pair[0].sigma, pair[1].mu, pair[1].sigma
        ),
        "kid": metrics.polynomial_mmd(real, fake),
        **metrics.manifold_metrics(real, fake),
        "inception_score": np.mean(scores),
        "modes": len(found),
        "reverse_kl": (found * np.log(found * 5)).sum(),
    }


WAYS = {
    "tensorflow": ["eager", "graph", "jit", "two replicas"],
    # Without `jit`, JAX is eager either way.
    "jax": ["eager", "jit"],
    "torch": ["eager", "graph", "jit"],
}[BACKEND]


@pytest.mark.parametrize("way", WAYS)
def test_evaluate_gives_what_the_images_give(
    make_gan, make_metrics, images, request, way
):
    scope = contextlib.nullcontext()
    if way == "two replicas":
        scope = request.getfixturevalue("two_cpus").scope()
    chosen = make_metrics()
    with scope:
        gan = make_gan()
        gan.compile(
            metrics=chosen,
            jit_compile=way == "jit",
            run_eagerly=way == "eager",
        )
    # Each time all is forgotten before.
    for _ in range(2):
        received = evaluated(gan, images)
        expected = from_features(chosen[1])
        for name in LOGS:
            assert_close(received[name], expected[name], rtol=1e-5, atol=1e-7)
    real = chosen[1].features("real")
    of_images = array(chosen[0].extractor(images))
    assert real.shape == of_images.shape == (43, 5)
    # Replicas see the images in another order.
    assert_close(
        np.sort(real, axis=0), np.sort(of_images, axis=0), rtol=1e-5, atol=1e-6
    )
    assert len(np.unique(chosen[1].features("fake")[:, 0])) == 43


@pytest.mark.quickest
def test_validation_logs_and_callbacks(make_gan, make_metrics, images):
    gan = make_gan()
    gan.compile(metrics=make_metrics()[:1])
    stop = keras.callbacks.EarlyStopping("val_fid", mode="min", patience=5)
    history = gan.fit(
        images,
        batch_size=16,
        epochs=2,
        verbose=0,
        validation_data=(images, None),
        callbacks=[stop],
    ).history
    assert len(history["val_fid"]) == 2
    assert stop.best == min(history["val_fid"])


def test_metrics_are_saved_with_a_gan(make_gan, make_metrics, images, tmp_path):
    gan = make_gan()
    gan.compile(metrics=make_metrics(), jit_compile=False)
    extractor = gan.sample_metrics[0].extractor.model
    extractor.set_weights([w * 2.0 for w in extractor.get_weights()])
    gan.save(tmp_path / "gan.keras")
    again = keras.models.load_model(tmp_path / "gan.keras")
    assert_equal(
        again.sample_metrics[0].extractor.model(images), extractor(images)
    )
    first, second = evaluated(gan, images), evaluated(again, images)
    for name in LOGS:
        assert_close(second[name], first[name], rtol=1e-6)


def test_named_network_is_not_saved_with_a_gan(
    make_gan, images, tmp_path, monkeypatch
):

    def make(head):
        return keras.Sequential(
            [
                keras.Input((4, 4, 1)),
                keras.layers.Flatten(),
                keras.layers.Dense(2000),
                keras.layers.Dense(5),
            ]
        )

    network = extractors._Network(make, 1, {"features": ""})
    monkeypatch.setitem(extractors._NETWORKS, "small", network)
    monkeypatch.setattr(extractors, "_made", {})
    gan = make_gan()
    gan.compile()
    gan.save(tmp_path / "compiled.keras")
    gan.compile(metrics=[FrechetInceptionDistance("small")])
    gan.evaluate(images, verbose=0)
    variables = len(gan.variables)
    gan.save(tmp_path / "gan.keras")
    # Its weights alone are 180 kB.
    size = (tmp_path / "gan.keras").stat().st_size
    assert abs(size - (tmp_path / "compiled.keras").stat().st_size) < 9000
    again = keras.models.load_model(tmp_path / "gan.keras")
    assert again.sample_metrics[0].extractor.name == "small"
    assert len(again.variables) == variables
    first, second = (
        g.evaluate(images, verbose=0, return_dict=True)["fid"]
        for g in (gan, again)
    )
    assert_close(first, second, rtol=1e-6)


# By name ---------------------------------------------------------------------


@pytest.mark.quickest
def test_names(make_extractor):
    made = {
        name: metrics.get(name, feature_extractor=make_extractor())
        for name in metrics.NAMES
    }
    assert {type(metric) for metric in made.values()} == {
        FrechetInceptionDistance,
        KernelInceptionDistance,
        InceptionScore,
        PrecisionRecall,
        ModeCoverage,
        Memorization,
    }
    assert type(made["is"]) is type(made["inception_score"])
    assert {made[name].name for name in ("fid", "kid")} == {"fid", "kid"}


@pytest.mark.quickest
def test_objects_and_configs_are_metrics(make_extractor):
    metric = metrics.get(
        "prdc", feature_extractor=make_extractor(), nearest_k=2
    )
    assert metrics.get(metric) is metric
    config = keras.saving.serialize_keras_object(metric)
    assert metrics.get(config).get_config() == metric.get_config()


@pytest.mark.quickest
@pytest.mark.parametrize("identifier", ["nothing", 3, None, {}])
def test_what_is_no_metric_is_refused(identifier):
    with pytest.raises(ValueError, match="The names are: fid, kid"):
        metrics.get(identifier)


@pytest.mark.quickest
def test_images_of_another_range_are_not_taken_for_bytes(images):
    fid = FrechetInceptionDistance("digits", value_range=(0, 255))
    with pytest.raises(ValueError, match=r"value_range=\(0.0, 255.0\)"):
        fid.update_real(images)


@pytest.mark.quickest
def test_a_gan_refuses_metrics_of_another_range(make_gan, make_extractor):
    metric = InceptionScore(make_extractor(), value_range=(0, 255))
    with pytest.raises(ValueError, match=r"in \[-1, 1\].*Received"):
        make_gan().compile(metrics=[metric])


@pytest.mark.quickest
def test_metrics_of_one_name_are_refused(make_gan, make_extractor):
    pair = [FrechetInceptionDistance(make_extractor()) for _ in range(2)]
    with pytest.raises(ValueError, match="different names.*'fid', 'fid'"):
        make_gan().compile(metrics=pair)


@pytest.mark.quickest
def test_values_of_one_name_are_told_apart(make_gan, make_extractor, images):
    pair = [
        PrecisionRecall(
            make_extractor(), nearest_k=k, max_images=200, name=name
        )
        for k, name in ((3, "near"), (9, "far"))
    ]
    gan = make_gan()
    gan.compile(metrics=pair, loss="non_saturating", penalties=None)
    logs = gan.evaluate(images, verbose=0, return_dict=True)
    assert {"recall", "far_recall"} <= set(logs)
    assert "near_recall" not in logs


@pytest.mark.quickest
def test_a_model_opens_where_a_file_of_its_metrics_is_missing(
    make_gan, make_extractor, images, tmp_path
):
    path = tmp_path / "real.npz"
    real = FrechetInceptionDistance(make_extractor())
    real.update_real(images)
    real.save_real_statistics(path)
    gan = make_gan()
    metric = FrechetInceptionDistance(make_extractor(), real_statistics=path)
    gan.compile(metrics=[metric])
    gan.save(tmp_path / "gan.keras")
    path.unlink()
    with pytest.warns(UserWarning, match="without its metrics.*real.npz"):
        loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert loaded.sample_metrics == []
    assert_close(loaded.generate(3, seed=1), gan.generate(3, seed=1), atol=1e-6)
    loaded.fit(images, verbose=0)


@pytest.mark.quickest
def test_features_are_not_those_of_what_was_there_before(
    make_extractor, images
):
    extractor = make_extractor()
    variable = keras.Variable(images)
    fid = FrechetInceptionDistance(extractor)
    fid.update_real(variable)
    variable.assign(images * 0.1)
    fid.update_fake(variable)
    assert fid.result() > 0.01
    # Nor those of weights that there were before.
    batch = tensor(images)
    for factor in (1.0, 10.0):
        extractor.set_weights([factor * w for w in extractor.get_weights()])
        fid = FrechetInceptionDistance(extractor)
        fid.update_real(batch)
        expected = np.mean(to_numpy(extractor(batch)), axis=0)
        assert_close(fid.statistics("real").mu, expected, rtol=1e-5)


@pytest.mark.quickest
def test_statistics_of_other_features_leave_a_metric_unbuilt(
    make_extractor, images
):
    fid = FrechetInceptionDistance(
        make_extractor(), real_statistics=(np.zeros(3), np.eye(3))
    )
    for _ in range(2):
        with pytest.raises(ValueError, match="features of size 3"):
            fid.update_fake(images)
        assert fid.variables == []
        with pytest.raises(ValueError, match="at least 2 fake images"):
            fid.result()


def test_inception_score_in_the_scope_of_a_strategy(
    make_extractor, images, two_cpus
):
    alone = InceptionScore(make_extractor(), splits=4)
    with two_cpus.scope():
        score = InceptionScore(make_extractor(), splits=4)
        score.update_fake(images)
        value = score.result()
    alone.update_fake(images)
    assert value == pytest.approx(alone.result(), rel=1e-6)


@pytest.mark.quickest
def test_callbacks_of_keras_act_on_validation_data(
    make_gan, make_extractor, images, tmp_path
):
    gan = make_gan()
    gan.compile(
        loss="non_saturating",
        penalties=None,
        metrics=[FrechetInceptionDistance(make_extractor())],
    )
    best = keras.callbacks.ModelCheckpoint(
        tmp_path / "{epoch}.keras",
        monitor="val_fid",
        mode="min",
        save_best_only=True,
    )
    # So much better it never gets, and the second epoch lowers the rate.
    never = {"monitor": "val_fid", "mode": "min", "min_delta": 1e9}
    rate = keras.callbacks.ReduceLROnPlateau(**never, factor=0.5, patience=1)
    stop = keras.callbacks.EarlyStopping(**never, patience=2)
    board = keras.callbacks.TensorBoard(tmp_path / "logs", write_graph=False)
    before = float(gan.optimizer.learning_rate)
    history = gan.fit(
        images,
        validation_data=images,
        epochs=6,
        callbacks=[best, rate, stop, board],
        verbose=0,
    ).history
    assert len(history["val_fid"]) == 3 and min(history["val_fid"]) > 0
    assert best.best == pytest.approx(min(history["val_fid"]))
    number = 1 + int(np.argmin(history["val_fid"]))
    loaded = keras.saving.load_model(tmp_path / f"{number}.keras")
    logs = loaded.evaluate(images, verbose=0, return_dict=True)
    assert logs["fid"] == pytest.approx(best.best, rel=1e-5)
    assert float(gan.optimizer.learning_rate) == pytest.approx(before / 4)
    events = b"".join(
        path.read_bytes() for path in (tmp_path / "logs").rglob("events.*")
    )
    assert b"fid" in events
