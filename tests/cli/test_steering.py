"""`keras-gan interpolate`, `project` and `edit`, and what they refuse."""

import os
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from keras_gan import GAN, backend, cli, latents, networks
from keras_gan.cli import edit, latent_files
from keras_gan.images import read_image, to_uint8, write_image
from keras_gan.latents.spaces import open_space

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

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
        *("interpolate", run, *SHORT, "--labels", "7"),
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
        (("--out", "new", "--fps", 9), "`--fps` has no effect with a folder"),
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
    assert "must be of this generator" in error
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


def test_classes_of_own_images(runs, run_command):
    run = runs / "classes"
    Path("two").mkdir()
    for name, seed in (("a", 1), ("b", 2)):
        write_sample(run, f"two/{name}.png", seed=seed)
    quick = ("--steps", 1, "--starts", 1, "--quiet")
    code, *_ = run_command(
        *("project", run, "two", "--labels", "7,2", *quick),
        *("--out", "two.png"),
    )
    assert code == 0
    with np.load("two.npz") as arrays:
        assert arrays["labels"].tolist() == [7, 2]
    # The same latents are edited, whether they are kept in a file or not.
    shown = ("--direction", "factorize:1", "--out")
    for path, image, options in (
        ("a.png", "two.npz", ()),
        ("b.png", "two", ("--labels", "7,2", "--seed", 0, *quick)),
    ):
        assert run_command("edit", run, image, *shown, path, *options)[0] == 0
    np.testing.assert_array_equal(read_image("a.png"), read_image("b.png"))


def test_options_that_would_be_ignored(runs, plain, run_command, run_fails):
    write_sample(plain)
    run_command("project", plain, "x.png", "--steps", 1, "--quiet")
    before = sorted(Path().iterdir())
    shown = ("--direction", "factorize:1")
    for arguments, message in (
        (("x.png", "--num-images", 3), "`--num-images` has no effect with IM"),
        (("x.png", "--labels", 3), "needs a conditional GAN"),
        (("x-projected.npz", "--labels", 3), "`--labels` has no effect with l"),
        (("x-projected.npz", "--resize"), "`--resize` has no effect with lat"),
        (("x-projected.npz", "--seed", 0), "`--seed` has no effect with lat"),
        (("--steps", 3), "`--steps` has no effect without IMAGE. Received: "),
        (("--layer", "dense"), "`--layer` has no effect without --direction"),
    ):
        assert message in run_fails("edit", plain, *arguments, *shown)
    error = run_fails("project", plain, "x.png", "--labels", 3)
    assert "needs a conditional GAN" in error
    for command in (("project",), ("edit", *shown)):
        error = run_fails(
            *(command[0], runs / "classes", "x.png", "--labels", "3,4"),
            *command[1:],
        )
        assert "one for each. Received: 2 classes and 1 images" in error
    assert sorted(Path().iterdir()) == before


def test_an_image_is_read_before_directions_are_searched(
    plain, run_fails, monkeypatch
):
    def searched(*arguments, **options):
        raise AssertionError("It has taken its time.")

    monkeypatch.setitem(edit._FINDERS, "pca", searched)
    for image in ("nowhere.png", "nowhere.npz"):
        error = run_fails("edit", plain, image, "--direction", "pca:1")
        assert image in error


def test_directions_are_checked_before_an_image_is_projected(
    runs, plain, run_command, run_fails, monkeypatch
):
    latents.factorize(model(runs / "classes")).save("other.npz")
    latents.factorize(model(plain)).save("own.npz")
    write_sample(plain)

    def projected(*arguments, **options):
        raise AssertionError("It has taken its time.")

    monkeypatch.setattr(latents, "project", projected)
    monkeypatch.setitem(edit._FINDERS, "pca", projected)
    command = ("edit", plain, "x.png", "--direction")
    for words, message in (
        (("other.npz",), "must be of this generator"),
        (("pca:1", "smile"), "must be factorize:K, pca:K"),
        (("own.npz", "--space", "z"), "where all directions are files"),
    ):
        assert message in run_fails(*command, *words)


def test_directions_of_a_layer(plain, run_command, run_fails):
    generator = model(plain).sampler
    name = [layer.name for layer in generator.layers if layer.weights][-1]
    for number, options in enumerate(((), ("--layer", name))):
        code, *_ = run_command(
            *("edit", plain, "--direction", "pca:1", *options),
            *("--save-directions", f"{number}.NPZ"),
        )
        assert code == 0
    error = run_fails(
        *("edit", plain, "--direction", "pca:1", "--layer", "nothing")
    )
    assert "`layer` must be one of " in error
    found = latents.Directions.load("1.NPZ")
    expected = latents.principal_directions(model(plain), 1, layer=name, seed=0)
    np.testing.assert_allclose(found.vectors, expected.vectors, atol=1e-4)
    other = latents.Directions.load("0.NPZ")
    assert abs(other.vectors[0] @ found.vectors[0]) < 0.999


def test_pictures_are_not_written_among_images(plain, run_fails, monkeypatch):
    write_sample(plain)
    error = run_fails("project", plain, ".")
    assert "`--out` must be apart from IMAGE" in error
    error = run_fails("edit", plain, ".", "--direction", "factorize:1")
    assert "`--out` must be apart from IMAGE" in error


def test_damaged_latents_are_one_line(runs, run_command, run_fails):
    run = runs / "classes"
    write_sample(run)
    run_command("project", run, "x.png", "--steps", 1, "--quiet")
    with np.load("x-projected.npz") as arrays:
        right = dict(arrays)
    gan = model(run)
    for name, value in (
        ("latents", np.zeros((1, 3))),
        ("latents", np.zeros(())),
        ("latents", np.full((1, 64), np.nan)),
        ("labels", np.zeros(2, "int32")),
        ("labels", np.array([10])),
        ("labels", np.array(["a"])),
        ("noise_0", np.zeros((1, 8, 8, 1))),
        ("space", np.array("w")),
        ("space", np.array("x")),
    ):
        np.savez("y.npz", **right | {name: value})
        with pytest.raises(ValueError, match="damaged: .*" + name[:5]):
            latent_files.read_latents("y.npz", gan)
    error = run_fails("edit", run, "y.npz", "--direction", "factorize:1")
    assert "`y.npz` is damaged: `space` must be one of 'z', 'w'" in error
    assert error.endswith("Write it with `keras-gan project`.\n")


def test_noise_of_damaged_latents(in_folder):
    generator = networks.stylegan2_generator((8, 8, 1), width=4, style_dim=8)
    gan = GAN(generator, networks.mlp_discriminator((8, 8, 1)))
    values = open_space(gan).noise.values
    found = latents.Projection(
        np.zeros((2, 8)),
        np.zeros((2, 8, 8, 1)),
        None,
        [one.repeat(2, axis=0) for one in values],
        *np.zeros((2, 2)),
        space="w",
    )
    path = Path("x.npz")
    latent_files.write_latents(path, gan, found)
    read = latent_files.read_latents(path, gan)
    for one, other in zip(read.noise, found.noise, strict=True):
        np.testing.assert_array_equal(one, other)
    one, *others = found.noise
    for noise in ([], [one[:1], *others], [np.nan * one, *others], [one > 0.0]):
        latent_files.write_latents(path, gan, found._replace(noise=noise))
        with pytest.raises(ValueError, match="damaged: `noise` must be finite"):
            latent_files.read_latents(path, gan)


def test_the_films_of_all_classes_open_the_space_once(
    runs, run_command, monkeypatch
):
    opened = []
    compiled = backend.compiled

    def counted(function):
        opened.append(function)
        return compiled(function)

    monkeypatch.setattr(backend, "compiled", counted)
    code, *_ = run_command(
        *("interpolate", runs / "classes", *SHORT, "--num-images", 3),
        *("--out", "x.gif", "--quiet"),
    )
    assert code == 0 and len(opened) == 1
