"""`keras-gan interpolate`, `project` and `edit`, and what they refuse."""

import os
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from keras_gan import cli, latents
from keras_gan.images import read_image, to_uint8, write_image

# Another backend would change nothing.
pytestmark = pytest.mark.once

SHORT = ("--points", 2, "--steps", 3, "--seed", 1)
# Sides of 256 pixels: an image of 8 pixels 32 times enlarged, and a border.
SIDE = 260
FAKE_FFMPEG = """#!/bin/sh
for last; do :; done
echo "$@" > "$last"
cat >> "$last"
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory, tiny, eagerly):
    """A run without classes, and one with ten."""
    folder = tmp_path_factory.mktemp("runs")
    for name, options in (("plain", ()), ("classes", ("--conditional",))):
        arguments = ("train", *tiny, "--steps", 2, "--quiet", *options)
        arguments += ("--out", folder / name)
        assert cli.main([*map(str, arguments)]) == 0
    return folder


@pytest.fixture
def plain(runs):
    return runs / "plain"


def model(run: Path) -> keras.Model:
    return keras.saving.load_model(run / "model.keras", compile=False)


def write_sample(run: Path, path="x.png", seed=1) -> np.ndarray:
    image = model(run).generate(1, seed=seed)[0]
    write_image(path, to_uint8(image))
    return image


def test_a_film_as_gif_and_as_folder(plain, run_command):
    code, output, errors = run_command(
        "interpolate", plain, *SHORT, "--out", "x.gif", "--fps", 10
    )
    assert (code, output) == (0, "6 frames, seed 1: x.gif\n")
    with Image.open("x.gif") as film:
        assert (film.n_frames, film.size) == (6, (SIDE, SIDE))
        assert {film.info["duration"], film.info["loop"]} == {100, 0}
    for out, options, frames in (("a", (), 6), ("b", ("--open",), 4)):
        code, output, _ = run_command(
            "interpolate", plain, *SHORT, "--out", out, *options
        )
        assert code == 0 and f"{frames} frames" in output
        assert len(list(Path(out).glob("*.png"))) == frames
    images = latents.interpolate(
        model(plain), 2, 3, method="spherical", closed=True, seed=1
    )
    shown = read_image("a/4.png")[2:-2:32, 2:-2:32]
    np.testing.assert_allclose(shown.astype(int), to_uint8(images[4]), atol=1)
    # Again: it replaces what it wrote, and nothing else.
    assert run_command("interpolate", plain, *SHORT, "--out", "x.gif")[0] == 0


def test_all_classes_side_by_side(runs, run_command):
    run = runs / "classes"
    code, output, errors = run_command(
        "interpolate", run, *SHORT, "--out", "all"
    )
    assert code == 0 and "10/10 films" in errors
    # Four columns of 8 pixels, eight times enlarged.
    assert read_image("all/0.png").shape == (3 * 66 + 2, 4 * 66 + 2, 1)
    run_command(
        *("interpolate", run, *SHORT, "--labels", "7", "--num-images", 1),
        *("--out", "seven", "--quiet"),
    )
    images = latents.interpolate(
        model(run), 2, 3, closed=True, labels=7, seed=1
    )
    shown = read_image("seven/0.png")[2:-2:32, 2:-2:32]
    np.testing.assert_allclose(shown.astype(int), to_uint8(images[0]), atol=1)


@pytest.mark.skipif(os.name == "nt", reason="a script of the shell")
def test_a_film_as_video(plain, run_command, run_fails, monkeypatch):
    monkeypatch.setenv("PATH", str(Path.cwd()))
    error = run_fails("interpolate", plain, *SHORT, "--out", "x.mp4")
    assert "need the program ffmpeg" in error and "write a .gif" in error
    assert not Path("x.mp4").exists()
    monkeypatch.setenv("PATH", f"{Path.cwd()}:/usr/bin:/bin")
    Path("ffmpeg").write_text(FAKE_FFMPEG)
    Path("ffmpeg").chmod(0o755)
    for _ in range(2):  # The second time it replaces its own file.
        code, *_ = run_command("interpolate", plain, *SHORT, "--out", "x.mp4")
        assert code == 0
        given, _, pixels = Path("x.mp4").read_bytes().partition(b"\n")
        assert b"-s 260x260" in given and b"-r 24" in given
        assert len(pixels) == 6 * SIDE * SIDE * 3
    Path("ffmpeg").write_text("#!/bin/sh\necho no codec >&2\nexit 1\n")
    error = run_fails("interpolate", plain, *SHORT, "--out", "y.mp4")
    assert "ffmpeg could not write `y.mp4`: no codec." in error
    assert not Path("y.mp4").exists()


def test_what_no_film_can_be(plain, run_fails, in_folder):
    Path("mine.gif").write_bytes(b"mine")
    Path("mine").mkdir()
    Path("mine/x.txt").write_text("mine")
    for options, message in (
        (("--out", "x.avi"), "must end in .gif or .mp4, or be a folder"),
        (("--out", "mine.gif"), "`keras-gan interpolate` did not write it"),
        (("--out", "mine"), "is not empty"),
        (("--out", "x.gif", "--points", 1), "must be at least 2"),
        (("--out", "x.gif", "--fps", 60), "must be from 1 to 50"),
        (("--out", "x.gif", "--space", "w"), "for a generator without styles"),
        (("--out", "x.gif", "--labels", "1"), "needs a conditional GAN"),
    ):
        assert message in run_fails("interpolate", plain, *options)
    assert {path.name for path in in_folder.iterdir()} == {"mine", "mine.gif"}


def test_an_image_is_projected_and_then_edited(plain, run_command):
    image = write_sample(plain)
    code, output, errors = run_command(
        "project", plain, "x.png", "--steps", 60, "--starts", 1
    )
    assert code == 0 and "60/60 steps" in errors
    assert output.startswith("1 images, PSNR ")
    with np.load("x-projected.npz") as arrays:
        found = dict(arrays)
    assert found["psnr"][0] > 25.0 and found["latents"].shape == (1, 64)
    picture = read_image("x-projected.png")
    np.testing.assert_array_equal(picture[2:50:6, 2:50:6], to_uint8(image))
    code, output, _ = run_command(
        *("edit", plain, "x-projected.npz", "--direction", "factorize:2-3"),
        *("brightness", "--strengths=-1,0,1", "--save-directions", "d.npz"),
    )
    assert code == 0 and "3 directions, 1 images, 3 strengths" in output
    picture = read_image("edited.png")
    assert picture.shape == (152, 152, 1)
    np.testing.assert_allclose(
        picture[2:50:6, 52:100:6].astype(int),
        to_uint8(found["images"][0]),
        atol=1,
    )
    names = latents.Directions.load("d.npz").names
    assert names == ("factorize 2", "factorize 3", "brightness")
    # Directions from the file, of an image that is projected first.
    code, *_ = run_command(
        *("edit", plain, "x.png", "--direction", "d.npz", "--steps", 2),
        *("--out", "again.png", "--quiet"),
    )
    assert code == 0 and read_image("again.png").shape[0] == 152


def test_random_images_are_edited(runs, run_command):
    run = runs / "classes"
    code, output, _ = run_command(
        *("edit", run, "--direction", "pca:1", "--labels", "3", "--seed", 5),
        *("--num-images", 2, "--strengths", "2"),
    )
    assert code == 0 and "seed 5" in output
    gan = model(run)
    direction = latents.principal_directions(gan, 1, seed=0)
    images = latents.edit(gan, 2, direction, [2.0], labels=3, seed=5)
    shown = read_image("edited.png")[2:50:6, 2:50:6]
    np.testing.assert_allclose(
        shown.astype(int), to_uint8(images[0, 0]), atol=1
    )


def test_images_of_other_sizes(plain, run_command, run_fails, in_folder):
    pixels = np.random.default_rng(0).integers(0, 256, (12, 16, 3), "uint8")
    write_image("x.png", pixels)
    for command in (("project",), ("edit", "--direction", "factorize:1")):
        name, *options = command
        error = run_fails(name, plain, "x.png", *options)
        assert "must be 8 x 8 x 1 like" in error
        assert "x.png, 12 x 16 x 3. Add --resize" in error
    assert [path.name for path in in_folder.iterdir()] == ["x.png"]
    code, *_ = run_command(
        "project", plain, "x.png", "--resize", "--steps", 2, "--quiet"
    )
    assert code == 0 and Path("x-projected.npz").exists()


def test_what_no_direction_or_image_can_be(runs, plain, run_fails, in_folder):
    other = latents.factorize(model(runs / "classes"))
    other.save("other.npz")
    np.savez("numbers.npz", images=np.zeros(3))
    for direction, message in (
        ("factorize:0", "with numbers from 1. Received: factorize:0"),
        ("pca:3-2", "with numbers from 1. Received: pca:3-2"),
        ("factorize:65", "one of the 64 that this GAN has"),
        ("smile", "must be factorize:K, pca:K"),
        ("other.npz", "must be of this generator"),
        ("numbers.npz", "must hold vectors"),
        ("nowhere.npz", "nowhere.npz"),
    ):
        assert message in run_fails("edit", plain, "--direction", direction)
    edit = ("edit", plain, "--direction")
    error = run_fails(*edit, "factorize:1", "other.npz")
    assert "of one space of one generator" in error
    error = run_fails("edit", plain, "numbers.npz", *edit[2:], "factorize:1")
    assert "must hold latents, space, generator" in error
    error = run_fails(*edit, "factorize:1", "--strengths", "nan")
    assert "must be finite numbers" in error
    error = run_fails(*edit, "factorize:1", "--out", "x.gif")
    assert "`--out` must be a file .png" in error
    error = run_fails("project", plain, "nowhere.png")
    assert "There is no file or folder `nowhere.png` for IMAGE" in error
    assert {path.name for path in in_folder.iterdir()} == {
        "other.npz",
        "numbers.npz",
    }


def test_latents_of_another_gan(runs, plain, run_command, run_fails):
    write_sample(plain)
    run_command("project", plain, "x.png", "--steps", 2, "--quiet")
    error = run_fails(
        *("edit", runs / "classes", "x-projected.npz"),
        *("--direction", "factorize:1"),
    )
    assert "must hold latents of this GAN" in error
