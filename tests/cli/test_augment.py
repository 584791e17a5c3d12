"""`keras-gan augment`: what it writes, goes on with, and refuses."""

import contextlib
import csv
import gc
import json
import os
import shutil
import signal
import time
import tracemalloc
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
from portable import array
from runs import write_config
from small_generators import styled_gan

import keras_gan
from keras_gan import cli, datasets, networks
from keras_gan.cli.augment.folder import AugmentFolder
from keras_gan.images import read_image, to_uint8, write_image

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

CLASSES = ("cat", "dog", "owl")
COUNTS = {"cat": 5, "dog": 3, "owl": 1}
TIMEOUT = 240


def make_gan(num_classes=3, shape=(8, 8, 1)):
    keras.utils.set_random_seed(5)
    pair = networks.mlp(shape, latent_dim=8, num_classes=num_classes)
    return keras_gan.GAN(*pair, num_classes=num_classes, seed=5)


def make_run(folder, class_names=CLASSES, **options):
    """A folder as `keras-gan train` leaves it, of a GAN without training."""
    shape = options.get("shape", (8, 8, 1))
    write_config(folder, class_names, shape)
    size = None if class_names is None else len(class_names)
    make_gan(size, **options).save(folder / "model.keras")
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("runs") / "run")


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """A folder of 5 cats, 3 dogs, and an owl in a folder of its own."""
    root = tmp_path_factory.mktemp("data") / "photos"
    random = np.random.default_rng(0)
    for name, count in COUNTS.items():
        folder = root / name / ("night" if name == "owl" else "")
        folder.mkdir(parents=True)
        for number in range(count):
            pixels = random.integers(0, 256, (8, 8, 1), "uint8")
            write_image(folder / f"{number}.png", pixels)
    return root


@pytest.fixture
def augment(run_command, run):
    """Function that augments into `out`, and expects no error."""

    def call(data, *options, model=run):
        code, output, errors = run_command(
            *("augment", data, "--run", model, "--out", "out", *options),
            *(() if "--batch-size" in options else ("--batch-size", 2)),
        )
        assert code == 0, errors
        return output

    return call


@pytest.fixture(scope="module")
def filled_up(tmp_path_factory, run, photos):
    """What `augment` makes of the photos where it is told nothing else."""
    folder = tmp_path_factory.mktemp("filled") / "out"
    options = ("--out", folder, "--batch-size", 2, "--quiet")
    arguments = ("augment", photos, "--run", run, *options)
    assert cli.main([str(argument) for argument in arguments]) == 0
    return folder


@pytest.fixture
def out(filled_up, in_folder):
    """The same folder, for a test to do with as it likes; it is `out` here."""
    return Path(shutil.copytree(filled_up, "out"))


@pytest.fixture
def augment_fails(run_fails, run):
    def call(data, *options, model=run):
        return run_fails(
            *("augment", data, "--run", model, "--out", "out"),
            *(*options, "--batch-size", 2, "--quiet"),
        )

    return call


def manifest(folder=Path("out")) -> list[dict]:
    with open(folder / "manifest.csv", newline="") as file:
        return list(csv.DictReader(file))


def contents(folder=Path("out")) -> dict[str, bytes]:
    """All files with their bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def numbers_of_files(folder=Path("out")) -> dict[str, int]:
    names = [p.name for p in folder.iterdir() if p.is_dir()]
    return {n: len(list((folder / n).rglob("*.png"))) for n in names}


class TestFolder:
    def test_classes_are_filled_up_to_the_largest(self, augment, photos):
        output = augment(photos)
        assert numbers_of_files() == dict.fromkeys(CLASSES, 5)
        assert "15 images, 6 of them generated: out" in output
        assert "owl  1 + 4" in output
        info = datasets.describe("out")
        assert (info.class_names, info.num_images) == (CLASSES, 15)

    def test_originals_are_the_same_bytes(self, out, photos):
        written, given = contents(), contents(photos)
        assert len(given) == 9
        assert {name: written[name] for name in given} == given

    def test_manifest_says_where_each_file_comes_from(
        self, augment, photos, run
    ):
        augment(photos, "--seed", 4, "--filter", "threshold")
        rows = manifest()
        files = {name for name in contents() if name.endswith(".png")}
        assert {row["file"] for row in rows} == files and len(rows) == 15
        for row in rows:
            assert row["label"] == row["file"].split("/")[0]
        originals, generated = rows[:9], rows[9:]
        for number, row in enumerate(originals):
            assert row["source"] == "original" and row["index"] == str(number)
            assert row["model"] == row["seed"] == row["score"] == ""
        for number, row in enumerate(generated):
            assert row["source"] == "generated" and row["index"] == str(number)
            assert row["model"] == str(run / "model.keras")
            assert row["seed"] == "4" and np.isfinite(float(row["score"]))

    def test_images_are_those_of_the_data_set(self, augment, photos, run):
        augment(photos, "--counts", "owl:2,0:3", "--seed", 9)
        expected = datasets.SyntheticImages(
            run, counts={2: 2, 0: 3}, batch_size=2, seed=9
        )
        generated = manifest()[9:]
        assert [CLASSES[x] for x in expected.labels] == (
            [row["label"] for row in generated]
        )
        images = np.concatenate([expected[k][0] for k in range(3)])
        for row, image in zip(generated, images, strict=True):
            written = read_image(Path("out") / row["file"])
            np.testing.assert_array_equal(written, to_uint8(image))

    def test_truncation_of_styles(self, augment, photos, in_folder):
        gan = styled_gan()
        write_config("styled", CLASSES, (8, 8, 1))
        gan.save("styled/model.keras")
        augment(photos, "--num-images", 4, "--truncation", 0, model="styled")
        settings = json.loads(Path("out/augment.json").read_text())
        assert settings["truncation"] == 0.0
        mean = to_uint8(gan.generate(1, truncation=0.0)[0])
        for row in manifest()[9:]:
            written = read_image(Path("out") / row["file"]).astype(int)
            assert np.abs(written - mean).max() <= 1

    def test_settings_say_what_determined_it(self, augment, photos, run):
        augment(photos, "--num-images", 4, "--truncation", 1.5)
        settings = json.loads(Path("out/augment.json").read_text())
        assert settings["data"] == str(photos)
        assert settings["images_of_data"]["of_classes"] == COUNTS
        assert settings["model"] == str(run / "model.keras")
        assert len(settings["model_sha256"]) == 64
        assert (settings["added"], settings["truncation"]) == (4, 1.5)
        assert settings["versions"]["keras"] == keras.__version__
        assert [row["label"] for row in manifest()[9:]] == (
            [*CLASSES, CLASSES[0]]
        )

    def test_zip_with_a_folder_around_the_classes(self, augment, photos):
        with zipfile.ZipFile("data.zip", "w") as archive:
            for file in sorted(photos.rglob("*.png")):
                archive.write(file, file.relative_to(photos.parent))
        augment("data.zip")
        written, given = contents(), contents(photos)
        assert {name: written[name] for name in given} == given
        assert numbers_of_files() == dict.fromkeys(CLASSES, 5)

    def test_npz_becomes_png_without_loss(self, augment, tmp_path):
        images = np.random.default_rng(1).integers(0, 256, (4, 8, 8, 1))
        images, labels = images.astype("uint8"), np.array([2, 0, 1, 2])
        np.savez("data.npz", images=images, labels=labels)
        model = make_run(tmp_path / "npz", ["0", "1", "2"])
        augment("data.npz", model=model)
        for number, (image, label) in enumerate(
            zip(images, labels, strict=True)
        ):
            path = Path(f"out/{label}/original-{number:06d}.png")
            np.testing.assert_array_equal(read_image(path), image)
        assert numbers_of_files() == {"0": 2, "1": 2, "2": 2}

    def test_class_without_images_gets_none(self, augment, tmp_path):
        images = np.zeros((3, 8, 8, 1), "uint8")
        np.savez("data.npz", images=images, labels=np.array([0, 0, 2]))
        model = make_run(tmp_path / "npz", ["0", "1", "2"])
        augment("data.npz", model=model)
        assert numbers_of_files() == {"0": 2, "2": 2}

    def test_size_of_training_where_that_resized(
        self, augment, photos, tmp_path
    ):
        model = make_run(tmp_path / "small", CLASSES, shape=(4, 4, 1))
        output = augment(photos, model=model)
        assert "note: generated images have the size of training" in output
        shapes = {
            row["source"]: read_image(Path("out") / row["file"]).shape
            for row in manifest()
        }
        assert shapes == {"original": (8, 8, 1), "generated": (4, 4, 1)}

    def test_classifier_chooses(self, augment, photos):
        flat = keras.Sequential(
            [keras.Input((8, 8, 1)), keras.layers.Flatten()]
        )
        flat.add(keras.layers.Dense(3))
        flat.save("classifier.keras")
        augment(photos, "--classifier", "classifier.keras")
        for row in manifest()[9:]:
            image = read_image(Path("out") / row["file"]) / 127.5 - 1
            logits = array(flat(image[None].astype("float32")))[0]
            # The file has 8 bits: a narrow verdict may have been another one.
            margin = logits.max() - logits[CLASSES.index(row["label"])]
            assert margin < 0.05

    def test_nothing_to_add_where_all_classes_are_as_large(self, augment):
        for name in CLASSES:
            Path("even", name).mkdir(parents=True)
            pixels = np.zeros((8, 8, 1), "uint8")
            write_image(Path("even", name, "x.png"), pixels)
        assert "3 images, 0 of them generated" in augment("even")


class TestGoingOn:
    def test_complete_folder_is_left_as_it_is(self, out, augment, photos):
        before = contents()
        times = {p: p.stat().st_mtime_ns for p in Path("out").rglob("*.png")}
        assert "which is complete" in augment(photos)
        assert contents() == before
        assert {p: p.stat().st_mtime_ns for p in times} == times

    def test_cut_manifest_and_what_it_does_not_list(self, augment, photos):
        augment(photos, "--filter", "rejection")
        before = contents()
        path = Path("out/manifest.csv")
        for end in (20, 300, -3):
            path.write_bytes(before["manifest.csv"][:end])
            listed = {row["file"] for row in manifest()}
            for name in set(before) - listed - {"manifest.csv", "augment.json"}:
                Path("out", name).unlink()
            augment(photos, "--filter", "rejection")
            assert contents() == before, end

    def test_file_that_is_missing_or_empty(self, out, augment, photos):
        before = contents()
        for number in (0, 12, 14):
            path = out / manifest()[number]["file"]
            path.write_bytes(b"")
            augment(photos)
            assert contents() == before, number
            path.unlink()
            augment(photos)
            assert contents() == before, number

    def test_images_do_not_depend_on_how_many_follow(self, augment, photos):
        augment(photos, "--num-images", 3)
        few = contents()
        augment(photos, "--num-images", 8, "--force")
        many = contents()
        assert {n: many[n] for n in few if n.endswith(".png")} == (
            {n: data for n, data in few.items() if n.endswith(".png")}
        )

    def test_interrupted_says_how_to_go_on(
        self, out, augment, photos, run_command, run, monkeypatch
    ):
        before = contents()
        draw = datasets.SyntheticImages.draw

        def interrupted(self, index):
            if index == 2:
                raise KeyboardInterrupt
            return draw(self, index)

        with monkeypatch.context() as patch:
            patch.setattr(datasets.SyntheticImages, "draw", interrupted)
            code, _, errors = run_command(
                *("augment", photos, "--run", run, "--out", "out"),
                *("--batch-size", 2, "--force", "--quiet"),
            )
        assert code == 130
        assert "stopped after 13 of 15 images; the same command" in errors
        assert len(manifest()) == 13
        augment(photos)
        assert contents() == before

    @pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, OSError])
    @pytest.mark.parametrize("lost", ["file", "row"])
    def test_a_repair_may_be_interrupted_too(
        self, out, augment, photos, run_command, run, monkeypatch, lost, error
    ):
        before = contents()
        if lost == "file":
            (out / "cat" / "0.png").unlink()
        else:
            text = before["manifest.csv"].replace(b"/1.png,cat", b"/1.png,cow")
            (out / "manifest.csv").write_bytes(text)

        def interrupted(self, files):
            raise error

        arguments = ("--run", run, "--out", "out", "--batch-size", 2)
        with monkeypatch.context() as patch:
            patch.setattr(AugmentFolder, "write", interrupted)
            with contextlib.suppress(ValueError):  # Not one of our own.
                assert run_command("augment", photos, *arguments)[0]
        # All that is there is listed, or else is somebody else's.
        names = {name for name in contents() if name.endswith(".png")}
        assert names <= {row["file"] for row in manifest()}
        assert len(names) == (14 if lost == "file" else 1)
        augment(photos)
        assert contents() == before


class TestForce:
    def test_other_arguments_need_it(self, out, augment_fails, photos):
        before = contents()
        errors = augment_fails(photos, "--seed", 1)
        assert "with seed 0 (not 1)" in errors and "--force" in errors
        assert contents() == before

    def test_only_what_augment_wrote_is_removed(self, augment, photos):
        Path("out/cat").mkdir(parents=True)
        Path("out/notes.txt").write_text("mine")
        Path("out/cat/mine.png").write_text("mine")
        augment(photos, "--num-images", 30, "--force")
        augment(photos, "--counts", "dog:1", "--force")
        assert Path("out/notes.txt").read_text() == "mine"
        assert Path("out/cat/mine.png").read_text() == "mine"
        assert len(manifest()) == 10
        assert numbers_of_files() == {"cat": 6, "dog": 4, "owl": 1}

    def test_foreign_folder_is_refused(self, augment_fails, photos):
        Path("out").mkdir()
        Path("out/notes.txt").write_text("mine")
        errors = augment_fails(photos)
        assert "`keras-gan augment` did not write it" in errors
        assert "--force" in errors and "earlier" not in errors
        assert [path.name for path in Path("out").iterdir()] == ["notes.txt"]

    def test_foreign_file_of_the_same_name_stays(
        self, augment, augment_fails, photos
    ):
        Path("out/cat").mkdir(parents=True)
        Path("out/cat/0.png").write_text("mine")
        errors = augment_fails(photos, "--force")
        assert "`out/cat/0.png` is in the way" in errors
        assert contents() == {"cat/0.png": b"mine"}

    @pytest.mark.parametrize(
        "name", ["../mine.png", "cat/../../mine.png", "{here}/mine.png",
                 "/{here}/mine.png", "cat", "link/mine.png", "mine.link", ".",
                 "a\0b"]
    )  # fmt: skip
    def test_manifest_that_lists_what_is_not_its_own_removes_nothing(
        self, out, augment_fails, photos, name
    ):
        Path("mine.png").write_text("mine")
        Path("out/link").symlink_to("..")
        Path("out/mine.link").symlink_to("../mine.png")
        with open("out/manifest.csv", "a") as file:
            file.write(name.replace("{here}", str(Path.cwd())) + ",,,,,,\ncat")
        before = contents()
        errors = augment_fails(photos, "--seed", 1, "--force")
        assert "which is not a regular file" in errors
        assert contents() == before
        assert Path("mine.png").read_text() == "mine"

    def test_resuming_does_not_write_over_what_was_put_there(
        self, out, augment_fails, photos
    ):
        path = Path("out/manifest.csv")
        rows = path.read_text().splitlines(keepends=True)
        path.write_text("".join(rows[:12]))
        # The last of the files that the manifest no longer lists is not ours.
        mine = Path("out", rows[-1].split(",")[0])
        mine.write_text("mine")
        for row in rows[12:-1]:
            Path("out", row.split(",")[0]).unlink()
        assert f"`{mine}` is in the way" in augment_fails(photos)
        assert mine.read_text() == "mine"

    def test_writing_through_a_link_is_refused(
        self, augment_fails, photos, tmp_path
    ):
        (tmp_path / "elsewhere").mkdir()
        Path("out").mkdir()
        Path("out/cat").symlink_to(tmp_path / "elsewhere")
        assert "is in the way" in augment_fails(photos, "--force")
        assert not any((tmp_path / "elsewhere").iterdir())


class TestErrors:
    def test_class_named_like_a_file_beside_the_classes(
        self, photos, run, augment_fails
    ):
        shutil.copytree(photos, "data")
        os.rename("data/cat", "data/augment.json")
        model = shutil.copy(run / "model.keras", ".")
        message = augment_fails("data", model=model)
        assert "a class `augment.json`, which is the name of a file" in message
        assert not os.path.exists("out")

    def test_gan_without_classes(self, augment_fails, photos, tmp_path):
        model = make_run(tmp_path / "plain", None)
        assert "The GAN has no classes" in augment_fails(photos, model=model)

    def test_images_without_classes(self, augment_fails):
        np.savez("data.npz", images=np.zeros((2, 8, 8, 1)))
        assert "`data.npz` has no classes" in augment_fails("data.npz")

    def test_classes_of_other_names(self, augment_fails, photos, tmp_path):
        model = make_run(tmp_path / "other", ("cat", "dog", "yak"))
        errors = augment_fails(photos, model=model)
        assert "knows cat, dog, yak" in errors and "has cat, dog, owl" in errors

    def test_class_that_the_gan_never_saw(self, augment_fails, photos):
        make_gan(2).save("two.keras")
        errors = augment_fails(photos, model="two.keras")
        assert "knows 2 classes" in errors and "has 3: cat, dog, owl" in errors

    def test_image_sizes_that_nothing_explains(self, augment_fails, photos):
        make_gan(shape=(4, 4, 1)).save("small.keras")
        errors = augment_fails(photos, model="small.keras")
        assert "4 x 4 x 1" in errors and "8 x 8 x 1" in errors

    @pytest.mark.parametrize(
        "options, words",
        [
            (("--counts", "yak:3"), "Received: 'yak'"),
            (("--counts", "cat:3,0:1"), "'cat' twice"),
            (("--balance", "none"), "--balance none alone"),
            (("--num-images", 3, "--counts", "cat:1"), "--num-images and"),
            (("--classifier", "x", "--filter", "1"), "`--filter` and"),
            (("--classifier", "x.keras"), "no classifier `x.keras`"),
            (("--truncation", "-1"), "--truncation: must be"),
        ],
    )
    def test_arguments(self, augment_fails, photos, options, words):
        assert words in augment_fails(photos, *options)
        assert not Path("out").exists()

    @pytest.mark.parametrize(
        "option", [("--counts", "cat"), ("--filter", "nan"), ("--filter", "x")]
    )
    def test_arguments_that_cannot_be_read(self, augment_fails, photos, option):
        assert f"argument {option[0]}" in augment_fails(photos, *option)

    def test_filter_that_rejects_everything(self, augment_fails, photos):
        errors = augment_fails(photos, "--filter", 1e9)
        assert "accepted 0 of" in errors and "(0.00%)" in errors
        assert not Path("out").exists()

    def test_images_that_cannot_be_drawn_leave_no_folder(
        self, photos, run, in_folder, monkeypatch
    ):
        def draw(self, index):
            raise ValueError("accepted 0 of 100")

        monkeypatch.setattr(datasets.SyntheticImages, "draw", draw)
        line = ["augment", str(photos), "--run", str(run), "--out", "out"]
        with pytest.raises(ValueError, match="accepted 0"):
            cli.main(line)
        assert not any(in_folder.iterdir())

    def test_classifier_that_cannot_be_read(self, augment_fails, photos):
        Path("bad.h5").write_text("text")
        errors = augment_fails(photos, "--classifier", "bad.h5")
        assert "`bad.h5` cannot be loaded. It is damaged, or it is" in errors

    def test_files_that_are_no_gan(self, augment_fails, photos):
        Path("text.keras").write_text("text")
        assert "`text.keras` cannot be loaded" in augment_fails(
            photos, model="text.keras"
        )
        dense = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        dense.save("dense.keras")
        assert "must be a GAN or a generator" in augment_fails(
            photos, model="dense.keras"
        )
        assert "There is no model" in augment_fails(photos, model="no.keras")

    def test_code_in_a_file_runs_only_where_asked(
        self, augment, augment_fails, photos
    ):
        latents = keras.Input((8,))
        labels = keras.Input((), dtype="int32")
        images = keras.layers.Dense(64, activation="tanh")(latents)
        images = keras.layers.Lambda(lambda x: -x)(images)
        images = keras.layers.Reshape((8, 8, 1))(images)
        discriminator = networks.mlp((8, 8, 1), num_classes=3)[1]
        generator = keras.Model([latents, labels], images)
        gan = keras_gan.GAN(
            generator, discriminator, num_classes=3, ema_momentum=None
        )
        gan.save("x.keras")
        errors = augment_fails(photos, model="x.keras")
        assert "holds Python code" in errors and "--unsafe" in errors
        augment(photos, "--unsafe", model="x.keras")
        assert len(manifest()) == 15

    def test_out_apart_from_the_images(self, run_fails, photos, run):
        before = contents(photos)
        for out in (photos, photos / "more", photos.parent):
            errors = run_fails("augment", photos, "--run", run, "--out", out)
            assert "must be apart from DATA" in errors
        assert contents(photos) == before

    def test_images_named_as_generated_ones(self, augment_fails):
        for name in CLASSES:
            Path("data", name).mkdir(parents=True)
            pixels = np.zeros((8, 8, 1), "uint8")
            write_image(Path("data", name, "generated-000000.png"), pixels)
        errors = augment_fails("data", "--num-images", 3)
        assert "`cat/generated-000000.png`" in errors


def test_memory_does_not_grow_with_the_images(run_command, tmp_path):
    """Kept as floats, each of these images would take 12 KiB."""
    model = make_run(tmp_path / "large", CLASSES, shape=(32, 32, 3))
    for name in CLASSES:
        (tmp_path / "data" / name).mkdir(parents=True)
        pixels = np.zeros((32, 32, 3), "uint8")
        write_image(tmp_path / "data" / name / "x.png", pixels)
    peaks = []
    tracemalloc.start()
    for number in (16, 32, 400):
        # What the run before left in cycles would count, or not, by chance.
        gc.collect()
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        code, *_ = run_command(
            *("augment", "data", "--run", model, "--out", f"out-{number}"),
            *("--num-images", number, "--batch-size", 16, "--quiet"),
        )
        assert code == 0
        peaks.append(tracemalloc.get_traced_memory()[1] - before)
    tracemalloc.stop()
    # The first run has in it what is imported and made once.
    assert peaks[2] - peaks[1] < 1000 * 1024


def finish(process):
    try:
        output, errors = process.communicate(timeout=TIMEOUT)
    finally:
        process.kill()
    return process.returncode, output, errors


# With the settings of this process, to which its files are compared.
AS_HERE = """
import sys
from quick_start import start_quickly
from keras_gan import cli

start_quickly()
sys.exit(cli.main(sys.argv[1:]))
"""


def test_killed_process_goes_on_byte_for_byte(
    start_process, run_command, run, photos, tmp_path
):
    def arguments(out):
        many = ("--num-images", 800, "--batch-size", 16)
        options = ("--run", run, *many, "--filter", "threshold")
        return ("augment", photos, "--out", out, *options)

    process = start_process(
        *arguments("out"), program=("-c", AS_HERE), cwd=tmp_path
    )
    generated = tmp_path / "out" / "cat" / "generated-000099.png"
    while process.poll() is None and not generated.exists():
        time.sleep(0.01)
    process.kill()  # SIGKILL
    finish(process)
    assert process.returncode == -signal.SIGKILL
    there = len(manifest(tmp_path / "out"))
    assert 100 < there < 809
    # Other processes may go on with it, as this one does.
    code, output, errors = run_command(*arguments("out"))
    assert code == 0, errors
    assert "from image" in output and "809/809" not in errors
    assert run_command(*arguments("whole"))[0] == 0
    found, expected = (contents(tmp_path / n) for n in ("out", "whole"))
    assert found.keys() == expected.keys() and len(found) == 811
    assert found == expected
