"""`keras-gan train SOUNDS/`, and `generate` with its run."""

import contextlib
import json
import shutil
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
from page_checks import checked
from runs import saved_state
from translation_runs import rows_of, settings_of

from keras_gan import cli, sounds
from keras_gan.cli.step_limit import StepLimit
from keras_gan.images import image_shape
from keras_gan.models import GAN

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

RATE, LENGTH = 1_000, 100
TINY = ("--width", 1, "--latent-dim", 3, "--batch-size", 5, "--no-jit")
SHORT = ("--steps", 2, "--save-every", 1)
TRAIN = ("--conditional", *TINY, *SHORT, "--seed", 1)


def write_sounds(folder, classes=("high", "low"), number=3, rate=RATE):
    """Tones of a class each, of different loudness."""
    for which, name in enumerate(classes):
        (folder / name).mkdir(parents=True)
        for one in range(number):
            wave = np.sin(0.3 * (which + 1) * np.arange(LENGTH))[:, None]
            path = folder / name / f"{one}.wav"
            sounds.write_wav(path, wave * (one + 1) / 4, rate=rate)


@pytest.fixture(scope="module")
def finished(tmp_path_factory, eagerly):
    """A folder of tones, and a run on it."""
    folder = tmp_path_factory.mktemp("sounds")
    write_sounds(folder / "tones")
    with contextlib.chdir(folder):
        arguments = ("train", "tones", *TRAIN, "--out", "run", "--quiet")
        assert cli.main([str(argument) for argument in arguments]) == 0
    return folder


@pytest.fixture
def here(finished, in_folder):
    """A copy of it, which is the current folder."""
    for name in ("tones", "run"):
        shutil.copytree(finished / name, in_folder / name)
    return in_folder


# Training ---------------------------------------------------------------------


def test_a_run_has_all_that_is_promised(finished):
    run = finished / "run"
    assert {path.name for path in run.iterdir()} == {
        "config.json", "history.csv", "logs", "model.keras", "report.html",
        "samples", "samples.gif",
    }  # fmt: skip
    rows = rows_of(run)
    assert [row["steps"] for row in rows] == ["1", "2"]
    assert {"d_loss", "g_loss", "gradient_penalty"} <= rows[0].keys()
    settings = settings_of(run)
    wanted = {
        "task": "sound", "network": "wavegan", "rate": RATE, "length": LENGTH,
        "channels": 1, "image_size": None, "loss": "wasserstein",
        "beta_2": 0.9, "learning_rate": 1e-4, "pieces": False,
    }  # fmt: skip
    assert wanted.items() <= settings.items()
    # Sixteen sounds, four in a row, and pauses between them.
    assert image_shape(run / "samples" / "samples-0002.png") == (398, 522, 3)
    heard, rate = sounds.read_wav(run / "samples" / "samples-0002.wav")
    assert (len(heard), rate) == (16 * LENGTH + 15 * 150, RATE)
    model = keras.saving.load_model(run / "model.keras")
    assert type(model) is GAN and model.image_shape == (LENGTH, 1)
    assert model.num_classes == 2
    words = checked(run / "report.html").words
    assert "Makes sounds of 0.1 s in 2 classes, like the 6 sounds" in words
    assert "Sounds per second" in words and "--conditional" in words
    assert f"--rate {RATE}" in words


def test_an_interrupted_run_ends_with_the_same_weights(
    here, run_command, monkeypatch
):
    count = StepLimit.on_train_batch_begin

    def interrupt(limit, batch, logs=None):
        if limit.steps == 0:
            limit._interrupt(2, None)
        count(limit, batch, logs)

    arguments = ("tones", *TRAIN, "--out", "again", "--no-report")
    with monkeypatch.context() as patch:
        patch.setattr(StepLimit, "on_train_batch_begin", interrupt)
        code, output, errors = run_command("train", *arguments)
    assert code == 130 and "stopped at step 1 of 2" in errors
    assert "6 sounds of 2 classes, 0.1 s at 1,000 Hz, mono" in output
    assert "2 steps of 5 sounds" in output
    code, output, errors = run_command("train", "--resume", "again")
    assert (code, errors) == (0, "")
    assert "keras-gan generate again --out new_sounds" in output
    whole, again = (
        saved_state(Path(run, "model.keras")) for run in ("run", "again")
    )
    assert whole.keys() == again.keys()
    for name, value in whole.items():
        np.testing.assert_array_equal(value, again[name], err_msg=name)


def test_a_zip_in_another_rate_and_length(here, run_command):
    with zipfile.ZipFile("tones.zip", "w") as archive:
        for path in Path("tones").rglob("*.wav"):
            archive.write(path)
    shape = ("--rate", 2 * RATE, "--length", 60, "--channels", 2, "--pieces")
    # PyTorch refuses to make two channels of one.
    wider = ("--width", 2, *TINY[2:])
    arguments = ("tones.zip", *shape, *wider, "--steps", 1, "--out", "other")
    code, output, errors = run_command("train", *arguments, "--no-report")
    assert (code, errors) == (0, "")
    # Of 200 samples three pieces of 60, and a rest of 20.
    assert "18 sounds of 2 classes, 0.03 s at 2,000 Hz, stereo" in output
    model = keras.saving.load_model("other/model.keras")
    assert model.image_shape == (60, 2) and model.num_classes is None


# Sounds -----------------------------------------------------------------------


def test_sounds_are_written_one_by_one(here, run_command):
    line = ("generate", "run", "--num-sounds", 4, "--seed", 3)
    code, output, _ = run_command(*line, "--out", "new")
    assert code == 0 and "4 sounds, seed 3: new" in output
    names = [str(path) for path in sorted(Path("new").rglob("*.wav"))]
    assert names == [
        "new/high/0.wav", "new/high/2.wav", "new/low/1.wav", "new/low/3.wav",
    ]  # fmt: skip
    run_command(*line, "--out", "new.npz")
    wanted = np.load("new.npz")["images"]
    for name in names:
        found, rate = sounds.read_wav(name)
        assert rate == RATE
        number = int(Path(name).stem)
        np.testing.assert_allclose(found, wanted[number], atol=2**-15)
    code, _, errors = run_command(*line, "--out", "new", "--labels", "low")
    assert code == 0 and "the 4 sounds that an earlier" in errors
    assert not Path("new/high").exists()


def test_sounds_in_one_file_and_as_pictures(here, run_command, run_fails):
    line = ("generate", "run", "--num-sounds", 4, "--seed", 3)
    for _ in range(2):
        assert run_command(*line, "--out", "all.wav")[0] == 0
    found, _ = sounds.read_wav("all.wav")
    assert len(found) == 4 * LENGTH + 3 * 150
    run_command(*line, "--out", "all.png")
    assert image_shape("all.png") == (200, 262, 3)
    code, output, _ = run_command("generate", "run")
    assert code == 0 and "64 sounds" in output and "generated-1.wav" in output
    sounds.write_wav("mine.wav", np.zeros((10, 1)), rate=RATE)
    error = run_fails(*line, "--out", "mine.wav")
    assert "`mine.wav` exists already" in error
    error = run_fails(*line, "--out", "all.mp3")
    assert "or end in .wav" in error
    error = run_fails(*line, "--out", "tones")
    assert "`tones` is not empty" in error


def test_a_model_without_its_run_has_no_rate(here, run_command, run_fails):
    shutil.copy("run/model.keras", "alone.keras")
    error = run_fails("generate", "alone.keras", "--out", "new")
    assert "must be in the folder of its run" in error
    line = ("generate", "alone.keras", "--num-sounds", 2, "--out", "new.npz")
    assert run_command(*line)[0] == 0
    assert np.load("new.npz")["images"].shape == (2, LENGTH, 1)


# Mistakes ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("silent",), "all of them silent"),
        (("mp3",), "1 sounds of other kinds"),
        (("text",), "None of the 1 sounds"),
        (("tones/low", "--conditional"), "`--conditional` needs classes"),
        (("tones", "--image-size", 8), "`--image-size` is for images"),
        (("tones", "--channels", 3), "the command line `--channels`) must"),
        (("tones", "--batch-size", 8), "must be a multiple of 5"),
        (("tones", "--augment", "ada"), "no meaning for this task"),
        (("tones", "--network", "dcgan"), "must be one of wavegan"),
        (("tones", "--width", 65536), "Choose a smaller width"),
        (("tones", "--out", "tones/run"), "must be apart from DATA"),
        (("--task", "sound"), "needs DATA"),
        (("digits", "--rate", 8_000), "no meaning for this task"),
        (("digits", "--channels", 2), "1 (grayscale), 3 (RGB)"),
        (("none", "--task", "sound"), "There is no dataset, file or folder"),
    ],
)
def test_mistakes_are_one_line_and_leave_nothing(
    in_folder, run_fails, arguments, message
):
    write_sounds(Path("tones"), number=1)
    for name in ("silent", "mp3", "text"):
        Path(name).mkdir()
    sounds.write_wav("silent/a.wav", np.zeros((10, 1)), rate=RATE)
    Path("mp3/a.mp3").write_bytes(b"ID3")
    Path("text/a.wav").write_text("no sound")
    before = sorted(in_folder.rglob("*"))
    assert message in run_fails("train", *arguments, *SHORT)
    assert sorted(in_folder.rglob("*")) == before


def test_sounds_that_changed_are_not_trained_on(here, run_fails):
    config = json.loads(Path("run/config.json").read_text())
    config["settings"]["data"] = str(here / "tones")
    config["settings"]["steps"] = 3
    Path("run/config.json").write_text(json.dumps(config))
    sounds.write_wav("tones/low/0.wav", np.ones((LENGTH, 1)), rate=RATE)
    error = run_fails("train", "--resume", "run")
    assert "The sounds of `run` have changed" in error
    shutil.rmtree("tones/low")
    assert "run" in run_fails("train", "--resume", "run")
