"""`keras-gan train --task semi-supervised`, and `keras-gan classify`."""

import contextlib
import csv
import shutil
import types
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
from runs import saved_state, write_config
from translation_runs import TINY, rows_of, settings_of, train_here

from keras_gan import cli, datasets, models
from keras_gan.cli.step_limit import StepLimit
from keras_gan.cli.tasks import task_of
from keras_gan.images import from_uint8, read_image, write_image

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

CLASSES = ("cat", "dog")
TASK = ("--task", "semi-supervised")
COUNTS = {"train": 8, "test": 3}
SHORT = ("--steps", 2, "--save-every", 1)


def write_classes(folder: Path, count: int, names=CLASSES) -> Path:
    """Random images 8 x 8 x 1, those of the second class brighter."""
    for label, name in enumerate(names):
        (folder / name).mkdir(parents=True)
        for number in range(count):
            random = np.random.default_rng([label, number, count])
            low = 128 * (label % 2)
            pixels = random.integers(low, low + 128, (8, 8, 1), "uint8")
            write_image(folder / name / f"{number}.png", pixels)
    return folder


@pytest.fixture(scope="module")
def finished(tmp_path_factory, eagerly):
    """A folder of images with a test part, and a run that knows four labels."""
    folder = tmp_path_factory.mktemp("few")
    for part, count in COUNTS.items():
        write_classes(folder / "photos" / part, count)
    with contextlib.chdir(folder):
        options = ("--labels-for", 2, "--seed", 1, "--out", "run")
        train_here("photos", *TASK, *SHORT, *options)
    return folder


@pytest.fixture
def few(finished, in_folder):
    """A copy of it, which is the current folder."""
    for name in ("photos", "run"):
        shutil.copytree(finished / name, in_folder / name)
    return in_folder


def table(path) -> list[dict]:
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def opened(data, labels_for, **settings):
    given = {
        "data": str(data), "labels_for": labels_for, "image_size": None,
        "channels": None, "seed": None, "split": None, "quiet": True,
        "num_workers": 1,
    }  # fmt: skip
    given = types.SimpleNamespace(**given | settings)
    return task_of("semi-supervised").open(given)


def test_a_run_has_all_that_is_promised(finished):
    run = finished / "run"
    assert {path.name for path in run.iterdir()} == {
        "config.json", "history.csv", "labels.csv", "logs", "model.keras",
        "report.html", "samples", "samples.gif",
    }  # fmt: skip
    rows = rows_of(run)
    assert [row["steps"] for row in rows] == ["1", "2"]
    assert {"class_loss", "accuracy", "d_loss", "g_loss"} <= rows[0].keys()
    for row in rows:
        # Of six test images.
        assert float(row["labeled_share"]) == 0.5
        assert 6 * float(row["val_accuracy"]) == pytest.approx(
            round(6 * float(row["val_accuracy"])), abs=1e-4
        )
    settings = settings_of(run)
    assert (settings["labels_for"], settings["held_out"]) == (2, 0)
    assert settings["augment"] == "translation"
    model = keras.saving.load_model(run / "model.keras")
    assert isinstance(model, models.SemiSupervisedGAN)
    assert (model.num_labels, model.consistency_weight) == (2, 40.0)
    assert int(model.optimizer.iterations) == 2


def test_the_run_keeps_which_images_had_labels(few):
    kept = table("run/labels.csv")
    assert sorted(row["label"] for row in kept) == ["cat", "cat", "dog", "dog"]
    for row in kept:
        assert row["file"].startswith(f"train/{row['label']}/")
    # With this table, another run learns from the same images.
    same, other = (
        opened("photos", labels, seed=1) for labels in (2, "run/labels.csv")
    )
    np.testing.assert_array_equal(same.whole.labels, other.whole.labels)


def test_an_interrupted_run_ends_with_the_same_weights(
    few, run_command, monkeypatch
):
    count = StepLimit.on_train_batch_begin

    def interrupt(limit, batch, logs=None):
        if limit.steps == 0:
            limit._interrupt(2, None)
        count(limit, batch, logs)

    arguments = ("photos", *TASK, *TINY, *SHORT, "--seed", 1)
    arguments += ("--labels-for", 2, "--out", "again")
    with monkeypatch.context() as patch:
        patch.setattr(StepLimit, "on_train_batch_begin", interrupt)
        code, output, errors = run_command("train", *arguments)
    assert code == 130 and "stopped at step 1 of 2" in errors
    assert "16 images, 8 x 8 x 1, of 2 classes, from photos (train" in output
    assert "4 labels, 2 of each class by seed 1: a simulation" in output
    assert "val_accuracy of 6 held-out images" in output
    code, output, errors = run_command("train", "--resume", "again")
    assert (code, errors) == (0, "")
    assert "keras-gan classify again IMAGES --out predictions.csv" in output
    whole, again = (
        saved_state(Path(run, "model.keras")) for run in ("run", "again")
    )
    assert whole.keys() == again.keys()
    for name, value in whole.items():
        np.testing.assert_array_equal(value, again[name], err_msg=name)
    kept = ("d_loss", "class_loss", "val_accuracy", "val_class_loss")
    for one, other in zip(rows_of("run"), rows_of("again"), strict=True):
        assert [one[name] for name in kept] == [other[name] for name in kept]


class TestHeldOut:
    def test_without_a_test_part_it_is_of_the_images_without_labels(
        self, in_folder
    ):
        parts = opened(write_classes(in_folder / "data", 10), 3)
        # A tenth of 14.
        assert (parts.num_held_out, len(parts)) == (2, 18)
        assert np.count_nonzero(parts.training.labels >= 0) == 6
        images, labels = next(iter(datasets.load(parts.held_out)))
        np.testing.assert_array_equal(labels, images[:, 0, 0, 0] > 0)
        trained = next(iter(datasets.load(parts.training, labels=False)))
        for image in images:
            same = np.isclose(trained, image).all(axis=(1, 2, 3))
            assert not same.any()
        again = opened("data", 3, held_out=2)
        np.testing.assert_array_equal(
            parts.training.labels, again.training.labels
        )

    def test_the_only_image_without_a_label_is_learned_from(self, in_folder):
        data = write_classes(in_folder / "data", 2)
        write_image(data / "cat" / "x.png", np.zeros((8, 8, 1), "uint8"))
        parts = opened(data, 2)
        assert parts.held_out is None and len(parts) == 5

    def test_labels_of_a_table_are_all_learned_from(self, in_folder):
        write_classes(in_folder / "data", 3)
        Path("t.csv").write_text("file,label\ncat/0.png,a\ndog/0.png,b\n")
        parts = opened("data", "t.csv")
        assert parts.held_out is None and parts.training is parts.whole
        assert parts.info.class_names == ("a", "b")

    def test_classes_of_the_test_part_go_by_their_names(self, in_folder):
        for part, count in COUNTS.items():
            write_classes(in_folder / "data" / part, count)
        lines = [
            "file,label",
            "cat/0.png,cat",
            "cat/1.png,ant",
            "dog/0.png,dog",
        ]
        Path("t.csv").write_text("\n".join(lines))
        parts = opened("data", "t.csv")
        images, labels = next(iter(datasets.load(parts.held_out)))
        bright = images.numpy()[:, 0, 0, 0] > 0
        np.testing.assert_array_equal(labels, np.where(bright, 2, 1))
        Path("t.csv").write_text("file,label\ncat/0.png,a\ndog/0.png,b\n")
        assert opened("data", "t.csv").held_out is None
        Path("t.csv").write_text("\n".join(lines))
        for path in Path("data/test").rglob("*.png"):
            write_image(path, np.zeros((4, 4, 1), "uint8"))
        with pytest.raises(ValueError, match="test images must have the size"):
            opened("data", "t.csv")


def test_an_epoch_is_a_pass_of_the_unlabeled_images(in_folder, run_command):
    write_classes(in_folder / "data", 16)
    arguments = ("train", "data", *TASK, *TINY, "--labels-for", 2)
    arguments += ("--epochs", 1, "--save-every", 10, "--out", "run")
    assert run_command(*arguments, "--batch-size", 6, "--quiet")[0] == 0
    # 29 images, three of them in each batch; three others are held back.
    assert settings_of("run")["steps"] == 10
    output = run_command("train", "--resume", "run", "--epochs", 1)[1]
    assert "all 10 steps are done" in output


@pytest.mark.parametrize(
    "options, message",
    [
        ((), "`--task semi-supervised` needs --labels-for"),
        (("--labels-for", 0), "must be at least 1"),
        (("--labels-for", "-3"), "must be at least 1"),
        (("--labels-for", "2.5"), "whole number"),
        (("--labels-for", 9), "has 8 of cat, 8 of dog. Keep fewer"),
        (("--labels-for", "no.csv"), "No such file or directory"),
        (("--labels-for", "."), "must be a text file"),
        (("--labels-for", "lost.csv"), "1 of 2 that name none"),
        (("--labels-for", "one.csv"), "all images of one class, cat"),
        (("--labels-for", "some.csv"), "none of dog"),
        (("--labels-for", 2, "--batch-size", 5), "must be even"),
        (("--labels-for", 2, "--loss", "hinge"), "non_saturating"),
        (("--labels-for", 2, "--network", "dcgan"), "must be one of semi_s"),
        (("--labels-for", 2, "--conditional"), "`--conditional` has no mean"),
    ],
)
def test_mistakes_are_one_line_and_leave_nothing(
    in_folder, run_fails, options, message
):
    write_classes(in_folder / "photos", 8)
    rows = ["file,label", "cat/0.png,cat", "cat/1.png,cat"]
    for name, changed in (
        ("lost", rows[:2] + ["dog/99.png,dog"]),
        ("one", rows),
        ("some", [*rows, "cat/2.png,owl"]),
    ):
        Path(f"{name}.csv").write_text("\n".join(changed))
    if "some.csv" in options:  # Of three classes, one without labels.
        write_classes(in_folder / "photos", 8, ("owl",))
    before = sorted(in_folder.iterdir())
    arguments = ("train", "photos", *TASK, *TINY, "--steps", 1)
    assert message in run_fails(*arguments, *options)
    assert sorted(in_folder.iterdir()) == before


def test_labels_for_another_task(in_folder, run_fails):
    error = run_fails("train", "digits", "--labels-for", 3)
    assert "`--labels-for` has no meaning for this task" in error


def test_resuming_with_other_labels(few, run_fails):
    arguments = ("train", "--resume", "run")
    assert "--labels-for 2 (not 3)" in run_fails(*arguments, "--labels-for", 3)
    config = Path("run/config.json")
    text = config.read_text().replace('"labels_for": 2', '"labels_for": 3')
    here = text.replace(str(settings_of("run")["data"]), str(few / "photos"))
    config.write_text(here)
    assert "images of `run` have changed" in run_fails(*arguments)


class TestClassify:
    @pytest.fixture
    def images(self, finished):
        return finished / "photos" / "test"

    def test_a_folder(self, finished, images, in_folder, run_command):
        code, output, errors = run_command(
            "classify", finished / "run", images, "--batch-size", 4
        )
        assert (code, output) == (0, "6 images: predictions.csv\n")
        assert "6/6 images" in errors
        rows = table("predictions.csv")
        assert list(rows[0]) == ["file", "label", "probability", *CLASSES]
        model = keras.saving.load_model(finished / "run" / "model.keras")
        files = [row["file"] for row in rows]
        assert files == sorted(
            f"{c}/{n}.png" for c in CLASSES for n in range(3)
        )
        pixels = np.stack([read_image(images / file) for file in files])
        logits = model.classifier().predict(from_uint8(pixels), verbose=0)
        powers = np.exp(logits)
        expected = powers / powers.sum(-1, keepdims=True)
        found = [[float(row[name]) for name in CLASSES] for row in rows]
        np.testing.assert_allclose(found, expected, rtol=1e-3)
        for row, values in zip(rows, expected, strict=True):
            assert row["label"] == CLASSES[values.argmax()]
            assert row["probability"] == row[row["label"]]

    def test_every_column_has_another_name(self, in_folder, run_command):
        names = ("label", "probability", "z")
        write_classes(in_folder / "odd", 4, names)
        train_here("odd", *TASK, *SHORT, "--labels-for", 1, "--out", "run")
        assert run_command("classify", "run", "odd/z", "--quiet")[0] == 0
        head = Path("predictions.csv").read_text().splitlines()[0].split(",")
        assert head[3:] == ["class label", "class probability", "z"]
        assert head[:3] == ["file", "label", "probability"]

    def test_a_zip_an_array_and_an_image(
        self, finished, images, in_folder, run_command
    ):
        paths = sorted(images.rglob("*.png"))
        with zipfile.ZipFile("images.zip", "w") as archive:
            for path in paths:
                archive.write(path, path.relative_to(images))
        pixels = np.stack([read_image(path) for path in paths])
        np.savez("images.npz", x_train=pixels[:2], x_test=pixels / 255)
        found = []
        for source, *options in (
            ("images.zip",),
            ("images.npz", "--split", "test"),
            (paths[0],),
        ):
            code, output, errors = run_command(
                *("classify", finished / "run", source, *options),
                *("--out", "p.csv", "--quiet"),
            )
            assert (code, output, errors) == (0, "", "")
            found.append(table("p.csv"))
            Path("p.csv").unlink()
        in_zip, in_array, alone = found
        assert [row["index"] for row in in_array] == list("012345")
        for one, other in zip(in_zip, in_array, strict=True):
            assert one["label"] == other["label"]
            assert float(one["cat"]) == pytest.approx(
                float(other["cat"]), rel=1e-4
            )
        assert len(alone) == 1 and alone[0]["file"] == "0.png"

    def test_other_sizes_and_channels_and_what_is_broken(
        self, finished, in_folder, run_command
    ):
        Path("mixed").mkdir()
        random = np.random.default_rng(0)
        for name, shape in (("a", (8, 8, 3)), ("b", (16, 11, 1))):
            pixels = random.integers(0, 256, shape, "uint8")
            write_image(f"mixed/{name}.png", pixels)
        Path("mixed/c.png").write_bytes(b"noise")
        code, output, errors = run_command(
            "classify", finished / "run", "mixed", "--quiet"
        )
        assert (code, output) == (0, "")
        assert "1 of the images were resized to 8 x 8 pixels" in errors
        assert "c.png" in errors and "are left out" in errors
        assert [row["file"] for row in table("predictions.csv")] == (
            ["a.png", "b.png"]
        )

    def test_nothing_is_replaced(self, finished, images, run_fails, in_folder):
        Path("predictions.csv").write_text("mine")
        arguments = ("classify", finished / "run", images)
        assert "exists already" in run_fails(*arguments)
        assert Path("predictions.csv").read_text() == "mine"
        assert "must end in .csv" in run_fails(*arguments, "--out", "p.txt")
        error = run_fails(*arguments, "--out", images / "p.csv")
        assert "must be apart from DATA" in error
        assert [path.name for path in in_folder.iterdir()] == (
            ["predictions.csv"]
        )

    def test_what_cannot_be_classified(self, finished, in_folder, run_fails):
        run, noise = finished / "run", in_folder / "noise"
        noise.mkdir()
        (noise / "x.png").write_bytes(b"noise")
        for images, message in (
            ("nowhere", "There is no file or folder `nowhere` for IMAGES"),
            ("nowhere.npz", "There is no dataset, file or folder"),
            (noise, "None of the 1 images"),
        ):
            assert message in run_fails("classify", run, images, "--quiet")
        error = run_fails("classify", run, noise, "--split", "test")
        assert "`--split` is for an .npz" in error
        assert [path.name for path in in_folder.iterdir()] == ["noise"]

    def test_runs_of_another_kind(self, few, run_fails):
        other = write_config(few / "gan")
        (other / "model.keras").write_bytes(b"")
        error = run_fails("classify", "gan", "photos")
        assert "is a run of --task gan, which has no classifier" in error
        assert "--labels-for FILE`" in error
        error = run_fails("translate", "run", "photos", "--out", "out")
        assert "keras-gan classify run photos" in error
        error = run_fails("augment", "photos", "--run", "run", "--out", "out")
        assert "The GAN has no classes" in error
        config = Path("run/config.json")
        config.write_text(config.read_text().replace('"cat"', '"a",\n"b"'))
        error = run_fails("classify", "run", "photos")
        assert "do not belong together" in error
        assert not Path("predictions.csv").exists()

    def test_images_are_drawn_too(self, finished, in_folder):
        arguments = ("generate", finished / "run", "--num-images", 4)
        line = [*map(str, arguments), "--out", "images.npz"]
        assert cli.main(line) == 0
        with np.load("images.npz") as drawn:
            assert drawn["images"].shape == (4, 8, 8, 1)
