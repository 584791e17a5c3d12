"""`keras-gan train` in this process: runs, resuming, what goes wrong."""

import contextlib
import csv
import dataclasses
import io
import json
import os
import resource
import shutil
import signal
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan import cli
from keras_gan.callbacks.run_checkpoint import read_record
from keras_gan.cli import jobs
from keras_gan.cli.run_folder import RunFolder
from keras_gan.cli.step_limit import StepLimit
from keras_gan.images import write_image
from keras_gan.utils import memory

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

_NO_METRICS = ("--metrics", "none")
SHORT = ("--steps", 6, "--save-every", 3)


def history_steps(folder) -> list[str]:
    with open(folder / "history.csv", newline="") as file:
        return [row["steps"] for row in csv.DictReader(file)]


def config_of(folder) -> dict:
    return json.loads((folder / "config.json").read_text())


def contents(folder: Path) -> dict:
    """All files in a folder and below, with what is in them."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path: path.read_bytes() for path in files}


@pytest.fixture
def digits_folder(in_folder):
    """Eight images of two classes in sub-folders."""
    images = np.random.default_rng(0).integers(0, 256, (8, 8, 6, 3), "uint8")
    for number, image in enumerate(images):
        folder = in_folder / "pictures" / "ab"[number % 2]
        folder.mkdir(parents=True, exist_ok=True)
        write_image(folder / f"{number}.png", image)
    return in_folder / "pictures"


@pytest.fixture(scope="module")
def finished(tmp_path_factory, tiny):
    """A run of six steps, in a folder of its own, and what it printed."""
    folder = tmp_path_factory.mktemp("finished")
    printed = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(printed):
        assert cli.main(["train", *map(str, (*tiny, *SHORT))]) == 0
    return folder, printed.getvalue()


@pytest.fixture(scope="module")
def finished_run(finished):
    """The folder of the run, which tests must leave as it is."""
    return finished[0] / "runs" / "digits-1"


@pytest.fixture
def run(finished_run, in_folder):
    """The same run, for a test to do with as it likes; it is `run` here."""
    return Path(shutil.copytree(finished_run, "run"))


def test_run_folder_has_all_that_is_promised(finished, finished_run):
    folder, output = finished_run, finished[1]
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "config.json", "history.csv", "logs", "model.keras", "samples",
        "samples.gif",
    }  # fmt: skip
    assert any((folder / "logs").rglob("events.*"))
    assert history_steps(folder) == ["3", "6"]
    assert "keras-gan generate runs/digits-1" in output
    gan = keras.saving.load_model(folder / "model.keras")
    assert int(gan.optimizer.iterations) == 6
    assert gan.generate(2).shape == (2, 8, 8, 1)


def test_config_has_all_that_is_needed_to_repeat(train, in_folder):
    options = ("--seed", 5, "--loss", "hinge", "--quiet", "--out", "run")
    assert train("--steps", 1, *options) == (0, "", "")
    config = config_of(in_folder / "run")
    expected = {
        "data": "digits",
        "image_size": [8, 8],
        "channels": 1,
        "conditional": False,
        "network": "mlp",
        "width": 16,
        "loss": "hinge",
        "batch_size": 16,
        "steps": 1,
        "steps_per_round": 50,
        "precision": "float32",
        "seed": 5,
    }
    assert expected.items() <= config["settings"].items()
    assert config["dataset"]["num_images"] == 1797
    assert config["dataset"]["num_classes"] == 10
    assert config["versions"]["keras"] == keras.__version__
    assert config["versions"]["keras_gan"] == keras_gan.__version__
    backend = keras.backend.backend()
    assert {backend, "numpy", "python"} <= config["versions"].keys()
    assert config["precision_asked"] == "float32"
    assert config["bfloat16_gain"] is None


def test_config_has_what_the_precision_was_chosen_by(
    train, in_folder, monkeypatch
):
    monkeypatch.setattr(jobs, "measured_gain", lambda: 1.25)
    options = ("--precision", "auto", "--quiet", "--out", "run")
    assert train("--steps", 1, *options)[0] == 0
    config = config_of(in_folder / "run")
    assert config["precision_asked"] == "auto"
    assert config["bfloat16_gain"] == 1.25


def history_of(folder) -> list[dict]:
    with open(folder / "history.csv", newline="") as file:
        return list(csv.DictReader(file))


def test_digits_show_their_distance_by_default(
    train, finished_run, run_command, in_folder
):
    # What comes last counts, and what is left out is the default.
    options = [option for option in train.options if option not in _NO_METRICS]
    code, output, errors = run_command("train", *options, *SHORT, "--out", "a")
    assert (code, errors) == (0, "")
    assert config_of(in_folder / "a")["settings"]["metrics"] == ["fid"]
    rows = history_of(in_folder / "a")
    assert all(float(row["fid"]) > 0 for row in rows) and len(rows) == 2
    assert f"fid {float(rows[-1]['fid']):.3g}" in output
    # It is only looked at, and a resumed run goes on with it.
    names = ("steps", "d_loss", "g_loss")
    kept = [
        [[row[name] for name in names] for row in history_of(run)]
        for run in (in_folder / "a", finished_run)
    ]
    assert kept[0] == kept[1]
    resumed = ("--resume", "a", "--steps", 9, "--quiet")
    assert run_command("train", *resumed) == (0, "", "")
    assert [bool(row["fid"]) for row in history_of(in_folder / "a")] == (
        [True] * 3
    )


def test_too_few_images_for_a_metric_leave_no_folder(
    run_fails, digits_folder, in_folder
):
    options = ("--metrics", "is", "--feature-extractor", "digits")
    error = run_fails("train", digits_folder, *options, "--out", "run")
    assert "'inception_score' needs at least 10 images. Received: 8" in error
    assert not (in_folder / "run").exists()


def test_metrics_of_a_conditional_run(train, in_folder):
    source = keras_gan.datasets.open_source("digits")
    # A part of them, of which many subsets are quickly compared.
    images, labels = source.read(np.arange(200)), source.labels[:200]
    np.savez("images.npz", images=images, labels=labels)
    options = ("--metrics", "fid,is,prdc,kid", "--feature-extractor", "digits")
    options += ("--conditional", "--out", "run")
    code, output, _ = train("images.npz", *SHORT, *options)
    assert code == 0 and "fid, is, prdc, kid in features of digits (" in output
    for row in history_of(in_folder / "run"):
        for name in ("fid", "inception_score", "recall", "coverage", "kid"):
            assert np.isfinite(float(row[name]))


def test_epochs_are_passes_through_the_images(train, digits_folder):
    train(digits_folder, "--batch-size", 3, "--epochs", 2, "--out", "run")
    # 16 images in batches of three, the last one running on into a next pass.
    assert config_of(Path("run"))["settings"]["steps"] == 6
    assert read_record("run/model.keras")["steps"] == 6


def test_conditional_on_a_folder_with_a_broken_image(train, digits_folder):
    (digits_folder / "a" / "broken.png").write_bytes(b"")
    code, output, errors = train(
        digits_folder, "--conditional", "--image-size", "4x5", *SHORT
    )
    assert code == 0
    assert errors.startswith("keras-gan: warning: ")
    assert "broken.png" in errors and errors.count("\n") == 1
    assert "8 images of 2 classes, 4 x 5 x 3" in output
    dataset = config_of(Path("runs/pictures-1"))["dataset"]
    assert dataset["class_names"] == ["a", "b"]
    assert dataset["skipped"] == ["a/broken.png"]
    assert dataset["image_shape"] == [4, 5, 3]


def test_float16_run_is_resumed(train, run_command):
    train(*SHORT, "--precision", "float16", "--out", "run")
    code, output, errors = run_command("train", "--resume", "run", "--steps", 9)
    assert (code, errors) == (0, "")
    # Steps are steps, also those whose gradients overflowed.
    assert read_record("run/model.keras")["steps"] == 9
    gan = keras.saving.load_model("run/model.keras")
    assert gan.generator.layers[1].compute_dtype == "float16"


def test_resume_extends_a_finished_run(run, run_command):
    before = contents(run)
    code, output, errors = run_command("train", "--resume", run)
    assert (code, errors) == (0, "")
    assert "is finished: all 6 steps" in output
    assert contents(run) == before
    # A row of a round that is not in the checkpoint, and half of another.
    with open(run / "history.csv", "a") as file:
        columns = len(history_of(run)[0])
        file.write("3,9,0.1" + ",0" * (columns - 3) + "\n4,12,0.")
    code, output, errors = run_command("train", "--resume", run, "--steps", 10)
    assert (code, errors) == (0, "")
    assert "from step 6 on" in output
    assert history_steps(run) == ["3", "6", "9", "10"]
    assert config_of(run)["settings"]["steps"] == 10


def test_several_devices_share_each_batch(
    run, run_command, monkeypatch, two_cpus
):
    monkeypatch.setattr(jobs.devices, "distribution_strategy", lambda: two_cpus)
    code, _, errors = run_command("train", "--resume", run, "--steps", 9)
    assert (code, errors) == (0, "")
    assert read_record(run / "model.keras")["steps"] == 9
    assert history_steps(run) == ["3", "6", "9"]


def test_resume_without_the_checkpoint_overwrites_nothing(run, run_fails):
    (run / "model.keras").unlink()
    left = {p: p.read_bytes() for p in run.rglob("*") if p.is_file()}
    message = run_fails("train", "--resume", run)
    assert f"needs the checkpoint of the run, {run}/model.keras." in message
    assert f"Received: {run}/history.csv and {run}/samples/" in message
    assert "start a new run in another folder." in message
    assert left == {p: p.read_bytes() for p in run.rglob("*") if p.is_file()}
    (run / "history.csv").unlink()
    assert f"Received: {run}/samples/" in run_fails("train", "--resume", run)


def test_resume_before_the_first_checkpoint(run, finished_run, run_command):
    (run / "model.keras").unlink()
    (run / "history.csv").unlink()
    shutil.rmtree(run / "samples")
    assert run_command("train", "--resume", run)[0] == 0
    assert history_steps(run) == ["3", "6"]
    weights, expected = (
        keras.saving.load_model(folder / "model.keras").get_weights()
        for folder in (run, finished_run)
    )
    for weight, other in zip(weights, expected, strict=True):
        np.testing.assert_array_equal(weight, other)


@pytest.mark.parametrize(
    "options, named",
    [
        (("--network", "dcgan"), "--network mlp (not dcgan)"),
        (("--batch-size", 8), "--batch-size 16 (not 8)"),
        (("--width", 16, "--seed", 1), "--seed 0 (not 1)"),
        (("--conditional",), "--conditional False (not True)"),
        (("--image-size", 9), "--image-size (8, 8) (not (9, 9))"),
        (("--precision", "bfloat16"), "--precision float32 (not bfloat16)"),
        (("mnist",), "DATA digits (not mnist)"),
        (("--steps", 2), "has done 6 steps"),
        (("--out", "other"), "--out other"),
    ],
)
def test_resume_with_another_configuration(
    finished_run, run_fails, in_folder, options, named
):
    before = contents(finished_run)
    assert named in run_fails("train", *options, "--resume", finished_run)
    assert contents(finished_run) == before
    assert not any(in_folder.iterdir())


def test_resume_with_the_same_configuration(finished_run, run_command):
    code, output, errors = run_command(
        *("train", "digits", "--network", "mlp", "--batch-size", 16),
        *("--precision", "auto", "--image-size", 8, "--steps", 6),
        *("--resume", finished_run),
    )
    assert (code, errors) == (0, "")
    assert "is finished" in output


def test_resume_on_changed_images(train, run_fails, digits_folder):
    train(digits_folder, "--steps", 1, "--out", "run")
    next(digits_folder.rglob("*.png")).unlink()
    before = contents(Path("run"))
    message = run_fails("train", "--resume", "run")
    assert "have changed" in message
    assert contents(Path("run")) == before


def test_interrupted_run_is_saved(train, run_command, monkeypatch):
    def interrupt(self, batch, logs=None):
        if self.steps == 4:
            os.kill(os.getpid(), signal.SIGINT)
        begin(self, batch, logs)

    begin = StepLimit.on_train_batch_begin
    monkeypatch.setattr(StepLimit, "on_train_batch_begin", interrupt)
    # Ignored, not the default, where the tests run in the background.
    handler = signal.getsignal(signal.SIGINT)
    code, _, errors = train("--steps", 20, "--save-every", 3, "--out", "run")
    assert code == 130
    assert "stopped at step 5 of 20, which is saved" in errors
    assert "keras-gan train --resume run" in errors
    assert read_record("run/model.keras") == {"steps": 5, "rounds": 2}
    assert signal.getsignal(signal.SIGINT) is handler


@contextlib.contextmanager
def files_of_at_most(size: int):
    """Lets the system refuse to write beyond a size, as a full disk would."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_full_disk_keeps_the_checkpoint(run, run_command):
    before = (run / "model.keras").read_bytes()
    # Grids of samples and rows of history are smaller than that.
    with files_of_at_most(len(before) // 2):
        code, _, errors = run_command("train", "--resume", "run", "--steps", 20)
    assert code == 2
    assert "the checkpoint before it is untouched" in errors
    assert errors.count("\n") == 1
    assert Path("run/model.keras").read_bytes() == before
    assert not list(Path("run").glob(".writing*"))
    # What it was meant to do is kept too.
    assert config_of(run)["settings"]["steps"] == 20
    keras.saving.load_model(run / "model.keras")


def test_diverged_run_keeps_the_last_good_checkpoint(
    run_command, train, monkeypatch
):
    def spoil(self, batch, logs=None):
        count(self, batch, logs)
        if self.steps == 5:
            weight = self.model.generator.trainable_weights[0]
            weight.assign(np.full(weight.shape, np.nan))

    count = StepLimit.on_train_batch_begin
    monkeypatch.setattr(StepLimit, "on_train_batch_begin", spoil)
    code, _, errors = train(*SHORT, "--out", "run")
    assert code == 2 and errors.count("\n") == 1
    assert "no longer finite" in errors and "batch 2" in errors
    assert "The last checkpoint is of step 3, run/model.keras" in errors
    assert read_record("run/model.keras")["steps"] == 3
    assert history_steps(Path("run")) == ["3"]


def test_diverged_run_without_a_checkpoint_says_so(train):
    code, _, errors = train(
        *SHORT, "--loss", "wasserstein", "--learning-rate", "1e29"
    )
    assert code == 2
    assert "There is no checkpoint yet." in errors


def test_occupied_folder(finished_run, run_fails, in_folder):
    before = contents(finished_run)
    message = run_fails("train", "--out", finished_run)
    assert f"--resume {finished_run}" in message
    assert contents(finished_run) == before
    (in_folder / "notes.txt").write_text("mine")
    assert "Choose another --out" in run_fails("train", "--out", in_folder)
    assert "Choose another" in run_fails("train", "--out", "notes.txt")


def test_folder_that_cannot_be_written(run_fails, in_folder):
    (in_folder / "file").write_text("")
    message = run_fails("train", "--network", "mlp", "--out", "file/run")
    assert "cannot be written" in message and "file/run" in message


@pytest.mark.parametrize(
    "arguments, named",
    [
        (("digitz",), "Did you mean `digits`"),
        (("--loss", "hinges"), "relativistic, non_saturating"),
        (("--steps", "0"), "--steps: must be at least 1, not 0"),
        (("--steps", "1", "--epochs", "1"), "not allowed with"),
        (("--epochs", "nan"), "--epochs: must be above 0, not nan"),
        (("--image-size", "8x8x8"), "must be N or HxW"),
        (("--network", "resnext"), "invalid choice: 'resnext'"),
        (("--seed", "-1"), "--seed: must be from 0 to"),
        (("--resume", "nothing"), "`nothing` is not the folder of a run"),
        (("--resume",), "There is no run in `runs/`"),
        (("--bogus",), "unrecognized arguments: --bogus"),
    ],
)
def test_mistakes_are_one_line(run_fails, in_folder, arguments, named):
    assert named in run_fails("train", *arguments)
    assert not any(in_folder.iterdir())


@pytest.mark.parametrize("option", ["--conditional", "--balance uniform"])
def test_classes_that_are_not_there(run_fails, in_folder, option):
    np.savez("images.npz", images=np.zeros((4, 8, 8), "uint8"))
    message = run_fails("train", "images.npz", *option.split())
    assert f"`{option.split()[0]}` needs classes" in message


def test_rare_classes_are_shown_as_often_as_others(
    train, run_command, monkeypatch, in_folder
):
    labels = np.array([0] * 60 + [1] * 4)
    images = np.zeros((64, 8, 8), "uint8")
    np.savez("images.npz", images=images, labels=labels)
    drawn = []

    def watch(self, data, **options):
        drawn.append(np.concatenate([labels for _, labels in data.take(4)]))
        return fit(self, data, **options)

    fit = keras_gan.GAN.fit
    monkeypatch.setattr(keras_gan.GAN, "fit", watch)
    options = ("--conditional", "--balance", "uniform", "--out", "run")
    code, output, errors = train("images.npz", "--steps", 4, *options)
    assert (code, errors) == (0, "") and "balanced (uniform)" in output
    assert config_of(Path("run"))["settings"]["balance"] == "uniform"
    assert run_command("train", "--resume", "run", "--steps", 6)[0] == 0
    # The first pass of four batches, and the second.
    assert [np.bincount(one).tolist() for one in drawn] == [[32, 32]] * 2


@pytest.mark.parametrize("text", ["{", '{"settings": {"steps": 1}}', "{}"])
def test_config_that_is_damaged_or_foreign(run_fails, in_folder, text):
    (in_folder / "config.json").write_text(text)
    message = run_fails("train", "--resume", in_folder)
    assert "config.json" in message


def test_checkpoint_that_is_damaged(run, run_fails):
    path = run / "model.keras"
    path.write_bytes(path.read_bytes()[:-100])
    message = run_fails("train", "--resume", run, "--steps", 9)
    assert "damaged" in message and str(path) in message
    assert "Restore it from a copy, or start a new run." in message


def test_augmented_run_is_recorded_and_resumed(train, run_command):
    # Noise alone: quick to trace.
    options = ("--augment", "ada:n", "--out", "run")
    code, output, errors = train(*SHORT, *options)
    assert (code, errors) == (0, "")
    assert "augmented by ada:n" in output
    assert "augment_probability 0" in output
    assert config_of(Path("run"))["settings"]["augment"] == "ada:n"
    row = history_of(Path("run"))[-1]
    assert 0 <= float(row["augment_probability"]) <= 1
    assert -1 <= float(row["real_sign"]) <= 1
    resumed = ("--resume", "run", "--steps", 9)
    assert run_command("train", *resumed)[0::2] == (0, "")
    gan = keras.saving.load_model("run/model.keras")
    # 6 steps of 16 images were planned, of which ADA may take a tenth.
    assert gan.augmenter.speed == pytest.approx(6 * 16 / 1000 / 10)


def test_a_run_is_not_resumed_with_another_augmenter(run, run_fails):
    resumed = ("train", "--resume", run, "--steps", 9)
    assert "--augment none (not ada)" in run_fails(*resumed, "--augment", "ada")


def test_unknown_augmenter_leaves_no_folder(run_fails, in_folder):
    error = run_fails("train", "--augment", "blur", "--out", "run")
    assert "one of ada, " in error and "Received: 'blur'" in error
    assert not (in_folder / "run").exists()


def test_a_plan_that_was_mistyped_is_taken_back(run, run_command, run_fails):
    config = RunFolder(run).read_config()
    mistyped = dataclasses.replace(config.settings, steps=10**12)
    RunFolder(run).write_config(dataclasses.replace(config, settings=mistyped))
    assert "has done 6 steps" in run_fails(
        "train", "--resume", run, "--steps", 5
    )
    code, output, _ = run_command("train", "--resume", run, "--steps", 6)
    assert code == 0 and "all 6 steps are done" in output
    assert config_of(run)["settings"]["steps"] == 6


def test_a_start_that_fails_leaves_nothing(train, monkeypatch, in_folder):
    def fail(self, *arguments, **options):
        options["callbacks"][1].directory.mkdir()
        raise FloatingPointError("diverged")

    for out in ((), ("--out", "new/run")):
        with monkeypatch.context() as patch:
            patch.setattr(keras_gan.GAN, "fit", fail)
            code, _, errors = train(*SHORT, "--quiet", *out)
        assert code == 2 and "diverged" in errors
        assert not any(in_folder.iterdir())


@pytest.mark.parametrize(
    "options, words",
    [
        (("--steps", "9" * 30), "--steps: must be at most"),
        (("--batch-size", "9" * 30), "--batch-size: must be at most"),
        (("--image-size", 2**31), "--image-size: must be at most"),
        (("--width", 2**31), "--width: must be at most"),
        (("--epochs", "1e300"), "`--epochs` must be at most"),
        (("--learning-rate", "1e300"), "--learning-rate: must be below"),
        (("--batch-size", 2**31 - 1), "GiB of memory"),
        (("--width", 65_536), "Networks of width 65536"),
        (("--width", 65_536, "--network", "dcgan"), "would take"),
        (("--latent-dim", 65_536, "--width", 2**15), "of length 65536"),
        (("--batch-size", 10**8, "--network", "r3gan"), "Training with"),
    ],
)
def test_numbers_beyond_any_use(
    run_fails, in_folder, monkeypatch, options, words
):
    monkeypatch.setattr(memory, "_total_memory", lambda: 2.0**35)
    assert words in run_fails("train", "--network", "mlp", *options)
    assert not any(in_folder.iterdir())


def test_model_of_another_run(run, run_fails):
    images = {"image_size": [9, 9]}
    config = config_of(run)
    config["settings"] |= images
    config["dataset"]["image_shape"] = [9, 9, 1]
    (run / "config.json").write_text(json.dumps(config))
    message = run_fails("train", "--resume", run, "--steps", 9)
    assert "do not belong together" in message


@pytest.mark.parametrize(
    "record", ['{"steps": -1}', "[]", "{", '{"steps": "x"}']
)
def test_checkpoint_record_that_was_edited(run, run_fails, record):
    with zipfile.ZipFile(run / "model.keras", "a") as archive:
        archive.comment = record.encode()
    message = run_fails("train", "--resume", run, "--steps", 9)
    assert "The record in `run/model.keras` is damaged" in message
