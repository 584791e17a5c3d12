"""`keras-gan train --task domains` and `attributes`: without pairs."""

import types
from pathlib import Path

import keras
import numpy as np
import pytest
from translation_runs import (
    SHORT,
    TINY,
    assert_same_run,
    interrupt,
    rows_of,
    settings_of,
    train_here,
    write_images,
)

from keras_gan import cli, datasets, models
from keras_gan.cli.tasks.attributes import _row
from keras_gan.cli.tasks.domains import DomainsTask
from keras_gan.images import image_shape, read_image, write_image

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


def test_two_domains(in_folder, eagerly):
    write_images(in_folder / "a", 5)
    write_images(in_folder / "b", 4, negative=True)
    arguments = ("a", "--second", "b", "--task", "domains", "--steps", 1)
    train_here(*arguments, "--out", "cycle", "--network", "unet")
    (row,) = rows_of("cycle")
    assert {"cycle_loss", "identity_loss", "d_loss"} <= row.keys()
    # Of the images that are held back, one of each domain.
    assert float(row["val_cycle_loss"]) > 0 < float(row["val_identity_loss"])
    # Of both domains: source, translation and the way back.
    grid = image_shape(Path("cycle", "samples", "samples-0001.png"))
    assert grid == (102, 152, 1)
    model = keras.saving.load_model("cycle/model.keras")
    assert isinstance(model, models.CycleGAN)
    for to in ("first", "second"):
        code = cli.main(
            ["translate", "cycle", "a/01.png", "--to", to, "--out", to]
        )
        assert code == 0
    first, second = (read_image(f"{to}/01.png") for to in ("first", "second"))
    assert not np.array_equal(first, second)


def test_crops_and_flips_of_two_domains(in_folder, eagerly, run_fails):
    # Of different sizes: the left half is dark, the right half bright.
    for name, size in (("a", (8, 12)), ("b", (10, 16))):
        (in_folder / name).mkdir()
        for number in range(3):
            image = np.zeros((*size, 1), "uint8")
            image[:, size[1] // 2 :] = 255
            write_image(in_folder / name / f"{number}.png", image)
    write_image(in_folder / "b" / "3.png", np.zeros((9, 9, 1), "uint8"))
    arguments = ("a", "--second", "b", "--task", "domains", "--steps", 1)
    assert "--crop" in run_fails("train", *arguments, "--flip")
    arguments += ("--network", "unet", "--crop", "8x8", "--flip")
    train_here(*arguments, "--out", "run")
    settings = settings_of("run")
    assert settings["crop"] == [8, 8] and settings["flip"] is True
    assert settings["image_size"] == [8, 8]
    given = types.SimpleNamespace(
        **{**settings, "image_size": None, "quiet": True, "num_workers": 1}
    )
    parts = DomainsTask().open(given)
    assert parts.whole.shapes == ((8, 8, 1), (8, 8, 1))
    images = datasets.load(parts.whole.first, batch_size=3, seed=0, repeat=True)
    drawn = np.concatenate([np.asarray(x) for x in images.take(8)])
    is_mirrored = drawn[:, 0, 0, 0] > drawn[:, 0, -1, 0]
    assert 4 < is_mirrored.sum() < 20


def test_attributes(in_folder, eagerly, run_command, run_fails):
    write_images(in_folder / "faces", 6)
    lines = ["file,smiling,hair"]
    lines += [f"{n:02d}.png,{n % 2},{'ab'[n // 3]}" for n in range(6)]
    Path("table.csv").write_text("\n".join(lines))
    arguments = ("faces", "--table", "table.csv", "--task", "attributes")
    train_here(*arguments, "--steps", 1, "--out", "run")
    assert settings_of("run")["attributes"] == ["smiling", "hair=a", "hair=b"]
    (row,) = rows_of("run")
    assert float(row["g_class_loss"]) > 0 < float(row["val_cycle_loss"])
    assert 0 <= float(row["val_d_class_accuracy"]) <= 1
    # The image, and one for each attribute.
    grid = image_shape(Path("run", "samples", "samples-0001.png"))
    assert grid == (52, 202, 1)
    translate = ("translate", "run", "faces", "--out", "edited")
    code, *_ = run_command(*translate, "--attributes", "smiling=1, hair=a=.5")
    assert code == 0 and len(list(Path("edited").glob("*.png"))) == 6
    # One attribute of images of another size, whose others stay.
    write_images(in_folder / "large", 2, (11, 13, 1))
    for texts, folder in (("smiling=1", "one"), ("hair=a", "two")):
        code, *_ = run_command(
            *("translate", "run", "large", "--out", folder),
            *("--attributes", texts),
        )
        assert code == 0 and image_shape(f"{folder}/00.png") == (11, 13, 1)
    for wrong in (
        "laughing=1",
        "smiling=2",
        "",
        "hair=a=x",
        "smiling=1,smiling=0",
    ):
        error = run_fails(*translate, "--attributes", wrong)
        assert "with names of smiling, hair=a, hair=b" in error


@pytest.mark.parametrize(
    "options",
    [
        # The domains are of different sizes and begin anew after 2 batches.
        ("--task", "domains", "--second", "b", "--network", "unet", "--flip")
        + ("--crop", 8),
        ("--task", "attributes", "--table", "table.csv"),
    ],
)
def test_an_interrupted_run_ends_with_the_same_weights(
    in_folder, eagerly, run_command, monkeypatch, options
):
    write_images(in_folder / "a", 9)
    write_images(in_folder / "b", 10, negative=True)
    rows = [f"{n:02d}.png,{n % 2},{n // 3}" for n in range(9)]
    Path("table.csv").write_text("\n".join(["file,even,third", *rows]))
    train_here("a", *options, *SHORT, "--out", "whole")
    with monkeypatch.context() as patch:
        interrupt(patch, after=3)
        arguments = ("train", "a", *options, *TINY, *SHORT, "--out", "parts")
        code, _, errors = run_command(*arguments)
    assert code == 130 and "stopped at step 3 of 4" in errors
    assert run_command("train", "--resume", "parts")[0] == 0
    assert_same_run("whole", "parts", "val_cycle_loss")


def test_a_row_of_attributes_leaves_the_others():
    names = ["old", "hair=a"]
    for text, expected in (
        ("old", [1, np.nan]),
        ("hair=a=0.25,old=0", [0, 0.25]),
    ):
        np.testing.assert_array_equal(_row(text, names), expected)


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("a", "--task", "domains"), "`--task domains` needs --second"),
        (("a", "--task", "attributes"), "needs --table"),
        (
            ("a", "--second", "one", "--task", "domains"),
            "`one` holds one image",
        ),
        (
            ("a", "--second", "large", "--task", "domains"),
            "Received: 8 x 8 pixels (height x width) in `a` and 9 x 8 in "
            "`large`. Resize them with --image-size, or",
        ),
    ],
)
def test_mistakes_are_one_line_and_leave_nothing(
    in_folder, run_fails, arguments, message
):
    write_images(in_folder / "a", 4)
    write_images(in_folder / "one", 1)
    write_images(in_folder / "large", 2, (9, 8, 1))
    assert message in run_fails("train", *arguments, *TINY)
    found = sorted(path.name for path in in_folder.iterdir())
    assert found == ["a", "large", "one"]
