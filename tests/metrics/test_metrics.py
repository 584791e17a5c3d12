"""All metrics together: by name, in the steps of a GAN, in its files."""

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan import metrics
from keras_gan.metrics import (
    FrechetInceptionDistance,
    InceptionScore,
    KernelInceptionDistance,
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


@pytest.fixture
def fakes_of():
    """The fakes that `evaluate` draws, taken down by a metric of its own."""

    class Keeper(keras.metrics.Metric):
        def __init__(self):
            super().__init__(name="keeper")
            self.fakes = []

        def update_state(self, real_images, fake_images):
            self.fakes.append(np.asarray(fake_images))

        def result(self):
            return 0.0

    def draw(gan, images):
        keeper = Keeper()
        gan.compile(metrics=[keeper], run_eagerly=True, jit_compile=False)
        gan.evaluate(images, batch_size=16, verbose=0)
        return np.concatenate(keeper.fakes)

    return draw


@pytest.mark.parametrize("jit_compile", [False, True])
def test_evaluate_gives_what_the_images_give(
    make_gan, make_metrics, images, fakes_of, jit_compile
):
    gan = make_gan()
    fakes = fakes_of(gan, images)
    expected = {}
    for metric in make_metrics():
        metric.update_state(images, fakes)
        result = metric.result()
        if not isinstance(result, dict):
            result = {metric.name: result}
        expected.update(result)
    gan.compile(metrics=make_metrics(), jit_compile=jit_compile)
    # Twice: each time all is forgotten before.
    for _ in range(2):
        received = evaluated(gan, images)
        for name in LOGS:
            np.testing.assert_allclose(
                received[name], expected[name], rtol=1e-4, atol=1e-7
            )


def test_evaluate_under_two_replicas(make_gan, make_metrics, images, two_cpus):
    gan = make_gan()
    gan.compile(metrics=make_metrics(), jit_compile=False)
    alone = gan.evaluate(images, batch_size=16, verbose=0, return_dict=True)
    with two_cpus.scope():
        gan = make_gan()
        gan.compile(metrics=make_metrics(), jit_compile=False)
    both = gan.evaluate(images, batch_size=16, verbose=0, return_dict=True)
    # Replicas draw other latents: fakes differ, and only that.
    assert set(both) == set(alone)
    for metric in gan.sample_metrics:
        for kind in metric.kinds:
            assert metric.num_images(kind) == 43
    assert all(np.isfinite(list(both.values())))
    real = gan.sample_metrics[0].statistics("real")
    whole = metrics.FeatureStatistics.from_features(
        gan.sample_metrics[0].feature_extractor(images)
    )
    np.testing.assert_allclose(real.sigma, whole.sigma, rtol=1e-5, atol=1e-7)


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
    extractor = gan.sample_metrics[0].feature_extractor
    extractor.set_weights([w * 2.0 for w in extractor.get_weights()])
    gan.save(tmp_path / "gan.keras")
    again = keras.models.load_model(tmp_path / "gan.keras")
    np.testing.assert_array_equal(
        again.sample_metrics[0].feature_extractor(images), extractor(images)
    )
    first, second = evaluated(gan, images), evaluated(again, images)
    for name in LOGS:
        np.testing.assert_allclose(second[name], first[name], rtol=1e-6)


def test_named_network_is_not_saved_with_a_gan(
    make_gan, make_extractor, images, tmp_path, monkeypatch
):
    extractors = metrics.feature_extractors
    network = extractors._Network(
        lambda head: make_extractor(), 1, {"features": ""}
    )
    monkeypatch.setitem(extractors._NETWORKS, "small", network)
    monkeypatch.setattr(extractors, "_made", {})
    gan = make_gan()
    gan.save(tmp_path / "without.keras")
    gan.compile()
    gan.save(tmp_path / "compiled.keras")
    gan.compile(metrics=[FrechetInceptionDistance("small")])
    gan.evaluate(images, verbose=0)
    variables = len(gan.variables)
    gan.save(tmp_path / "gan.keras")
    size = (tmp_path / "gan.keras").stat().st_size
    assert abs(size - (tmp_path / "compiled.keras").stat().st_size) < 3000
    again = keras.models.load_model(tmp_path / "gan.keras")
    assert again.sample_metrics[0].feature_extractor == "small"
    assert len(again.variables) == variables
    first, second = (
        g.evaluate(images, verbose=0, return_dict=True)["fid"]
        for g in (gan, again)
    )
    np.testing.assert_allclose(first, second, rtol=1e-6)


# By name ---------------------------------------------------------------------


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
    }
    assert type(made["is"]) is type(made["inception_score"])
    assert {made[name].name for name in ("fid", "kid")} == {"fid", "kid"}


def test_objects_and_configs_are_metrics(make_extractor):
    metric = metrics.get(
        "prdc", feature_extractor=make_extractor(), nearest_k=2
    )
    assert metrics.get(metric) is metric
    config = keras.saving.serialize_keras_object(metric)
    assert metrics.get(config).get_config() == metric.get_config()


@pytest.mark.parametrize("identifier", ["nothing", 3, None, {}])
def test_what_is_no_metric_is_refused(identifier):
    with pytest.raises(ValueError, match="The names are: fid, kid"):
        metrics.get(identifier)
