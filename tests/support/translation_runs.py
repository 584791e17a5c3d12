"""Tiny runs of `keras-gan train --task`, and images for them."""

import csv
import json
from pathlib import Path

import numpy as np
from runs import saved_state

from keras_gan import cli
from keras_gan.cli.step_limit import StepLimit
from keras_gan.images import write_image

TINY = ("--width", 4, "--batch-size", 4, "--precision", "float32", "--no-jit")
SHORT = ("--steps", 4, "--save-every", 2)


def write_images(folder: Path, count=12, shape=(8, 8, 1), negative=False):
    """Random images under the same names and from the same seed."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        generator = np.random.default_rng(number)
        image = generator.integers(0, 256, shape, "uint8")
        image = 255 - image if negative else image
        write_image(folder / f"{number:02d}.png", image)
    return folder


def rows_of(folder) -> list[dict]:
    with open(Path(folder, "history.csv"), newline="") as file:
        return list(csv.DictReader(file))


def settings_of(folder) -> dict:
    return json.loads(Path(folder, "config.json").read_text())["settings"]


def train_here(*arguments) -> None:
    command = ("train", *arguments, *TINY, "--quiet")
    assert cli.main([str(argument) for argument in command]) == 0


def interrupt(monkeypatch, after: int) -> None:
    """Lets Ctrl-C be pressed in the step after a number of steps."""
    count = StepLimit.on_train_batch_begin

    def pressed(limit, batch, logs=None):
        if limit.steps == after - 1:
            limit._interrupt(2, None)
        count(limit, batch, logs)

    monkeypatch.setattr(StepLimit, "on_train_batch_begin", pressed)


def assert_same_run(one, other, *columns) -> None:
    """Compares all that two runs have saved, and columns of their history."""
    whole, again = (
        saved_state(Path(run, "model.keras")) for run in (one, other)
    )
    assert whole.keys() == again.keys()
    for name, value in whole.items():
        np.testing.assert_array_equal(value, again[name], err_msg=name)
    # An interruption within a round leaves a row of its own.
    theirs = {row["steps"]: row for row in rows_of(other)}
    for row in rows_of(one):
        same = theirs[row["steps"]]
        assert [row[name] for name in columns] == [
            same[name] for name in columns
        ]
