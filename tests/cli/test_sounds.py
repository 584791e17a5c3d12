"""`keras-gan train SOUNDS/`, and `generate` with its run."""

import json
import shutil
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
from other_data import LENGTH, RATE, SHORT, TINY_SOUND, write_sounds
from page_checks import checked
from translation_runs import rows_of, settings_of

from keras_gan import sounds
from keras_gan.cli.sounds import compare
from keras_gan.images import image_shape
from keras_gan.models import GAN

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


@pytest.fixture
def finished(finished_run):
    return finished_run("sound")


@pytest.fixture
def here(copied_run):
    """Data and a run on it, in the current folder."""
    return copied_run("sound")


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


def test_a_zip_in_another_rate_and_length(here, run_command):
    with zipfile.ZipFile("tones.zip", "w") as archive:
        for path in Path("tones").rglob("*.wav"):
            archive.write(path)
    shape = ("--rate", 2 * RATE, "--length", 60, "--channels", 2, "--pieces")
    # PyTorch refuses to make two channels of one.
    wider = ("--width", 2, *TINY_SOUND[2:])
    arguments = ("tones.zip", *shape, *wider, "--steps", 1, "--out", "other")
    code, output, errors = run_command("train", *arguments, "--no-report")
    assert (code, errors) == (0, "")
    # Of 200 samples three pieces of 60, and a rest of 20.
    assert "18 sounds of 2 classes, 0.03 s at 2,000 Hz, stereo" in output
    model = keras.saving.load_model("other/model.keras")
    assert model.image_shape == (60, 2) and model.num_classes is None


def test_a_run_begins_with_another_of_networks_that_fit(here, run_fails):
    begin = ("train", "tones", "--from", "run", *SHORT, "--out", "other")
    error = run_fails(*begin, "--width", 3, "--batch-size", 5)
    assert "At least a third of the layers" in error
    assert "wavegan of width 1, latents of length 3, this one wav" in error
    assert not Path("other").exists()


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


# Comparing --------------------------------------------------------------------


def judge():
    """A model of one sample: its feature, and logits after that."""
    waves = keras.Input((LENGTH, 1))
    x = keras.layers.Cropping1D((1, LENGTH - 2))(waves)
    x = keras.layers.Flatten(name="features")(x)
    return keras.Model(waves, keras.layers.Dense(2)(x))


def test_sounds_are_compared_by_a_model(here, run_command, run_fails):
    judge().save("judge.keras")
    for number, value in enumerate((0.25, 0.5, 0.75)):
        for folder, more in (("a", 0.0), ("b", 0.125)):
            wave = np.full((LENGTH, 1), value + more)
            path = Path(folder, "sub", f"{number}.wav")
            path.parent.mkdir(parents=True, exist_ok=True)
            sounds.write_wav(path, wave, rate=RATE)
    judged = ("--extractor", "judge.keras")
    code, output, errors = run_command("evaluate", "a", "b", *judged, "--quiet")
    assert code == 0 and "is far too high" not in errors
    # The means are 1/8 apart, and the variances are equal.
    assert float(output.split()[1]) == pytest.approx(1 / 64, rel=1e-3)
    assert "of 3 real sounds and 3 fake sounds and features of ju" in output
    line = ("evaluate", "tones", "run", *judged, "--metrics", "fid,kid")
    code, output, errors = run_command(*line, "--num-sounds", 4, "--json")
    values = json.loads(output)
    assert code == 0 and {"fid", "kid"} <= values.keys()
    assert values["num_real"] == values["num_fake"] == 4
    assert values["feature_extractor"] == "judge.keras"
    gan = keras.saving.load_model("run/model.keras")
    drawn = gan.generate(4, labels=[0, 1, 0, 1], seed=0, batch_size=64)
    again = ("evaluate", "tones", "new", *judged, "--num-sounds", 4, "--json")
    for number, wave in enumerate(drawn):
        path = Path(f"new/{number}.wav")
        path.parent.mkdir(exist_ok=True)
        sounds.write_wav(path, wave, rate=RATE)
    fid = json.loads(run_command(*again)[1])["fid"]
    assert fid == pytest.approx(values["fid"], rel=1e-2)
    error = run_fails(*again[:-3], "--num-sounds", 7)
    assert "`--num-sounds` must be at most 6, the number of sounds of" in error


def test_two_folders_are_read_as_the_options_say(here, run_command):
    features = keras.layers.GlobalMaxPooling1D(name="features")
    keras.Sequential([keras.Input((None, 2)), features]).save("loudest.keras")
    for folder, value in (("a", 0.25), ("b", 1.0)):
        for number, louder in enumerate((0.9, 0.95, 1.0)):
            path = Path(folder, f"{number}.wav")
            path.parent.mkdir(exist_ok=True)
            wave = np.full((LENGTH, 1), value * louder)
            wave[LENGTH // 2 :] = 0
            sounds.write_wav(path, wave, rate=RATE)
    line = ("evaluate", "a", "b", "--extractor", "loudest.keras", "--quiet")
    read = ("--rate", RATE, "--channels", 2, "--length", LENGTH // 2)
    far = float(run_command(*line, *read)[1].split()[1])
    # Mono is the same on both sides.
    assert far == pytest.approx(2 * (0.75 * 0.95) ** 2, rel=0.01)
    near = float(run_command(*line, *read, "--normalize")[1].split()[1])
    assert near < 0.02
    # Each sound of REAL is also one of silence.
    more = (*read, "--pieces", "--json")
    values = json.loads(run_command(*line, *more)[1])
    assert values["num_real"] == 6 and values["num_fake"] == 3


def test_sounds_are_compared_by_a_classifier_of_them(
    here, run_command, monkeypatch
):
    given = {}

    def train(model, waves, labels, *, callbacks, **options):
        given.update(model=model, waves=waves, labels=labels, **options)
        return 0.75

    monkeypatch.setattr(compare, "train_classifier", train)
    line = ("evaluate", "tones", "run", "--seed", 3)
    code, output, errors = run_command(*line)
    assert code == 0 and "64 features from only 6 real samples" in errors
    assert float(output.split()[1]) > 0
    assert output.endswith(
        "of 6 real sounds and 6 fake sounds and features of a classifier of "
        "the 2 classes of REAL, of accuracy 0.75\n"
    )
    assert given["seed"] == 3 and given["model"].output_shape == (None, 2)
    assert given["waves"].shape == (6, LENGTH, 1)
    assert given["labels"].tolist() == [0] * 3 + [1] * 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "tones"), "REAL must be a folder of WAV files"),
        (("tones", "digits"), "FAKE must be a folder of WAV files like REAL"),
        (
            ("tones", "alone.keras"),
            "a run of sounds, whose folder holds its model",
        ),
        (("tones", "."), "`.` is a folder of runs"),
        (("tones/low", "run"), "with no classes and 3 sounds. Sort them"),
        (("tones", "run", "--metrics", "is"), "fid, kid, prdc for sounds"),
        (("tones", "run", "--metrics", "none"), "Name some of fid, kid, prdc."),
        (("tones", "run", "--length", 50), "`--length` is for two folders of"),
        (("tones", "run", "--channels", 1), "`--channels` is for two folders"),
        (
            ("tones", "tones", "--extractor", "judge.keras", "--length", 50),
            "must be 101, as `--extractor` takes sounds. Received: 50",
        ),
        (("digits", "digits", "--rate", 8_000), "`--rate` is for sounds"),
        (("a.txt", "a.txt", "--normalize"), "`--normalize` is for sounds"),
        (("tones", "run", "--memorization"), "is for images, and these are s"),
        (("tones", "run", "--label", "x"), "`--label` is for tables"),
        (
            ("tones", "run", "--extractor", "judge.keras"),
            "of any Hz and the sh",
        ),
        (("tones", "run", "--extractor", "no.keras"), "no.keras"),
        (
            ("tones", "run", "--extractor", "images.keras"),
            "turn sounds of the shape (100, 1) into features. Received: images",
        ),
        (("tones", "run", "--extractor", "run/model.keras"), "run/model.keras"),
        (
            ("tones", "tones", "--extractor", "several.keras"),
            "features of shape (batch, num_features). Received: [(",
        ),
        (("digits", "digits", "--extractor", "a"), "`--extractor` is for so"),
        (("a.txt", "a.txt", "--extractor", "a"), "`--extractor` is for"),
    ],
)
def test_sounds_that_cannot_be_compared(here, run_fails, arguments, message):
    shutil.copy("run/model.keras", "alone.keras")
    keras.Sequential(
        [keras.Input((LENGTH + 1, 1)), keras.layers.Flatten()]
    ).save("judge.keras")
    images = keras.Input((8, 8, 1))
    two = [keras.layers.Flatten()(images) for _ in range(2)]
    keras.Model(images, two[0]).save("images.keras")
    keras.Model(images, two).save("several.keras")
    assert message in run_fails("evaluate", *arguments)


# Mistakes ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("silent",), "all of them silent"),
        (("mp3",), "1 sounds of other kinds"),
        (("text",), "None of the 1 sounds"),
        (("tones/low", "--conditional"), "`--conditional` needs classes"),
        (("tones", "--channels", 3), "the command line `--channels`) must"),
        (("tones", "--batch-size", 8), "must be a multiple of 5"),
        (("tones", "--out", "tones/run"), "must be apart from DATA"),
        (("digits", "--rate", 8_000), "no meaning for this task"),
        (("digits", "--channels", 2), "1 (grayscale), 3 (RGB)"),
        (("tones/low/0.wav",), "0.wav. Put it into a folder; of a long"),
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
