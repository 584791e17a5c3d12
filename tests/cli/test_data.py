"""DATA of the commands: splits, images that vanish, damaged files."""

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest
from runs import make_run

from keras_gan.callbacks.run_checkpoint import RunCheckpoint, read_record
from keras_gan.cli import opening
from keras_gan.cli.evaluation_inputs import StoredImages
from keras_gan.datasets.augmented_files import AugmentedFiles
from keras_gan.images import write_image

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


def write(folder, number, shape=(8, 8, 1)):
    for seed in range(number):
        image = np.random.default_rng(seed).integers(0, 256, shape, "uint8")
        os.makedirs(folder, exist_ok=True)
        write_image(f"{folder}/{seed}.png", image)


def test_a_split_is_chosen_and_said(train, run_command, run_fails):
    write("data/test", 8)
    write("data/train", 9)
    chosen = ("--split", "test", "--batch-size", 4)
    _, output, _ = train("data", "--steps", 1, "--out", "b", *chosen)
    assert output.startswith("8 images, 8 x 8 x 1, from data (test split)")
    code, output, _ = run_command("train", "--resume", "b", "--steps", 2)
    assert code == 0 and "(test split)" in output
    assert "no split 'val'" in run_fails("train", "data", "--split", "val")
    message = run_fails("train", "--resume", "b", "--split", "train")
    assert "--split test (not train)" in message
    message = run_fails("evaluate", "data", "data", "--split", "val")
    assert "no split 'val'" in message


def test_images_that_vanish_end_in_one_line_and_a_good_run(train, monkeypatch):
    monkeypatch.setattr(
        "keras_gan.datasets.caching.available_memory", lambda: 0
    )
    write("data", 16)
    saved = RunCheckpoint.on_epoch_end

    def on_epoch_end(self, epoch, logs=None):
        saved(self, epoch, logs)
        for number in range(16):
            Path(f"data/{number}.png").unlink(missing_ok=True)

    length = ("--steps", 60, "--save-every", 2, "--out", "run", "--quiet")
    with monkeypatch.context() as patch:
        patch.setattr(RunCheckpoint, "on_epoch_end", on_epoch_end)
        code, _, errors = train("data", *length)
    *warnings, message = errors.splitlines()
    assert code == 2 and len(warnings) == 5
    assert "16 of its images cannot be read any more" in message
    assert "16 of its images" in warnings[-1]
    record = read_record("run/model.keras")
    assert f"is of step {record['steps']}, run/model.keras" in message


@pytest.fixture
def when_reading(monkeypatch):
    """Function that changes the files once they are opened, and not kept."""
    monkeypatch.setattr(
        "keras_gan.datasets.caching.available_memory", lambda: 0
    )

    changes = []
    for kind in (StoredImages, AugmentedFiles):

        def batches(self, *arguments, original=kind.batches):
            changes[-1]()
            return original(self, *arguments)

        monkeypatch.setattr(kind, "batches", batches)
    return changes.append


def test_images_that_vanish_are_counted(run_command, when_reading):
    write("real", 8)
    write("fake", 8)
    paths = sorted(Path("fake").iterdir())
    line = ("evaluate", "real", "fake", "--feature-extractor", "digits")
    when_reading(lambda: os.truncate(paths[0], 60))
    code, output, errors = run_command(*line, "--quiet")
    assert code == 0 and "8 fake images" in output
    assert "warning: `fake`: 1 of its images cannot be read" in errors
    when_reading(lambda: [path.unlink(missing_ok=True) for path in paths])
    code, output, errors = run_command(*line, "--quiet")
    message = errors.splitlines()[-1]
    assert code == 2 and output == ""
    assert "error: `fake`: 7 of its images cannot be read" in message


@pytest.mark.parametrize("change", [os.unlink, lambda p: os.truncate(p, 60)])
def test_no_damaged_image_is_copied(run_fails, when_reading, change):
    for name in "ab":
        write(f"data/{name}", 3)
    make_run("run", "data", "ab", num_images=6)
    when_reading(lambda: change("data/b/1.png"))
    line = ("augment", "data", "--run", "run", "--num-images", 2, "--quiet")
    message = run_fails(*line, "--out", "more")
    assert "its image b/1.png cannot be read any more" in message
    assert sorted(os.listdir()) == ["data", "run"]


def test_opening_shows_progress(in_folder, capsys, monkeypatch):
    write("data", 8)
    opening.open_data("data", quiet=False)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(opening, "_SECONDS", -1.0)
    opening.open_data("data", quiet=False)
    lines = capsys.readouterr().err.splitlines()
    assert "1/8 images read" in lines[0] and "8/8 images read" in lines[7]
    opening.open_data("data", quiet=True)
    assert capsys.readouterr().err == ""


def test_workers_change_nothing_but_the_speed(
    train, run_command, run_fails, monkeypatch
):
    write("data", 20)
    monkeypatch.setattr("keras_gan.utils.machine.usable_cores", lambda: 2)
    monkeypatch.setattr(
        "keras_gan.datasets.caching.available_memory", lambda: 0
    )
    few = ("--steps", 2, "--quiet")
    assert train("data", *few, "--out", "a", "--num-workers", 0)[2] == ""
    code, _, errors = train("data", *few, "--out", "b", "--num-workers", 64)
    assert code == 0 and errors.count("\n") == 1
    assert "warning: 64 workers are more than the 2 cores" in errors
    configs = [Path(run, "config.json").read_text() for run in "ab"]
    assert configs[0] == configs[1]
    losses = [
        [row["d_loss"] for row in csv.DictReader(text.splitlines())]
        for text in (Path(run, "history.csv").read_text() for run in "ab")
    ]
    assert losses[0] == losses[1] != []
    resume = ("--resume", "b", "--quiet", "--num-workers", 1)
    assert run_command("train", *resume) == (0, "", "")
    for wrong in ("-1", "2.5"):
        for line in (
            ("train", "data"),
            ("evaluate", "data", "data"),
            ("augment", "data", "--out", "c"),
        ):
            message = run_fails(*line, "--num-workers", wrong)
            assert "--num-workers: must be " in message


def test_a_run_is_not_resumed_on_other_images(run_command, run_fails, train):
    for name in "ab":
        write(f"data/{name}", 8)
    train("data", "--conditional", "--steps", 1, "--out", "run", "--quiet")
    resume = ("train", "--resume", "run")
    os.rename("data/a", "c")
    os.rename("data/b", "data/a")
    os.rename("c", "data/b")
    assert run_command(*resume)[0] == 0  # They were the same.
    os.rename("data/a/0.png", "data/a/9.png")
    message = run_fails(*resume)
    assert "have changed since it was started" in message
    assert message.count("sha256") == 2
    path = Path("run/config.json")
    config = json.loads(path.read_text())
    del config["images_sha256"]  # as an older version
    path.write_text(json.dumps(config))
    assert run_command(*resume)[0] == 0


def test_classes_in_another_order_cannot_be_resumed(train, run_fails):
    for name in ("9", "10"):
        write(f"data/{name}", 8)
    train("data", "--conditional", "--steps", 1, "--out", "run", "--quiet")
    path = Path("run/config.json")
    config = json.loads(path.read_text())
    assert config["dataset"]["class_names"] == ["9", "10"]
    config["dataset"]["class_names"] = ["10", "9"]  # as an older version
    path.write_text(json.dumps(config))
    message = run_fails("train", "--resume", "run", "--steps", 2)
    assert "it had 10, 9. Received: 9, 10." in message
