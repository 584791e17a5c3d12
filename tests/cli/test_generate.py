"""`keras-gan generate`: grids, arrays and folders from a run."""

import json
import os
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
from runs import write_config

from keras_gan import cli, datasets
from keras_gan.cli import output
from keras_gan.images import image_shape, read_image, to_uint8
from keras_gan.utils.files import temporary_path

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


@pytest.fixture(scope="module")
def train_in(tmp_path_factory, tiny):
    """Function that trains a tiny GAN and returns its folder."""

    def train(*options):
        folder = tmp_path_factory.mktemp("trained") / "run"
        arguments = ("train", *tiny, "--steps", 2, "--quiet", *options)
        assert cli.main([*map(str, arguments), "--out", str(folder)]) == 0
        return folder

    return train


@pytest.fixture(scope="module")
def plain_run(train_in):
    return train_in()


@pytest.fixture(scope="module")
def conditional_run(train_in):
    return train_in("--conditional")


def test_grid_beside_the_model_where_nothing_is_said(plain_run, run_command):
    for number in (1, 2):
        code, output, errors = run_command("generate", plain_run)
        assert (code, errors) == (0, "")
        assert f"{plain_run}/generated-{number}.png" in output
    grids = [
        (plain_run / f"generated-{number}.png").read_bytes()
        for number in (1, 2)
    ]
    assert grids[0] != grids[1]
    # 8 x 8 samples of 8 pixels, six times enlarged, two pixels around each.
    assert image_shape(plain_run / "generated-1.png") == (402, 402, 1)


def test_arrays_of_a_capital_suffix_lie_where_it_says(plain_run, run_command):
    code, output, _ = run_command("generate", plain_run, "--out", "x.NPZ")
    assert code == 0 and "x.NPZ" in output
    assert [path.name for path in Path(".").iterdir()] == ["x.NPZ"]
    with np.load("x.NPZ") as arrays:
        assert len(arrays["images"]) == 64


def test_arrays_are_those_of_generate(plain_run, run_command):
    options = ("--num-images", 5, "--seed", 7, "--truncation", 0.5)
    code, output, _ = run_command(
        "generate", plain_run / "model.keras", *options, "--out", "new/x.npz"
    )
    assert code == 0
    assert output == "5 images, seed 7: new/x.npz\n"
    gan = keras.saving.load_model(plain_run / "model.keras")
    expected = gan.generate(5, truncation=0.5, seed=7)
    with np.load("new/x.npz") as arrays:
        assert arrays.files == ["images"]
        np.testing.assert_allclose(arrays["images"], expected, atol=1e-6)
        assert np.ptp(expected) > 0


def test_size_of_batches_changes_nothing(plain_run, run_command):
    for size in (2, 64):
        run_command(
            *("generate", plain_run, "--num-images", 5, "--seed", 1),
            *("--batch-size", size, "--out", f"{size}.npz"),
        )
    with np.load("2.npz") as small, np.load("64.npz") as large:
        np.testing.assert_allclose(small["images"], large["images"], atol=1e-6)


def test_folder_of_classes_can_be_trained_on(conditional_run, run_command):
    code, *_ = run_command(
        *("generate", conditional_run, "--num-images", 12, "--seed", 3),
        *("--labels", "1,7", "--out", "drawn"),
    )
    assert code == 0
    info = datasets.describe("drawn")
    assert info.num_images == 12
    assert info.class_names == ("1", "7")
    gan = keras.saving.load_model(conditional_run / "model.keras")
    labels = np.array([1, 7] * 6, "int32")
    expected = to_uint8(gan.generate(12, labels=labels, seed=3))
    for number in range(12):
        path = Path("drawn") / str(labels[number]) / f"{number:02d}.png"
        np.testing.assert_allclose(
            read_image(path).astype(int), expected[number], atol=1
        )


def test_labels_take_turns(conditional_run, run_command):
    for labels, expected in (("3", [3] * 5), ("0,1,2", [0, 1, 2, 0, 1])):
        run_command(
            *("generate", conditional_run, "--num-images", 5, "--seed", 1),
            *("--labels", labels, "--out", "x.npz"),
        )
        with np.load("x.npz") as arrays:
            assert arrays["labels"].tolist() == expected
    run_command("generate", conditional_run, "--num-images", 20)
    # One class a column: ten of 48 pixels, with two between and around.
    grid = image_shape(conditional_run / "generated-1.png")
    assert grid == (102, 502, 1)


@pytest.mark.parametrize(
    "arguments, named",
    [
        (("--labels", "3"), "`--labels` needs a conditional GAN"),
        (("--out", "x.jpg"), "must end in .png"),
        (("--num-images", "0"), "--num-images: must be at least 1"),
        (("--truncation", "-1"), "--truncation: must be at least 0"),
    ],
)
def test_mistakes_are_one_line(
    plain_run, run_fails, in_folder, arguments, named
):
    assert named in run_fails("generate", plain_run, *arguments)
    assert not any(in_folder.iterdir())


def test_labels_beyond_the_classes(conditional_run, run_fails):
    for labels in ("3,10", "", "1,-2", "cat", "9" * 5000):
        arguments = ("generate", conditional_run, "--labels", labels)
        error = run_fails(*arguments)
        assert "numbers from 0 to 9 or as '0', '1'" in error
        assert len(error) < 200


@pytest.fixture
def run_of_names(conditional_run, in_folder):
    """A run whose classes have names; one has a comma."""
    names = ("a", "b, c", *"defghij", "my cat")
    folder = write_config(in_folder / "run", names)
    shutil.copy(conditional_run / "model.keras", folder)
    return folder


def test_classes_by_their_names(run_of_names, run_command, run_fails):
    for labels, expected in (
        ("a,2, 3,my cat,04", [0, 2, 3, 9, 4]),
        ("b, c", [1] * 5),
    ):
        code, *_ = run_command(
            *("generate", run_of_names, "--num-images", 5),
            *("--labels", labels, "--out", "x.npz"),
        )
        with np.load("x.npz") as arrays:
            assert (code, arrays["labels"].tolist()) == (0, expected)
    error = run_fails("generate", run_of_names, "--labels", "a,dog")
    assert "or as 'a', 'b, c', 'd'" in error and "'dog'" in error


def test_folders_are_named_after_the_classes(run_of_names, run_command):
    asked = ("--num-images", 2, "--labels", "9,0")
    for source, folders in (
        (run_of_names, {"a", "my cat"}),
        (shutil.copy(run_of_names / "model.keras", "."), {"0", "9"}),
    ):
        for replaced in ("", "note: the 2 images that an earlier `generate`"):
            code, _, errors = run_command(
                "generate", source, *asked, "--out", min(folders)
            )
            assert code == 0 and replaced in errors
            assert errors.count("\n") == bool(replaced)
        found = Path(min(folders)).glob("*/*.png")
        assert {path.parent.name for path in found} == folders


def test_labels_of_a_bare_file_are_numbers(
    conditional_run, run_fails, in_folder
):
    shutil.copy(conditional_run / "model.keras", "x.keras")
    (in_folder / "config.json").write_text("{}")  # Another program's.
    error = run_fails("generate", "x.keras", "--labels", "cat")
    assert "numbers from 0 to 9. Received: 'cat'" in error


def test_runs_that_are_not_there(run_fails, in_folder):
    assert "There is no run in `runs/`" in run_fails("generate")
    assert "There is no model `x.keras`" in run_fails("generate", "x.keras")
    assert "`x` is not the folder of a run" in run_fails("generate", "x")
    write_config(in_folder)
    assert "has no checkpoint yet" in run_fails("generate", in_folder)


def test_files_that_hold_no_gan(run_fails, in_folder):
    (in_folder / "noise.keras").write_bytes(b"noise")
    assert "noise.keras" in run_fails("generate", "noise.keras")
    other = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    other.save("other.keras")
    message = run_fails("generate", "other.keras")
    assert "must hold a GAN. Received: Sequential" in message


def test_only_what_generate_wrote_is_replaced(
    plain_run, run_command, run_fails
):
    Path("mine").mkdir()
    for path in (Path("mine/0.png"), Path("mine.npz"), Path("mine.png")):
        path.write_text("mine")
        out = path if path.parent == Path() else path.parent
        error = run_fails("generate", plain_run, "--out", out)
        assert "`keras-gan generate` did not write it" in error
        assert path.read_text() == "mine"
    for out in ("x.png", "x.npz", "x"):
        for number in (12, 2):
            arguments = ("--out", out, "--num-images", number)
            assert run_command("generate", plain_run, *arguments)[0] == 0
    names = sorted(path.name for path in Path("x").iterdir())
    assert names == ["0.png", "1.png", "generate.json"]
    # The images of before are replaced, and a file that was added is not.
    Path("x/2.png").write_text("mine")
    error = run_fails("generate", plain_run, "--out", "x", "--num-images", 3)
    assert "`x/2.png` is in the way" in error
    assert Path("x/2.png").read_text() == "mine" and Path("x/1.png").exists()


def test_a_record_that_lists_what_is_elsewhere_removes_nothing(
    plain_run, run_command, run_fails, in_folder
):
    arguments = ("generate", plain_run, "--out", "x", "--num-images", 2)
    assert run_command(*arguments)[0] == 0
    (in_folder / "mine").write_text("mine")
    record = Path("x/generate.json")
    content = json.loads(record.read_text())
    for name in ("../mine", f"{in_folder}/mine", f"/{in_folder}/mine"):
        listed = [*content["files"], name]
        record.write_text(json.dumps(content | {"files": listed}))
        assert "which is not a regular file" in run_fails(*arguments)
        assert (in_folder / "mine").read_text() == "mine"
        assert Path("x/0.png").exists()


@pytest.mark.parametrize("number", ["9" * 30, "2147483648", "1" * 5000])
@pytest.mark.parametrize("option", ["--num-images", "--batch-size"])
def test_numbers_beyond_any_use(
    plain_run, run_fails, in_folder, option, number
):
    error = run_fails("generate", plain_run, option, number, "--out", "x.npz")
    assert f"{option}: must be" in error and len(error) < 200
    assert not any(in_folder.iterdir())


def test_more_images_than_memory(plain_run, run_fails, in_folder):
    many = ("--num-images", 2**31 - 1, "--out", "x.npz")
    assert "GiB of memory" in run_fails("generate", plain_run, *many)
    assert not any(in_folder.iterdir())


def test_a_folder_that_cannot_be_finished_is_removed(
    plain_run, run_command, monkeypatch, in_folder
):
    encoded = []

    def encode_png(image):
        if len(encoded) == 2:
            raise OSError(28, "No space left on device")
        encoded.append(image)
        return b""

    monkeypatch.setattr(output.image_tools, "encode_png", encode_png)
    arguments = ("--num-images", 5, "--out", "new/folder")
    code, _, errors = run_command("generate", plain_run, *arguments)
    assert code == 2 and "new/folder/2.png. The disk `/" in errors
    assert not any(in_folder.iterdir())


def test_images_in_a_folder_are_quick_and_leave_no_file_when_killed(
    plain_run, run_command, monkeypatch
):
    flushed, renamed, replace = [], [], os.replace

    def note(source, target):
        renamed.append((Path(source), Path(target)))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", flushed.append)
    monkeypatch.setattr(os, "replace", note)
    run_command("generate", plain_run, "--num-images", 5, "--out", "x")
    # Only the record and its folder wait for the disk.
    assert len(renamed) == 6 and len(flushed) <= 2
    # The next process finds the temporary file under the same name.
    assert all(temporary_path(target) == aside for aside, target in renamed)
