"""`keras-gan train --task dagan`, and `keras-gan augment` with its run."""

import contextlib
import csv
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
from translation_runs import (
    TINY,
    rows_of,
    settings_of,
    train_here,
    write_images,
)

from keras_gan import models
from keras_gan.cli.augment.class_images import source_of_classes
from keras_gan.datasets import open_source
from keras_gan.images import from_uint8, image_shape, read_image

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


@pytest.fixture(scope="module")
def finished(tmp_path_factory, eagerly):
    """A run on two classes; a third has one image."""
    folder = tmp_path_factory.mktemp("dagan")
    for name, count in (("a", 5), ("b", 3), ("c", 1)):
        write_images(folder / "letters" / name, count)
    with contextlib.chdir(folder):
        options = ("--task", "dagan", "--steps", 1, "--latent-dim", 4)
        train_here("letters", *options, "--out", "run")
    return folder


@pytest.fixture
def digits(in_folder):
    """Images of other classes, of another size."""
    for name, count in (("one", 3), ("two", 1)):
        write_images(in_folder / "digits" / name, count, (12, 12, 3))
    return in_folder / "digits"


def test_a_run_has_all_that_is_promised(finished, in_folder, run_command):
    run = finished / "run"
    (row,) = rows_of(run)
    assert {"d_loss", "g_loss"} <= row.keys()
    settings = settings_of(run)
    assert settings["network"] == "dagan" and settings["held_out"] == 0
    assert (settings["latent_dim"], settings["loss"]) == (4, "relativistic")
    # Eight examples of source, translation and another image of the class.
    grid = image_shape(run / "samples" / "samples-0001.png")
    assert grid[1:] == (302, 1)
    model = keras.saving.load_model(run / "model.keras")
    assert isinstance(model, models.DAGAN) and model.latent_dim == 4
    # It goes on, says what it is made of, and how many classes are no pairs.
    shutil.copytree(run, "again")
    code, output, errors = run_command(
        "train", "--resume", "again", "--steps", 2
    )
    assert code == 0 and [r["steps"] for r in rows_of("again")] == ["1", "2"]
    assert "1 of its 3 classes have one image only" in errors
    assert "8 images, 8 x 8 x 1, of 2 classes, from" in output
    assert "keras-gan augment DATA --run again --out FOLDER" in output


def test_classes_that_it_has_not_seen_are_filled_up(
    finished, digits, run_command
):
    line = ("augment", digits, "--run", finished / "run", "--out", "out")
    code, output, errors = run_command(*line, "--batch-size", 2)
    assert code == 0, errors
    assert "two  1 + 2" in output and "one  3 + 0" in output
    assert "generated images have the size of training, 8 x 8 x 1" in output
    made = [read_image(f"out/two/generated-00000{n}.png") for n in range(2)]
    assert made[0].shape == (8, 8, 1) and (made[0] != made[1]).any()
    for path in digits.rglob("*.png"):
        same = Path("out", path.relative_to(digits))
        assert same.read_bytes() == path.read_bytes()
    with open("out/manifest.csv", newline="") as file:
        rows = [row["source"] for row in csv.DictReader(file)]
    assert rows == ["original"] * 4 + ["generated"] * 2
    # What was lost is made again, the same.
    Path("out/two/generated-000001.png").unlink()
    code, *_ = run_command(*line, "--batch-size", 2, "--quiet")
    again = read_image("out/two/generated-000001.png")
    np.testing.assert_array_equal(again, made[1])
    # With as many images of each class there is nothing to fill up.
    shutil.copytree(digits / "two", "even/one")
    shutil.copytree(digits / "two", "even/two")
    _, _, errors = run_command(
        "augment", "even", "--run", finished / "run", "--out", "none"
    )
    assert "none is generated. Pass --num-images N or --counts" in errors
    # Other images under the same names: what starts from them differs too.
    write_images(digits / "two", 1, (12, 13, 3))
    code, _, errors = run_command(*line, "--batch-size", 2, "--quiet")
    assert code == 2 and "`out` is not empty: augment wrote it" in errors


def test_images_start_from_those_of_the_class(finished, digits):
    model = keras.saving.load_model(finished / "run" / "model.keras")
    opened = open_source(str(digits), image_size=8, channels=1)
    held = source_of_classes(model, opened).generator.get_layer("class_images")
    expected = from_uint8(opened.read(np.arange(4)))
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(held.images), expected, atol=1e-6
    )
    # Of an array of another size, which has no files to resize.
    images = np.random.default_rng(0).uniform(0, 1, (3, 9, 9, 1))
    opened = open_source((images, np.array([0, 1, 1])))
    source = source_of_classes(model, opened)
    assert source.num_classes == 2
    assert source.generator.get_layer("class_images").images.shape[1] == 8


def test_what_a_run_cannot_be_used_for(finished, digits, run_fails):
    run = finished / "run"
    error = run_fails("translate", run, digits, "--out", "out")
    assert "keras-gan augment DATA --run" in error
    error = run_fails("generate", run)
    assert "must hold a GAN. Received: DAGAN" in error
    assert "keras-gan augment DATA --run" in error
    augment = ("augment", digits, "--run", run, "--out", "out", "--quiet")
    error = run_fails(*augment, "--filter", "threshold")
    assert "`--filter` needs a discriminator" in error
    assert "Use --classifier." in error
    assert not Path("out").exists()


@pytest.mark.parametrize(
    "data, message",
    [
        ("flat", "must have classes"),
        ("alone", "2 classes of one image each"),
        ("sizes", "Resize them with --image-size."),
    ],
)
def test_mistakes_are_one_line_and_leave_nothing(
    in_folder, run_fails, data, message
):
    write_images(in_folder / "flat", 3)
    for name in ("a", "b"):
        write_images(in_folder / "alone" / name, 1)
        side = 8 + (name == "b")
        write_images(in_folder / "sizes" / name, 2, (side, side, 1))
    arguments = ("train", data, "--task", "dagan", *TINY, "--steps", 1)
    assert message in run_fails(*arguments)
    assert sorted(p.name for p in in_folder.iterdir()) == (
        ["alone", "flat", "sizes"]
    )
