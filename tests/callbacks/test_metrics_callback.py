"""Metrics of a GAN between epochs, by real `fit` runs on small images."""

import csv
import itertools

import keras
import numpy as np
import pytest
from portable import BACKEND, assert_equal, pipeline

from keras_gan import GAN, networks
from keras_gan.callbacks import MetricsCallback
from keras_gan.metrics import (
    FrechetInceptionDistance,
    InceptionScore,
    KernelInceptionDistance,
    PrecisionRecall,
)

SHAPE = (4, 4, 1)


@pytest.fixture(autouse=True)
def keras_home(tmp_path_factory, monkeypatch):
    """Statistics of a test are its own."""
    folder = tmp_path_factory.mktemp("keras")
    monkeypatch.setenv("KERAS_HOME", str(folder))
    return folder


@pytest.fixture
def images():
    generator = np.random.default_rng(0)
    return generator.uniform(-1, 1, (48, *SHAPE)).astype("float32")


@pytest.fixture(scope="module")
def extractor():
    keras.utils.set_random_seed(3)
    return keras.Sequential(
        [
            keras.Input(SHAPE),
            keras.layers.Flatten(),
            keras.layers.Dense(6, "tanh"),
        ]
    )


def make_gan(num_classes=None):
    gan = GAN(
        *networks.mlp(
            SHAPE, latent_dim=4, hidden=(8,), num_classes=num_classes
        ),
        num_classes=num_classes,
        seed=1,
    )
    # Outside of a program, JAX compiles each operation by itself: slower.
    jit = BACKEND == "jax"
    gan.compile(loss="non_saturating", penalties=None, jit_compile=jit)
    return gan


def fit(gan, images, callbacks, epochs=2, **arguments):
    return gan.fit(
        images,
        batch_size=16,
        epochs=epochs,
        callbacks=callbacks,
        verbose=0,
        **arguments,
    ).history


def all_metrics(extractor):
    return [
        FrechetInceptionDistance(extractor),
        KernelInceptionDistance(extractor, subsets=3, subset_size=20),
        InceptionScore(extractor, splits=2),
        PrecisionRecall(extractor, nearest_k=3),
    ]


NAMES = {
    "fid",
    "kid",
    "inception_score",
    "precision",
    "recall",
    "density",
    "coverage",
}


def test_values_are_those_of_the_metrics_on_the_generated_images(
    images, extractor
):
    gan = make_gan()
    callback = MetricsCallback(
        images, all_metrics(extractor), num_images=48, batch_size=48, seed=5
    )
    history = fit(gan, images, [callback])
    assert set(history) >= NAMES
    fakes = gan.generate(48, seed=5)
    for metric in all_metrics(extractor):
        metric.update_state(images, fakes)
        values = metric.result()
        values = values if isinstance(values, dict) else {metric.name: values}
        for name, value in values.items():
            assert history[name][-1] == pytest.approx(value, rel=1e-5)
    assert history["fid"][0] != history["fid"][1]


@pytest.mark.quickest
def test_size_of_batches_changes_nothing_of_the_real_images(images, extractor):
    gan = make_gan()
    values = []
    for size in (20, 48):
        # The latents of a batch follow from its start: 20 are one batch.
        callback = MetricsCallback(
            images, all_metrics(extractor), num_images=20, batch_size=size
        )
        callback.set_model(gan)
        callback.on_train_begin()
        values.append(callback.compute())
    assert values[0] == pytest.approx(values[1], rel=1e-6)


def test_training_does_not_change_by_a_bit(images, extractor):
    gans = []
    for metrics in (all_metrics(extractor), None):
        keras.utils.set_random_seed(9)
        gans.append(make_gan())
        callback = metrics and MetricsCallback(images, metrics, num_images=20)
        fit(gans[-1], images, [callback] if callback else [])
    watched, alone = gans
    assert len(watched.variables) == len(alone.variables)
    for ours, theirs in zip(watched.variables, alone.variables, strict=True):
        assert_equal(ours, theirs)


@pytest.mark.quickest
def test_callbacks_that_follow_act_on_the_values(images, extractor, tmp_path):
    callback = MetricsCallback(
        images, [FrechetInceptionDistance(extractor)], num_images=30
    )
    table = tmp_path / "log.csv"
    best = keras.callbacks.ModelCheckpoint(
        tmp_path / "best.keras", monitor="fid", mode="min", save_best_only=True
    )
    stop = keras.callbacks.EarlyStopping(
        monitor="fid", mode="max", patience=0, min_delta=1e9
    )
    rate = keras.callbacks.ReduceLROnPlateau(
        monitor="fid", mode="min", patience=1
    )
    log = keras.callbacks.CSVLogger(table)
    history = fit(
        make_gan(), images, [callback, best, rate, log, stop], epochs=5
    )
    with open(table) as file:
        rows = list(csv.DictReader(file))
    written = [float(row["fid"]) for row in rows]
    # It never gets that much better, so the second epoch is the last.
    assert written == pytest.approx(history["fid"]) and len(written) == 2
    assert best.best == pytest.approx(min(history["fid"]))
    assert (tmp_path / "best.keras").exists()


@pytest.mark.quickest
def test_every_second_epoch(images, extractor):
    callback = MetricsCallback(
        images, [FrechetInceptionDistance(extractor)], num_images=30, every=2
    )
    gan = make_gan()
    assert len(fit(gan, images, [callback], epochs=5)["fid"]) == 2


@pytest.mark.quickest
def test_classes_are_drawn_in_the_shares_of_the_real_ones(images, extractor):
    labels = np.array([0] * 36 + [1] * 12)
    gan = make_gan(num_classes=3)
    drawn = []
    generate = gan.generate

    def spy(num_images, *, labels, **arguments):
        drawn.extend(labels)
        return generate(num_images, labels=labels, **arguments)

    gan.generate = spy
    metrics = [FrechetInceptionDistance(extractor)]
    data = pipeline((images, labels), 10)
    for real in ((images, labels), data):
        drawn.clear()
        callback = MetricsCallback(real, metrics, num_images=20)
        fit(gan, images, [callback], epochs=1, y=labels)
        assert np.bincount(drawn, minlength=3).tolist() == [15, 5, 0]
    drawn.clear()
    callback = MetricsCallback(images, metrics, num_images=9)
    fit(gan, images, [callback], epochs=1, y=labels)
    assert np.bincount(drawn).tolist() == [3, 3, 3]


@keras.saving.register_keras_serializable("tests")
class Counting(keras.layers.Layer):
    """Counts the images that pass, whoever asks."""

    seen = 0

    def call(self, x):
        # An unknown size is None, or a symbol of JAX.
        Counting.seen += x.shape[0] if isinstance(x.shape[0], int) else 0
        return x


def counted(extractor):
    return keras.Sequential([keras.Input(SHAPE), Counting(), *extractor.layers])


@pytest.mark.quickest
def test_real_images_are_read_once_and_their_statistics_kept(
    images, extractor, keras_home
):
    # One that stays as it is, so that all runs may be of the same.
    gan = make_gan()
    rates = [keras.optimizers.SGD(0.0) for _ in range(2)]
    jit = BACKEND == "jax"
    gan.compile(*rates, loss="hinge", penalties=None, jit_compile=jit)

    def run(real, model=extractor):
        metric = FrechetInceptionDistance(counted(model))
        callback = MetricsCallback(real, [metric], num_images=10)
        Counting.seen = 0
        history = fit(gan, images, [callback], epochs=2)
        history["fid"] += fit(gan, images, [callback], epochs=1)["fid"]
        return history["fid"], Counting.seen - 3 * 10

    first, seen = run(images)
    assert seen >= 48
    kept = list((keras_home / "keras_gan").iterdir())
    assert len(kept) == 1
    second, seen = run(images)
    assert seen == 0 and second == pytest.approx(first, rel=1e-6)
    # In whatever order and form they come.
    data = pipeline(images[::-1]).batch(7)
    third, seen = run(data)
    assert seen == 0 and third == pytest.approx(first, rel=1e-6)
    # Other images or another network: other statistics.
    assert run(images[:40])[1] >= 40
    other = keras.models.clone_model(extractor)
    assert run(images, other)[1] >= 48
    # A damaged file is made anew.
    for path in (keras_home / "keras_gan").iterdir():
        path.write_bytes(b"broken")
    again, seen = run(images)
    assert seen >= 48 and again == pytest.approx(first, rel=1e-6)
    assert run(images)[1] == 0


@pytest.mark.quickest
def test_a_folder_that_cannot_be_written_is_done_without(
    images, extractor, tmp_path
):
    (tmp_path / "file").write_text("")
    for directory in (tmp_path / "file" / "inside", False):
        callback = MetricsCallback(
            images,
            [FrechetInceptionDistance(extractor)],
            num_images=10,
            cache_directory=directory,
        )
        assert len(fit(make_gan(), images, [callback])["fid"]) == 2


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_images": 1}, "`num_images`.*at least 2.*Received: num_images=1"),
        ({"num_images": 3}, "`num_images`.*at least 4.*'precision_recall'"),
        (
            {"real": (np.zeros((4, *SHAPE)), np.zeros(3))},
            "one label for each.*4 images and 3 labels",
        ),
        ({"every": 0}, "`every`.*Received: every=0"),
        ({"seed": -1}, "`seed`.*Received: seed=-1"),
        ({"metrics": []}, r"`metrics`.*Received: \[\]"),
        ({"metrics": ["fid"]}, "`metrics`.*Received: 'fid'"),
        ({"real": None}, "`real`.*Received: real=None"),
        ({"real": 3}, "`real`.*Received: 3"),
        ({"real": np.zeros((1, *SHAPE))}, "`real`.*at least 2.*Received: 1"),
        ({"real": iter([1])}, "`real`.*read only once"),
        (
            {"real": pipeline(np.zeros((1, *SHAPE))).repeat()},
            "`real`.*infinite",
        ),
    ],
    ids=itertools.count(),
)
def test_arguments_out_of_range_are_refused(extractor, arguments, message):
    arguments = {
        "real": np.zeros((4, *SHAPE)),
        "metrics": [PrecisionRecall(extractor, nearest_k=3)],
        **arguments,
    }
    with pytest.raises(ValueError, match=f"(?s){message}"):
        MetricsCallback(**arguments)


@pytest.mark.quickest
def test_images_out_of_range_are_refused_before_training(images, extractor):
    callback = MetricsCallback(
        images * 127 + 127, [FrechetInceptionDistance(extractor)], num_images=9
    )
    gan = make_gan()
    with pytest.raises(ValueError, match="value_range"):
        fit(gan, images, [callback])
    assert int(gan.optimizer.iterations) == 0


@pytest.mark.quickest
def test_a_model_that_cannot_generate_is_refused(images, extractor):
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(1)])
    model.compile(loss="mse")
    callback = MetricsCallback(
        images, [FrechetInceptionDistance(extractor)], num_images=9
    )
    with pytest.raises(ValueError, match="`generate`.*Received: Sequential"):
        model.fit(images, np.zeros(48), callbacks=[callback], verbose=0)


@pytest.mark.quickest
def test_too_few_real_images_are_refused_before_training(images, extractor):
    callback = MetricsCallback(
        images[:5], [PrecisionRecall(extractor, nearest_k=9)], num_images=20
    )
    gan = make_gan()
    with pytest.raises(ValueError, match="at least 10 real images"):
        fit(gan, images, [callback])
    assert int(gan.optimizer.iterations) == 0


@pytest.mark.quickest
def test_values_before_training_are_refused(images, extractor):
    callback = MetricsCallback(images, all_metrics(extractor), num_images=20)
    with pytest.raises(ValueError, match="Pass the callback to `fit`"):
        callback.compute()


class Subclassed(keras.Model):
    """An extractor whose arguments Keras does not know."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def call(self, x):
        return self.layer(keras.ops.reshape(x, (-1, 16)))


@pytest.mark.quickest
@pytest.mark.parametrize("kind", ["not built", "subclassed"])
def test_statistics_of_models_that_are_hard_to_tell(images, kind, keras_home):
    def make():
        dense = keras.layers.Dense(3, kernel_initializer="ones")
        if kind == "subclassed":
            return Subclassed(dense)
        return keras.Sequential([keras.layers.Flatten(), dense])

    seen = []
    for _ in range(2):
        metric = FrechetInceptionDistance(make())
        callback = MetricsCallback(images, [metric], num_images=10)
        callback.set_model(make_gan())
        callback.on_train_begin()
        assert callback.compute()["fid"] > 0
        seen.append(metric.variables and metric.num_images("real"))
    # The first is counted, the second known; or there is nothing to go by.
    assert seen == ([48, 0] if kind == "not built" else [48, 48])
