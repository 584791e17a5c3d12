"""`TrainingHealth` in runs of `fit` on tiny networks."""

import dataclasses
import json
import shutil

import keras
import numpy as np
import pytest
from portable import BACKEND, assert_equal, pipeline

from keras_gan import GAN, TextGAN, layers, networks
from keras_gan.callbacks import TrainingHealth, training_health
from keras_gan.callbacks.health import data
from keras_gan.reports.health import read_findings

SHAPE = (4, 4, 1)
MEASURED = {
    "health_diversity",
    "health_modes",
    "health_distance",
    "health_separation",
    "health_slope",
    "health_saturation",
    "health_findings",
}


@pytest.fixture
def images():
    generator = np.random.default_rng(0)
    return generator.uniform(-1, 1, (48, *SHAPE)).astype("float32")


@pytest.fixture
def at_once(monkeypatch):
    """Findings need no steps before them."""
    monkeypatch.setattr(training_health, "FIRST_STEP", 0)


def make_gan(num_classes=None, shape=SHAPE, rates=(1e-3, 1e-3), **compiling):
    gan = GAN(
        *networks.mlp(
            shape, latent_dim=4, hidden=(8,), num_classes=num_classes
        ),
        num_classes=num_classes,
        seed=1,
    )
    compiling = {"loss": "non_saturating", "penalties": None} | compiling
    # JAX compiles each operation outside of a program by itself: slower.
    gan.compile(
        *(keras.optimizers.Adam(rate, 0.0) for rate in rates),
        run_eagerly=BACKEND != "jax",
        **compiling,
    )
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


def watching(*arguments, **options):
    return TrainingHealth(
        *arguments, **{"num_images": 16, "say": None} | options
    )


def test_measurements_are_logged_and_training_stays_the_same(images):
    gans, histories = [], []
    for watched in (True, False):
        keras.utils.set_random_seed(9)
        gan = make_gan()
        health = watching(images[:32], images[32:])
        histories.append(fit(gan, images, [health] if watched else []))
        gans.append(gan)
    both = MEASURED | {"health_held_out_ranking", "health_memorized"}
    assert set(histories[0]) >= both and not MEASURED & set(histories[1])
    assert histories[0]["health_findings"] == [0, 0]
    assert np.isfinite([histories[0][name] for name in both]).all()
    assert "health_label_effect" not in histories[0]
    for ours, theirs in zip(gans[0].variables, gans[1].variables, strict=True):
        assert_equal(ours, theirs)


def test_a_run_that_goes_on_finds_the_same(images, at_once, tmp_path):
    """Interrupted after one of two epochs, and not."""
    states, gan = [], None
    for parts in ((2,), (1, 2)):
        keras.utils.set_random_seed(9)
        gan, state, first = make_gan(), None, 0
        for epochs in parts:
            health = watching(images[:32], images[32:], state=state)
            fit(gan, images, [health], epochs, initial_epoch=first)
            state = json.loads(json.dumps(health.state()))
            gan.save(tmp_path / "gan.keras")
            gan = keras.saving.load_model(tmp_path / "gan.keras")
            first = epochs
        states.append(state)
    assert states[0] == states[1]
    assert [row["round"] for row in states[0]["series"]["rows"]] == [1, 2]


@pytest.mark.quickest
def test_of_a_conditional_gan_labels_are_measured(images):
    labels = np.arange(48) % 3
    health = watching((images, labels), (images[32:], labels[32:]))
    history = fit(make_gan(3), images, [health], y=labels)
    assert history["health_label_effect"][0] > 0
    data = pipeline((images, labels), 10)
    again = fit(make_gan(3), images, [watching(data)], y=labels)
    assert "health_label_effect" in again


@pytest.mark.quickest
def test_of_one_class_there_are_no_other_labels(images):
    labels = np.zeros(48, int)
    two = make_gan(2)
    gan = GAN(two.generator, two.discriminator, num_classes=1)
    gan.compile(run_eagerly=BACKEND != "jax")
    history = fit(gan, images, [watching((images, labels))], y=labels)
    assert "health_label_effect" not in history


@pytest.mark.quickest
def test_copies_are_told_before_training(images, tmp_path):
    images[24:] = images[0]
    said, path = [], tmp_path / "health.json"
    health = watching(images, path=path, say=said.append)
    history = fit(make_gan(), images, [health])
    assert [one.name for one in health.findings] == ["duplicate_images"]
    assert len(said) == 1 and "(before the first round, " in said[0]
    assert history["health_findings"] == [1, 1]
    found, remark = read_findings(path)
    assert found.name == "duplicate_images" and found.round is None
    assert remark.name == "too_short_to_judge"
    assert found.evidence == {"copies": 24, "of_images": 48, "share": 0.5}
    assert found.advice.startswith("Remove the copies")


@pytest.mark.quickest
def test_constant_labels_stop_the_training(images):
    labels = np.zeros(48, int)
    health = watching((images, labels), stop_on=["constant_labels"])
    history = fit(make_gan(3), images, [health], 5, y=labels)
    assert [one.name for one in health.findings] == ["constant_labels"]
    assert len(history["d_loss"]) == 1


def test_a_collapse_is_found_once_and_stops_the_training(
    images, at_once, tmp_path
):
    """A generator that learns next to nothing draws one gray image."""
    said, path = [], tmp_path / "health.json"
    gan = make_gan(rates=(1e-6, 1e-3))
    gan.generator.set_weights([0.01 * w for w in gan.generator.get_weights()])
    health = watching(
        images, path=path, say=said.append, stop_on=["mode_collapse"]
    )
    history = fit(gan, images, [health], 20)
    (found,) = (one for one in health.findings if one.name == "mode_collapse")
    assert found.when == len(history["d_loss"]) == 4
    assert found.evidence["diversity_relative_to_real"] < 0.1
    assert sum("Mode collapse" in one for one in said) == 1
    written = {one.name: one.round for one in read_findings(path)}
    assert written["mode_collapse"] == 4
    # Going on, it is known already.
    again = watching(images, path=path, say=said.append, state=health.state())
    fit(gan, images, [again], 6, initial_epoch=4)
    assert sum("Mode collapse" in one for one in said) == 1
    assert {one.name for one in again.findings} >= {"mode_collapse"}


@pytest.mark.quickest
def test_a_file_of_a_later_round_is_written_anew(images, tmp_path):
    path = tmp_path / "health.json"
    path.write_text('[{"name": "mode_collapse", "when": 9}]')
    fit(make_gan(), images, [watching(images, path=path)])
    assert [one.name for one in read_findings(path)] == ["too_short_to_judge"]


@pytest.mark.quickest
def test_a_short_run_is_not_called_healthy(images, at_once, tmp_path):
    path, said = tmp_path / "health.json", []
    health = watching(images, path=path, say=said.append)
    gan = make_gan()
    fit(gan, images, [health], 5)
    (remark,) = read_findings(path)
    assert remark.sentence.startswith(
        "Too short to judge (at the end): steps 15, checks 5, needed 6. "
    )
    # Three steps in each epoch.
    assert "at least 321 `--steps`" in remark.sentence
    # It is no finding: the next check may be all that is missing.
    assert health.findings == [] and said == []
    again = watching(images, path=path, state=health.state())
    fit(gan, images, [again], 6, initial_epoch=5)
    assert read_findings(path) == []


@pytest.mark.quickest
def test_every_second_epoch(images):
    history = fit(make_gan(), images, [watching(images, every=2)], 4)
    assert len(history["health_diversity"]) == 2


@pytest.mark.quickest
def test_points_have_no_range(images):
    points = images.reshape(48, 16)
    history = fit(make_gan(shape=(16,)), points, [watching(points)])
    assert "health_saturation" not in history
    assert "health_modes" in history


@pytest.mark.quickest
@pytest.mark.parametrize("every", [1, 2])
def test_fid_in_the_logs_is_watched(images, at_once, every):
    """Also if it is not measured in each epoch."""
    fid = iter([1.0] * 5 + [3.0] * 5)

    class Metric(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if (epoch + 1) % every == 0:
                logs["fid"] = next(fid)

    health = watching(images)
    fit(make_gan(), images, [Metric(), health], 10 * every)
    found = {one.name: one for one in health.findings}
    assert found["past_the_best"].evidence["best_round"] == every
    assert found["past_the_best"].when == 10 * every


@pytest.mark.quickest
@pytest.mark.parametrize(
    "change, words",
    [
        (lambda images: 127.5 * (images + 1), "in \\[-1, 1\\]"),
        (lambda images: np.where(images > 0.5, np.nan, images), "finite"),
    ],
)
@pytest.mark.parametrize("name", ["real", "held_out"])
def test_images_must_be_what_fit_takes(images, name, change, words):
    given = {"real": images, "held_out": images, name: change(images)}
    health = TrainingHealth(**given, num_images=16, say=None)
    with pytest.raises(ValueError, match=f"`{name}`: .*{words}"):
        fit(make_gan(), images, [health], 1)


@pytest.mark.quickest
def test_logs_that_are_no_numbers_or_no_metrics_are_left_alone(images, at_once):
    class Logs(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs.update(fid=None, class_distance=1.0 + epoch)

    health = watching(images)
    fit(make_gan(), images, [Logs(), health], 12)
    assert "past_the_best" not in {one.name for one in health.findings}


@pytest.mark.quickest
def test_a_folder_that_disappears_does_not_end_the_training(images, tmp_path):
    class Removal(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            shutil.rmtree(tmp_path / "run", ignore_errors=True)

    health = watching(images, path=tmp_path / "run" / "health.json")
    with pytest.warns(UserWarning, match="cannot be written"):
        fit(make_gan(), images, [health, Removal()], 2)


@pytest.mark.quickest
def test_penalties_of_ones_own_may_be_functions(images):
    def brightness(score, real, fake):
        return keras.ops.mean(fake)

    gan = make_gan(penalties=[brightness])
    fit(gan, images, [watching(images)], 1)


@pytest.mark.quickest
def test_the_first_images_of_a_sorted_dataset_say_nothing_of_labels(
    images, monkeypatch
):
    monkeypatch.setattr(data, "_MOST_IMAGES", 16)
    labels = np.arange(48) // 24
    gan = make_gan(2)
    batches = [
        {"images": images[part : part + 8], "labels": labels[part : part + 8]}
        for part in range(0, 48, 8)
    ]
    health = TrainingHealth(batches, num_images=16, say=None)
    fit(gan, images, [health], 1, y=labels)
    assert "constant_labels" not in {one.name for one in health.findings}
    whole = TrainingHealth(batches[:2], num_images=16, say=None)
    fit(gan, images, [whole], 1, y=labels)
    assert "constant_labels" in {one.name for one in whole.findings}


@pytest.mark.quickest
def test_the_folder_of_the_file_is_made(images, tmp_path):
    path = tmp_path / "runs" / "one" / "health.json"
    fit(make_gan(), images, [watching(images, path=path)], 1)
    assert path.exists()


@pytest.mark.quickest
def test_noise_of_labels_is_not_drawn_for_the_measurement(images):
    from keras_gan import losses

    loss = losses.NonSaturatingLoss(label_noise=0.2, seed=1)
    gan = make_gan(loss=loss)
    before = np.array(loss.seed_generators[0].state)
    health = watching(images)
    health.set_model(gan)
    health.on_train_begin()
    assert health.measure()["separation"] >= 0
    assert_equal(loss.seed_generators[0].state, before)


@pytest.mark.quickest
@pytest.mark.parametrize(
    "options, words",
    [
        ({"num_images": 15}, "`num_images` must be an integer of at least 16"),
        ({"every": 0}, "`every` must be"),
        ({"seed": -1}, "`seed` must be"),
        ({"batch_size": 0}, "`batch_size` must be"),
        ({"stop_on": "collapse"}, "mode_collapse, .*Received: 'collapse'"),
        ({"state": {"findings": 3}}, "`state` is damaged"),
    ],
)
def test_arguments_are_checked(images, options, words):
    with pytest.raises(ValueError, match=words):
        TrainingHealth(images, **options)


@pytest.mark.quickest
def test_images_must_fit_the_gan(images):
    with pytest.raises(ValueError, match="16 images of the GAN's shape"):
        fit(make_gan(), images, [watching(images[:, :2])])
    with pytest.raises(ValueError, match="`held_out` must be at least 16"):
        fit(make_gan(), images, [watching(images, images[:3])])
    with pytest.raises(ValueError, match="`real` must have labels"):
        labels = np.zeros(48, int)
        fit(make_gan(2), images, [watching(images)], y=labels)
    with pytest.raises(ValueError, match="`held_out` must be an array"):
        watching(images, "held out")


@pytest.mark.quickest
def test_other_models_are_refused(images):
    model = keras.Sequential([keras.Input(SHAPE), keras.layers.Flatten()])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="Received: Sequential"):
        model.fit(images, images.reshape(48, -1), verbose=0,
                  callbacks=[watching(images)])  # fmt: skip
    with pytest.raises(ValueError, match="has not happened yet"):
        watching(images).measure()


@pytest.mark.quickest
@pytest.mark.parametrize("shape", [(8, 1), (8, 2)])
def test_sounds_are_refused(shape):
    health = TrainingHealth(np.zeros((16, *shape), "float32"))
    health.set_model(GAN(*networks.wavegan(shape, width=1, latent_dim=2)))
    with pytest.raises(ValueError, match=r"a GAN of sounds, \(8, .\). Leave"):
        health.on_train_begin()


@pytest.mark.quickest
def test_texts_are_refused():
    preprocessor = layers.TextPreprocessor()
    preprocessor.adapt(["ab", "ba"])
    pair = networks.text(preprocessor.sequence_shape, width=2)
    health = TrainingHealth(np.zeros((16, 2, 3), "float32"))
    health.set_model(TextGAN(*pair, preprocessor))
    with pytest.raises(ValueError, match="Received: TextGAN. Leave the callb"):
        health.on_train_begin()


@pytest.mark.quickest
def test_no_worker_of_several_may_stop_alone(images, monkeypatch):
    monkeypatch.setattr(training_health, "has_workers", lambda: True)
    gan = make_gan()
    with pytest.raises(ValueError, match="Received: divergence, .*workers"):
        fit(gan, images, [watching(images, stop_on=["divergence"])])
    history = fit(gan, images, [watching(images)], 1)
    assert "health_findings" in history


@pytest.mark.quickest
def test_findings_in_words(images):
    images[24:] = images[0]
    health = watching(images)
    fit(make_gan(), images, [health], 1)
    found = dataclasses.replace(health.findings[0], when=3)
    assert found.sentence.startswith(
        "Duplicate images (round 3, 99% sure): copies 24, of images 48, share "
    )
