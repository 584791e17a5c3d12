"""`keras-gan translate`: names, sizes, tiles, masks, and what is refused."""

import contextlib
import shutil
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
from runs import write_config

from keras_gan import cli
from keras_gan.cli import generated_folder
from keras_gan.cli.picture_files import (
    PictureFiles,
    in_batches,
    written_names,
)
from keras_gan.cli.tasks.inpainting import _Masks
from keras_gan.images import from_uint8, read_image, to_uint8, write_image
from keras_gan.models import tiles

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

TINY = ("--width", 4, "--batch-size", 4, "--precision", "float32", "--no-jit")


def picture(shape=(8, 8, 3), seed=0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, "uint8")


def write(path: Path, image: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_image(path, image)


def trained(folder: Path, *options) -> Path:
    """A run of one step in a folder, on three random images."""
    for number in range(3):
        write(folder / "photos" / f"{number}.png", picture(seed=number))
    arguments = ("train", "photos", *options, *TINY, "--steps", 1, "--quiet")
    with contextlib.chdir(folder):
        assert cli.main([*map(str, arguments), "--out", "run"]) == 0
    return folder / "run"


@pytest.fixture(scope="module")
def sharpening(tmp_path_factory, eagerly):
    """A run that doubles the size of images."""
    return trained(
        tmp_path_factory.mktemp("sharpening"), "--task", "super-resolution"
    )


@pytest.fixture(scope="module")
def filling(tmp_path_factory, eagerly):
    """A run that fills holes."""
    return trained(tmp_path_factory.mktemp("filling"), "--task", "inpainting")


@pytest.fixture
def mixed(in_folder):
    """Images of several sizes and kinds in folders."""
    for name, shape in (
        ("a/wide.png", (6, 10, 3)),
        ("a/gray.png", (7, 5, 1)),
        ("clear.png", (6, 6, 4)),
    ):
        write(in_folder / "mixed" / name, picture(shape))
    (in_folder / "mixed" / "notes.txt").write_text("nothing to see")
    return in_folder / "mixed"


def test_a_folder_keeps_its_names_and_sizes(sharpening, mixed, run_command):
    code, output, errors = run_command(
        "translate", sharpening, mixed, "--out", "large"
    )
    assert (code, output) == (0, "3 images: large\n")
    found = {
        path.relative_to("large").as_posix(): read_image(path).shape
        for path in Path("large").rglob("*.png")
    }
    assert found == {
        "a/wide.png": (12, 20, 3),
        "a/gray.png": (14, 10, 3),
        "clear.png": (12, 12, 3),
    }
    model = keras.saving.load_model(sharpening / "model.keras")
    image = picture((6, 10, 3))
    expected = to_uint8(model.translate(from_uint8(image)[None])[0])
    np.testing.assert_allclose(
        read_image("large/a/wide.png").astype(int), expected, atol=1
    )
    # Again, with fewer images: what was written before is replaced.
    (mixed / "clear.png").unlink()
    code, _, errors = run_command(
        "translate", sharpening, mixed, "--out", "large"
    )
    assert code == 0 and "the 3 images that an earlier `translate`" in errors
    assert not Path("large/clear.png").exists()


def test_a_zip_and_a_file_and_a_broken_image(sharpening, mixed, run_command):
    (mixed / "broken.png").write_bytes(b"")
    with zipfile.ZipFile("mixed.zip", "w") as archive:
        for path in sorted(mixed.rglob("*.*")):
            archive.write(path, path.relative_to(mixed))
    for images, count in (("mixed.zip", 3), (mixed / "a" / "wide.png", 1)):
        code, output, errors = run_command(
            "translate", sharpening, images, "--out", f"out{count}"
        )
        assert (code, output) == (0, f"{count} images: out{count}\n")
        assert ("1 of its images cannot be read" in errors) is (count == 3)
    assert "broken.png" not in str(list(Path("out3").rglob("*")))


def test_large_images_are_translated_in_tiles(
    sharpening, in_folder, monkeypatch
):
    cut = []

    def in_tiles(function, image, *arguments):
        cut.append(image.shape)
        return translated(function, image, *arguments)

    translated = tiles.in_tiles
    monkeypatch.setattr(tiles, "in_tiles", in_tiles)
    write(in_folder / "x.png", picture((40, 40, 3)))
    found = []
    for tile in (32, 512):
        arguments = ["translate", sharpening, "x.png", "--tile", tile]
        arguments += ["--out", f"{tile}", "--quiet"]
        assert cli.main(list(map(str, arguments))) == 0
        found.append(read_image(f"{tile}/x.png").astype(int))
    assert cut == [(40, 40, 3)]
    assert found[0].shape == (80, 80, 3)
    np.testing.assert_allclose(*found, atol=2)


def test_known_pixels_come_back_as_they_are(filling, in_folder, run_command):
    image, mask = picture((8, 12, 3)), np.zeros((8, 12, 1), "uint8")
    mask[2:5, 3:9] = 255
    write(in_folder / "in" / "x.png", image)
    write(in_folder / "masks" / "x.png", mask)
    code, *_ = run_command(
        "translate", filling, "in", "--masks", "masks", "--out", "out"
    )
    filled = read_image("out/x.png")
    assert code == 0 and filled.shape == image.shape
    is_known = np.broadcast_to(mask == 0, image.shape)
    np.testing.assert_array_equal(filled[is_known], image[is_known])
    assert not np.array_equal(filled, image)
    # The same where the hole is transparent.
    write(in_folder / "clear.png", np.dstack([image, 255 - mask]))
    run_command("translate", filling, "clear.png", "--out", "again")
    np.testing.assert_array_equal(read_image("again/clear.png"), filled)


def test_masks_whose_accents_are_characters_of_their_own(in_folder):
    for name in ("caf\u00e9", "tea"):
        write(in_folder / "masks" / f"{name}.png", np.eye(4, dtype="uint8"))
    assert _Masks("masks").of("cafe\u0301.jpg", (4, 4)).shape == (4, 4, 1)


@pytest.mark.parametrize(
    "mask, message",
    [
        (None, "images without transparency and no --masks"),
        ("other.png", "has no mask for x.png"),
        ((6, 6, 1), "must have the size of x.png, 8 x 8"),
        ("white", "a mask that is white everywhere"),
        ("broken", "cannot be read"),
    ],
)
def test_masks_that_do_not_fit(filling, in_folder, run_fails, mask, message):
    write(in_folder / "in" / "x.png", picture())
    arguments = ["translate", filling, "in", "--out", "out", "--quiet"]
    if mask is not None:
        arguments += ["--masks", "masks"]
        shape = mask if isinstance(mask, tuple) else (8, 8, 1)
        level = 255 * (mask == "white")
        for name in ("x.png", "y.png"):
            image = np.full(shape, level, "uint8")
            write(in_folder / "masks" / name, image)
        if mask == "other.png":
            shutil.move("masks/x.png", "masks/other.png")
        if mask == "broken":
            Path("masks/x.png").write_bytes(b"")
    assert message in run_fails(*arguments)
    assert not Path("out").exists()


def test_a_run_of_another_kind(sharpening, in_folder, run_fails):
    write(in_folder / "x.png", picture())
    run = write_config(in_folder / "gan")
    (run / "model.keras").write_bytes(b"")
    arguments = ("translate", "gan", "x.png", "--out", "out")
    error = run_fails(*arguments)
    assert (
        "is a run of --task gan" in error and "keras-gan generate gan" in error
    )
    for option, value in (("--to", "first"), ("--masks", "x.png")):
        error = run_fails(
            "translate", sharpening, "x.png", option, value, "--out", "out"
        )
        assert f"`{option}` has no meaning for a run of --task super" in error
    error = run_fails("generate", sharpening)
    assert "must hold a GAN. Received: Pix2Pix" in error
    assert "keras-gan translate" in error
    assert sorted(p.name for p in in_folder.iterdir()) == ["gan", "x.png"]


def test_a_model_of_another_kind(sharpening, in_folder, run_fails):
    write(in_folder / "x.png", picture())
    shutil.copytree(sharpening, "run")
    other = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    other.save("run/model.keras")
    error = run_fails("translate", "run", "x.png", "--out", "out")
    assert "must hold a Pix2Pix for --task super-resolution" in error
    assert not Path("out").exists()


def test_what_is_not_there(sharpening, in_folder, run_fails):
    for images, message in (
        ("nowhere", "There is no file or folder `nowhere` for IMAGES"),
        ("empty", "`empty` holds no images"),
        ("noise", "None of the 1 images"),
    ):
        Path("empty").mkdir(exist_ok=True)
        Path("noise").mkdir(exist_ok=True)
        Path("noise/x.png").write_bytes(b"noise")
        arguments = ("translate", sharpening, images, "--quiet")
        assert message in run_fails(*arguments, "--out", "out")
        assert not Path("out").exists()
    assert "--out" in run_fails("translate", sharpening, "noise")


def test_nothing_of_others_is_touched(sharpening, mixed, run_fails):
    Path("mine").mkdir()
    Path("mine/x.png").write_text("mine")
    arguments = ("translate", sharpening, mixed, "--out")
    assert "`keras-gan translate` did not write it" in run_fails(
        *arguments, "mine"
    )
    for out in (mixed, mixed / "a", "."):
        assert "must be apart from DATA" in run_fails(*arguments, out)
    assert len(list(mixed.rglob("*.png"))) == 3


def test_what_cannot_be_finished_is_removed(
    sharpening, mixed, run_command, monkeypatch, in_folder
):
    encoded = []

    def encode_png(image):
        if len(encoded) == 2:
            raise OSError(28, "No space left on device")
        encoded.append(image)
        return b""

    monkeypatch.setattr(generated_folder.image_tools, "encode_png", encode_png)
    code, _, errors = run_command(
        "translate", sharpening, mixed, "--out", "new/out", "--quiet"
    )
    assert code == 2 and "clear.png. The disk" in errors
    assert [p.name for p in in_folder.iterdir()] == ["mixed"]


def test_names_that_would_become_one():
    names = ["a/x.jpg", "X.tif", "x.png", "y.jpeg"]
    assert written_names(names) == [
        "a/x.png",
        "X.tif.png",
        "x.png.png",
        "y.png",
    ]


def test_images_of_one_shape_go_together(in_folder):
    for number, side in enumerate((2, 2, 2, 3, 3, 2)):
        write(in_folder / f"{number}.png", picture((side, side, 1)))
    for pixels, wanted in (
        (100, [[0, 1], [2], [3, 4], [5]]),
        (17, [[0, 1], [2], [3], [4], [5]]),
        (1, [[number] for number in range(6)]),
    ):
        batches = in_batches(PictureFiles("."), 2, pixels)
        assert [numbers for numbers, _ in batches] == wanted
