"""Examples run as a user runs them, in processes of their own.

The first has one of its own; to import TensorFlow anew takes longer than all
that the others do, which share one.
"""

import json
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from three_backends import BACKEND, quickest

import keras_gan
from keras_gan import GAN
from keras_gan import images as image_tools

ROOT = Path(__file__).parents[1]


# Runs programs one after another: [[path, arguments, ...], ...].
SEVERAL = """
import json, runpy, sys
for sys.argv in json.loads(sys.argv[1]):
    for stream in (sys.stdout, sys.stderr):
        print("PROGRAM", sys.argv[0], file=stream, flush=True)
    runpy.run_path(sys.argv[0], run_name="__main__")
"""


def finished(arguments, folder):
    """The finished process of Python with some arguments, in a folder."""
    # As on a user's machine: nobody has asked TensorFlow to be quiet.
    environment = dict(
        os.environ, PYTHONPATH=str(ROOT), CUDA_VISIBLE_DEVICES="-1"
    )
    environment.pop("TF_CPP_MIN_LOG_LEVEL", None)
    process = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert process.returncode == 0, process.stderr
    return process


@pytest.fixture
def run(tmp_path):
    """Runs an example in an empty folder; returns the finished process."""

    def run(name, *arguments):
        return finished([str(ROOT / "examples" / name), *arguments], tmp_path)

    return run


OWN_PIXELS = np.random.default_rng(0).integers(0, 256, (20, 30, 3), "uint8")
SMALL = {
    "attributes.py": [*("--epochs", "1", "--width", "4"), "--batch-size=512"],
    "augmentation_gallery.py": ["--image", "own.png", "--size", "12"],
    "colorization.py": [*("--epochs", "1", "--width", "4"), "--batch-size=512"],
    "coupled_domains.py": ["--epochs", "1"],
    "custom_networks.py": ["--epochs", "1", "--batch-size", "256"],
    "custom_system.py": ["--epochs", "1"],
    "unpaired_translation.py": ["--epochs", "1", "--batch-size", "128"],
    "style_transfer.py": [
        *("--content", "own.png", "--size", "32", "--steps", "2"),
    ],
    "paired_translation.py": ["--epochs", "1"],
    "tables.py": ["--epochs", "1"],
    "sound.py": ["--epochs", "1", "--tones", "8", "--batch-size", "8"],
    "text.py": ["--epochs", "1", "--width", "8"],
    "inpainting.py": ["--epochs", "1", "--batch-size", "256"],
    "super_resolution.py": ["--steps", "2", "--width", "4"],
    "multi_gpu.py": ["--epochs=1", "--batch-size=256", "--width=4"],
    "many_machines.py": ["--steps=3", "--batch-size=16", "--width=4"],
    "imbalanced_classification.py": [
        *("--gan-steps", "4", "--steps", "4"),
        *("--ways", "class weights", "GAN + classical"),
    ],
}
# What uses several devices; another framework would change nothing of the rest.
OF_TENSORFLOW = ("many_machines.py", "multi_gpu.py")


def runs_here(name: str) -> bool:
    """True if a test of an example runs on this backend."""
    only = "tensorflow" if name in OF_TENSORFLOW else quickest()
    return only == BACKEND


@pytest.fixture(scope="module")
def several(tmp_path_factory):
    """The folder in which short examples ran, and what each of them printed."""
    folder = tmp_path_factory.mktemp("several")
    image_tools.write_image(folder / "own.png", OWN_PIXELS)
    programs = [
        [str(ROOT / "examples" / name), *arguments]
        for name, arguments in SMALL.items()
        if runs_here(name)
    ]
    process = finished(["-c", SEVERAL, json.dumps(programs)], folder)
    return folder, by_program(process.stdout), by_program(process.stderr)


def by_program(text: str) -> dict[str, str]:
    """What each of several programs wrote."""
    parts = (part.partition("\n") for part in text.split("PROGRAM ")[1:])
    return {Path(path).name: written for path, _, written in parts}


@pytest.mark.quickest
def test_no_example_is_left_out():
    assert {path.name for path in (ROOT / "examples").glob("*.py")} == {
        "attributes.py",
        "augmentation_gallery.py",
        "colorization.py",
        "coupled_domains.py",
        "custom_networks.py",
        "custom_system.py",
        "imbalanced_classification.py",
        "inpainting.py",
        "many_machines.py",
        "multi_gpu.py",
        "paired_translation.py",
        "quickstart.py",
        "super_resolution.py",
        "sound.py",
        "tables.py",
        "text.py",
        "unpaired_translation.py",
        "style_transfer.py",
    }


@pytest.mark.once
def test_quickstart(run, tmp_path):
    process = run("quickstart.py", "--epochs", "2", "--out", "here")
    assert process.stderr == ""
    assert "warning" not in process.stdout.lower()
    assert " loss:" not in process.stdout
    assert " d_loss:" in process.stdout and "Epoch 2/2" in process.stdout
    written = {path.name for path in (tmp_path / "here").iterdir()}
    assert written == {
        "digits.png",
        "gan.keras",
        "samples-0002.png",
        "samples.gif",
    }
    gan = keras.saving.load_model(tmp_path / "here" / "gan.keras")
    assert isinstance(gan, GAN)
    # The picture is what the saved model draws.
    grid = image_tools.image_grid(gan.generate(100, seed=1))
    drawn = image_tools.read_image(tmp_path / "here" / "digits.png")
    assert grid.shape == drawn.shape
    assert np.abs(grid.astype(int) - drawn).max() <= 1


@pytest.mark.quickest
def test_custom_networks(several):
    folder, printed, _ = several
    # That epoch is after the model was saved and loaded again.
    assert "Epoch 2/2" in printed["custom_networks.py"]
    gan = keras.saving.load_model(folder / "custom.keras", compile=False)
    assert gan.latent_dim == 32 and gan.image_shape == (8, 8, 1)
    with pytest.raises(TypeError, match="SquaredHingeLoss"):
        # The loss stands in the file, under a name that this process lacks.
        keras.saving.load_model(folder / "custom.keras")


@pytest.mark.quickest
def test_custom_system(several):
    folder, printed, _ = several
    assert "critic_loss" in printed["custom_system.py"]
    assert (folder / "autoencoder.keras").stat().st_size > 0
    program = (ROOT / "examples" / "custom_system.py").read_text()
    assert program.count("\n") < 80


@pytest.mark.quickest
def test_coupled_domains(several):
    folder, *_ = several
    picture = image_tools.read_image(folder / "coupled.png")
    # Four rows of digits, each above one of negatives.
    height, width = (picture.shape[axis] for axis in (0, 1))
    assert height / width == pytest.approx(8 / 12, abs=0.02)


@pytest.mark.quickest
def test_unpaired_translation(several):
    folder, printed, _ = several
    assert "cycle_loss: " in printed["unpaired_translation.py"]
    picture = image_tools.read_image(folder / "cycle.png")
    # Rows of digits, translations and these translated back.
    height, width = (picture.shape[axis] for axis in (0, 1))
    assert height / width == pytest.approx(3 / 16, abs=0.02)


@pytest.mark.quickest
def test_paired_translation(several):
    folder, printed, _ = several
    assert "pixel: " in printed["paired_translation.py"]
    picture = image_tools.read_image(folder / "pairs.png")
    # Rows of outlines, translations and digits.
    height, width = (picture.shape[axis] for axis in (0, 1))
    assert height / width == pytest.approx(3 / 16, abs=0.02)


@pytest.mark.quickest
def test_colorization(several):
    folder, printed, _ = several
    found = dict(re.findall(r"(\w+): ([\d.]+)\n", printed["colorization.py"]))
    # Of digits in ten colors.
    assert float(found["gray"]) == pytest.approx(0.092, abs=2e-3)
    assert 0 < float(found["network"]) < 0.5
    picture = image_tools.read_image(folder / "colored.png")
    height, width = (picture.shape[axis] for axis in (0, 1))
    assert height / width == pytest.approx(3 / 16, abs=0.02)


@pytest.mark.quickest
def test_attributes(several):
    folder, printed, _ = several
    shown = printed["attributes.py"]
    found = re.findall(r"(\w+): ([\d.]+) \(unchanged: ([\d.]+)", shown)
    assert [name for name, *_ in found] == ["negative", "framed"]
    for _, *errors in found:
        assert all(0 < float(error) < 1 for error in errors)
    picture = image_tools.read_image(folder / "attributes.png")
    height, width = (picture.shape[axis] for axis in (0, 1))
    assert height / width == pytest.approx(3 / 16, abs=0.02)


@pytest.mark.quickest
def test_tables(several):
    _, printed, _ = several
    lines = printed["tables.py"].splitlines()
    asked = lines[0].split("'")[1]
    assert f"  label: {asked}, {asked}, {asked}" in lines
    scores = [float(line.split(": ")[1]) for line in lines[-2:]]
    assert all(0 <= score <= 1 for score in scores) and scores[1] > 0.8


@pytest.mark.quickest
def test_tones_are_written_again(tmp_path):
    write_tones = runpy.run_path(str(ROOT / "examples/sound.py"))["write_tones"]
    for _ in range(2):
        write_tones(tmp_path / "tones", 1)
    assert len(list(tmp_path.rglob("*.wav"))) == 3


@pytest.mark.quickest
def test_sound(several):
    folder, printed, _ = several
    shares = re.findall(r"(\d+)% of (new|real)", printed["sound.py"])
    assert [kind for _, kind in shares] == ["new", "real"] * 3
    # What was synthesized is in tune, so the measure of it is right.
    assert all(share == "100" for share, kind in shares if kind == "real")
    assert all(0 <= int(share) <= 100 for share, _ in shares)
    (share,) = re.findall(r"classifier: (\d+)%", printed["sound.py"])
    (distance,) = re.findall(r"distance: ([\d.]+)", printed["sound.py"])
    assert 0 <= int(share) <= 100 and float(distance) > 0
    found, rate = keras_gan.sounds.read_wav(folder / "new.wav")
    # Twelve tones, and pauses of 0.15 s.
    assert (rate, len(found)) == (4_000, 12 * 1_024 + 11 * 600)
    # A column for each of three pitches.
    picture = image_tools.read_image(folder / "new.png")
    assert picture.shape == (4 * 99 + 2, 3 * 130 + 2, 3)


@pytest.mark.quickest
def test_text(several):
    _, printed, _ = several
    lines = printed["text.py"].splitlines()
    assert lines[0].startswith("names: ") and lines[0].count(", ") >= 9
    shares = re.findall(r"(\d+)% (unique|new|possible)", printed["text.py"])
    assert len(shares) == 9
    assert all(0 <= int(share) <= 100 for share, _ in shares)


@pytest.mark.quickest
def test_inpainting(several):
    folder, printed, _ = several
    (error,) = re.findall(r"span 2: ([\d.]+)", printed["inpainting.py"])
    assert 0 < float(error) < 2
    picture = image_tools.read_image(folder / "filled.png")
    # Rows of holes, filled digits and digits.
    height, width = (picture.shape[axis] for axis in (0, 1))
    assert height / width == pytest.approx(3 / 16, abs=0.02)


@pytest.mark.once
def test_multi_gpu(several):
    folder, printed, _ = several
    assert printed["multi_gpu.py"].startswith("1 device(s): the CPU")
    gan = keras.saving.load_model(folder / "multi_gpu.keras")
    assert gan.image_shape == (16, 16, 1)
    assert int(gan.optimizer.iterations) == 1797 // 256


@pytest.mark.once
def test_many_machines(several):
    folder, printed, _ = several
    # One process is the chief of none.
    assert "d_loss" in printed["many_machines.py"]
    gan = keras.saving.load_model(folder / "many.keras")
    assert int(gan.optimizer.iterations) == 3
    assert (folder / "samples" / "samples-0001.png").exists()


@pytest.mark.quickest
def test_super_resolution(several):
    folder, printed, _ = several
    shown = printed["super_resolution.py"]
    found = dict(re.findall(r"(\w+): ([\d.]+) dB", shown))
    # Of photographs that come with scikit-learn.
    assert float(found["bicubic"]) == pytest.approx(32.56, abs=0.05)
    assert float(found["network"]) > 20
    picture = image_tools.read_image(folder / "enlarged.png")
    assert picture.shape == (2 * 96, 3 * 2 * 96, 3)


@pytest.mark.quickest
def test_augmentation_gallery(several):
    folder, *_ = several
    pictures = {
        path.name: image_tools.read_image(path)
        for path in (folder / "gallery").iterdir()
    }
    # Labels and four cells in each of two columns.
    width = 2 * (116 + 4 * 16)
    assert pictures["augmentation-adaptive.png"].shape == (9 * 16, width, 3)
    assert pictures["augmentation-diffaugment.png"].shape == (3 * 16, width, 3)
    # The first cell of a row is the image, the others are not.
    first = pictures["augmentation-adaptive.png"][:12, 116:128]
    second = pictures["augmentation-adaptive.png"][:12, 132:144]
    assert (first == image_tools.resize(OWN_PIXELS, (12, 12))).all()
    assert (first != second).any()


@pytest.mark.quickest
def test_style_transfer(several):
    folder, printed, _ = several
    assert "Wrote style.png" in printed["style_transfer.py"]
    grid = image_tools.read_image(folder / "style.png")
    assert grid.shape == (36, 104, 3)
    content, style, image = (grid[2:34, x : x + 32] for x in (2, 36, 70))
    assert (content == image_tools.resize(OWN_PIXELS, (32, 32))).mean() > 0.99
    assert np.abs(image.astype(int) - content).mean() > 1
    assert (style != content).any()


@pytest.mark.quickest
def test_imbalanced_classification(several):
    _, *both = several
    output, errors = (text["imbalanced_classification.py"] for text in both)
    lines = output.splitlines()
    # A third is for the test, and 5 % of the 8s are left.
    counts = lines[0].split(": ")[1]
    assert counts == "[127, 117, 121, 117, 126, 113, 127, 120, 6, 119]"
    assert lines[1] == "values: 0 to 255"
    rows = [line for line in lines if line.endswith("%")]
    assert len(rows) == 2
    assert rows[0].startswith("class weights") and "GAN + classical" in rows[1]
    # On another backend the program itself imports TensorFlow, with its words.
    own = [line for line in errors.splitlines() if "absl::Init" not in line]
    assert "warning" not in "\n".join([output, *own]).lower()
