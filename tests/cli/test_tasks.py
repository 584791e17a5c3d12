"""`keras-gan train --task`: runs that translate images, and what goes wrong."""

import contextlib
import json
import shutil
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
from keras_gan.callbacks.run_checkpoint import read_record
from keras_gan.cli.tasks import task_of
from keras_gan.cli.tasks.parts import number_to_hold, parted
from keras_gan.images import image_shape, read_image

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A folder with images, their negatives, and a run that makes these."""
    folder = tmp_path_factory.mktemp("pairs")
    write_images(folder / "a")
    write_images(folder / "b", negative=True)
    with contextlib.chdir(folder):
        pairs = ("a", "--second", "b", "--task", "pairs")
        train_here(*pairs, *SHORT, "--out", "run")
    return folder


@pytest.fixture
def pairs(finished, in_folder):
    """A copy of it, which is the current folder."""
    for name in ("a", "b", "run"):
        shutil.copytree(finished / name, in_folder / name)
    return in_folder


def test_a_run_of_pairs_has_all_that_is_promised(finished):
    run = finished / "run"
    assert {path.name for path in run.iterdir()} == {
        "config.json", "history.csv", "logs", "model.keras",
        "report.html", "samples", "samples.gif",
    }  # fmt: skip
    rows = rows_of(run)
    assert [row["steps"] for row in rows] == ["2", "4"]
    assert {"d_loss", "g_loss", "pixel", "val_psnr"} <= rows[0].keys()
    # One of two gray images of noise against the other.
    assert all(0 < float(row["val_psnr"]) < 20 for row in rows)
    settings = settings_of(run)
    assert settings["task"] == "pairs" and settings["network"] == "unet"
    assert settings["second"] == str(finished / "b")
    assert settings["held_out"] == 2
    # Two examples of source, translation and target, 48 pixels and borders.
    assert image_shape(run / "samples" / "samples-0002.png") == (102, 152, 1)
    model = keras.saving.load_model(run / "model.keras")
    assert int(model.optimizer.iterations) == 4
    assert isinstance(model, models.Pix2Pix) and model.is_conditional


def test_samples_are_of_images_that_are_held_back(finished):
    grid = read_image(finished / "run" / "samples" / "samples-0001.png")
    shown = [grid[2 + 50 * row : 50 + 50 * row, 2:50][::6, ::6]
             for row in range(2)]  # fmt: skip
    source = datasets.PairedImages(str(finished / "a"), str(finished / "b"))
    parts = parted(source, None)
    (held_out,) = [
        targets for _, targets in datasets.load(
            parts.held_out, shuffle=False, batch_size=2
        )
    ]  # fmt: skip
    trained = datasets.load(parts.training, shuffle=False, batch_size=16)
    trained = np.concatenate([targets for _, targets in trained])
    for image, target in zip(shown, np.asarray(held_out), strict=True):
        expected = (target + 1) / 2 * 255
        np.testing.assert_allclose(255 - image, expected, atol=1)
        assert not np.isclose(trained, target).all(axis=(1, 2, 3)).any()


def test_an_interrupted_run_ends_with_the_same_weights(
    pairs, run_command, monkeypatch
):
    arguments = ("a", "--second", "b", "--task", "pairs", *TINY, *SHORT)
    with monkeypatch.context() as patch:
        interrupt(patch, after=2)
        code, _, errors = run_command("train", *arguments, "--out", "again")
    assert code == 130 and "stopped at step 2 of 4" in errors
    code, output, errors = run_command("train", "--resume", "again")
    assert (code, errors) == (0, "")
    assert "keras-gan translate again IMAGES --out DIR" in output
    assert "10 images, 8 x 8 x 1 to 8 x 8 x 1, from" in output
    assert read_record("again/model.keras")["steps"] == 4
    assert_same_run("run", "again", "d_loss", "pixel", "val_psnr")


def test_resuming_with_other_options_or_images(pairs, run_fails):
    arguments = ("train", "--resume", "run")
    error = run_fails(*arguments, "--second", "a")
    assert f"--second {settings_of('run')['second']} (not {pairs}/a)" in error
    assert "--task pairs (not domains)" in run_fails(
        *arguments, "--task", "domains"
    )
    (pairs / "b" / "00.png").write_bytes((pairs / "b" / "01.png").read_bytes())
    config = Path("run/config.json")
    there = json.dumps(str(pairs))[1:-1]
    content = json.loads(config.read_text())
    for name in ("data", "second"):
        content["settings"][name] = f"{there}/{name == 'data' and 'a' or 'b'}"
    config.write_text(json.dumps(content))
    assert "images of `run` have changed" in run_fails(*arguments)


@pytest.mark.parametrize(
    "task, options, shapes",
    [
        (
            "super-resolution",
            ("--scale", 2, "--sharpen"),
            ((4, 4, 3), (8, 8, 3)),
        ),
        ("inpainting", ("--masks", "free_form"), ((8, 8, 4), (8, 8, 3))),
        ("colorization", (), ((8, 8, 1), (8, 8, 3))),
    ],
)
def test_tasks_that_make_their_pairs(in_folder, eagerly, task, options, shapes):
    write_images(in_folder / "photos", 5, (8, 8, 3))
    arguments = ("photos", "--task", task, "--steps", 1, *options)
    train_here(*arguments, "--out", "run")
    (row,) = rows_of("run")
    assert float(row["val_psnr"]) > 0
    settings = settings_of("run")
    assert bool(settings["sharpen"]) == ("--sharpen" in options)
    given = types.SimpleNamespace(
        **{**settings, "image_size": None, "quiet": True, "num_workers": 1}
    )
    assert task_of(task).open(given).whole.shapes == shapes


def test_a_second_stage_begins_where_the_first_ended(
    in_folder, eagerly, run_command, run_fails
):
    write_images(in_folder / "photos", 5, (8, 8, 3))
    arguments = ("photos", "--task", "super-resolution", "--steps", 1)
    train_here(*arguments, "--out", "first")
    # What was chosen by the images' size is as it was.
    assert cli.main(["train", "--resume", "first", "--steps", "2"]) == 0
    second = (*arguments, "--loss", "hinge", "--batch-size", 2, "--no-jit")
    code, _, errors = run_command(
        "train", *second, "--start", "first", "--out", "second"
    )
    assert (code, errors) == (0, "")
    assert "g_loss" in rows_of("second")[0]
    assert settings_of("second")["width"] == 4
    rates = [settings_of(run)["learning_rate"] for run in ("first", "second")]
    assert rates == [2e-4, 1e-4]
    before, after = (
        keras.saving.load_model(f"{run}/model.keras") for run in
        ("first", "second")
    )  # fmt: skip
    for one, other in zip(
        before.ema_generator.get_weights(),
        after.generator.get_weights(),
        strict=True,
    ):
        np.testing.assert_allclose(one, other, atol=1e-3)
    for options, message in (
        (("--scale", 3), "must be a run with the same scale"),
        (("--network", "rrdb"), "must be a run with the same network"),
        (("--task", "colorization"), "must be a run of the same task"),
    ):
        error = run_fails("train", *second, "--start", "first", *options)
        assert message in error and not Path("runs").exists()


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("--task", "pairs"), "`--task pairs` needs DATA"),
        (("a", "--task", "pairs", "--scale", 2), "`--scale` has no meaning"),
        (("a", "--scale", 2), "--scale with --task gan"),
        (("a", "--task", "pairs", "--latent-dim", 2), "`--latent-dim` has no"),
        (("a", "--task", "pairs", "--network", "mlp"), "one of unet, resnet"),
        (("a", "--network", "unet"), "one of dcgan, compact, mlp, r3gan"),
        (
            ("a", "--task", "super-resolution", "--image-size", 4),
            "Choose the size of the patches with --crop",
        ),
        (
            ("a", "--task", "colorization", "--channels", 1),
            "`--channels` must be 3",
        ),
        (
            ("a", "--second", "b", "--task", "pairs", "--strict"),
            "1 without, such as 99.png",
        ),
        (
            ("a", "--task", "inpainting", "--masks", "nowhere"),
            "nowhere",
        ),
    ],
)
def test_mistakes_are_one_line_and_leave_nothing(
    in_folder, run_fails, arguments, message
):
    write_images(in_folder / "a", 4)
    write_images(in_folder / "b", 4)
    shutil.copy("b/00.png", "b/99.png")
    assert message in run_fails("train", *arguments, *TINY)
    assert sorted(p.name for p in in_folder.iterdir()) == ["a", "b"]


def test_no_output_among_the_images_of_any_kind(pairs, run_fails):
    shutil.rmtree("run")
    arguments = ("a", "--second", "b", "--task", "pairs", "--out", "b/run")
    assert "must be apart from DATA" in run_fails("train", *arguments)


def test_more_than_memory_holds(pairs, run_fails, monkeypatch):
    monkeypatch.setattr("keras_gan.utils.memory._total_memory", lambda: 2.0**20)
    arguments = ("a", "--second", "b", "--task", "pairs", "--width", 5000)
    assert "Training with 10 images at once, width 5000" in run_fails(
        "train", *arguments
    )


def test_a_tenth_is_held_back_or_a_split(in_folder):
    assert [number_to_hold(n) for n in (1, 2, 10, 86, 10**6)] == (
        [0, 1, 1, 9, 64]
    )
    for split, count in (("train", 5), ("test", 3)):
        write_images(in_folder / "data" / split, count)

    def split(name):
        return datasets.open_source("data", split=name)

    parts = parted(split("train"), split)
    assert len(parts) == 5 and parts.num_held_out == 0
    assert len(parts.held_out) == 3


def test_one_image_is_all_there_is(in_folder):
    write_images(in_folder / "data", 1)
    parts = parted(datasets.open_source("data"), None)
    assert parts.held_out is None and parts.shown is parts.training
