"""`keras-gan style`: a picture in the style of another, in one line."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from small_encoder import narrow_vgg19

from keras_gan import features, images
from keras_gan.cli import own_files, style
from keras_gan.features import feature_maps

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

STEPS = ("--steps", 3, "--quiet")


@pytest.fixture(autouse=True)
def pictures(in_folder, monkeypatch):
    """Two pictures, and a network of random weights that has the name."""
    rng = np.random.default_rng(0)
    for name, shape in {"a.png": (20, 30, 1), "b.png": (24, 16, 3)}.items():
        images.write_image(name, rng.integers(0, 256, shape, "uint8"))
    module = narrow_vgg19(monkeypatch)
    network = module.vgg19(weights=None)
    monkeypatch.setitem(
        feature_maps._NETWORKS,
        "vgg19",
        feature_maps._NETWORKS["vgg19"]._replace(make=lambda _: network),
    )
    monkeypatch.setattr(features, "for_style", lambda: "vgg19")
    return in_folder


def test_picture_of_the_content_in_the_style(run_command):
    code, output, errors = run_command(
        "style", "a.png", "b.png", *STEPS, "--out", "new/c.png"
    )
    assert (code, errors) == (0, "")
    assert output.startswith("style loss ") and output.count("\n") == 1
    assert "features of vgg19: new/c.png" in output
    first, last = (float(x) for x in output.split(",")[0].split()[2::2])
    assert last < first
    assert images.image_shape("new/c.png") == (20, 30, 3)
    with Image.open("new/c.png") as picture:
        assert picture.info["Software"] == "keras-gan style"
    assert not [name for name in os.listdir("new") if name != "c.png"]


def test_defaults_and_progress(run_command):
    code, output, errors = run_command("style", "a.png", "b.png", "--steps", 2)
    assert code == 0 and output.endswith(": a-in-b.png\n")
    assert errors.startswith("2/2 steps")
    # What the command has written, it may write again.
    assert run_command("style", "a.png", "b.png", *STEPS)[0] == 0


def test_size_and_strength(run_command):
    for name, strength in {"weak": 0.3, "strong": 100}.items():
        code, *_ = run_command(
            *("style", "a.png", "b.png", *STEPS, "--size", 24),
            *("--strength", strength, "--out", f"{name}.png"),
        )
        assert code == 0
    content = images.resize(images.read_image("a.png"), (16, 24))
    weak, strong = (
        np.abs(images.read_image(f"{name}.png") - content.astype(int)).mean()
        for name in ("weak", "strong")
    )
    assert 0 < weak < strong


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("a.png", "c.png"), "No such file or directory: c.png"),
        (("a.png", "x.txt"), "`x.txt` is not an image"),
        (("a.png", "."), "Received: `.`, a folder"),
        (("a.png", "b.png", "--out", "x.jpg"), "must be a file .png"),
        (("a.png", "b.png", "--out", "b.png"), "did not write it"),
        (("a.png", "b.png", "--size", "0"), "--size: must be at least 1"),
        (("a.png", "b.png", "--size", "4"), "be large enough for its layers"),
        (("a.png", "b.png", "--strength", "0"), "--strength: must be above 0"),
        (("a.png", "b.png", "--feature-extractor", "x"), "invalid choice: 'x'"),
    ],
)
def test_mistakes_are_one_line_and_leave_nothing(
    run_fails, pictures, arguments, named
):
    Path("x.txt").write_text("text")
    before = {path: path.read_bytes() for path in pictures.iterdir()}
    assert named in run_fails("style", *arguments)
    assert {p: p.read_bytes() for p in pictures.iterdir()} == before


def test_weights_that_are_nowhere_are_told(run_fails, pictures, monkeypatch):
    def make(weights):
        raise FileNotFoundError("The weights of VGG19 are not on this machine")

    network = feature_maps._NETWORKS["vgg19"]._replace(make=make)
    monkeypatch.setitem(feature_maps._NETWORKS, "vgg19", network)
    monkeypatch.setattr(feature_maps, "_made", {})
    before = sorted(pictures.iterdir())
    error = run_fails("style", "a.png", "b.png", "--out", "new/c.png")
    assert "weights of VGG19 are not on this machine" in error
    assert sorted(pictures.iterdir()) == before


def test_pictures_beyond_the_memory_are_refused(run_fails, monkeypatch):
    monkeypatch.setattr(style, "_BYTES_PER_PIXEL", 2.0**60)
    assert "Choose a smaller --size" in run_fails("style", "a.png", "b.png")


def test_ctrl_c_leaves_nothing(run_command, pictures, monkeypatch):
    def interrupt(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(style.models.StyleTransfer, "optimize", interrupt)
    before = sorted(pictures.iterdir())
    code, output, errors = run_command("style", "a.png", "b.png", *STEPS)
    assert (code, output) == (130, "") and "note: stopped" in errors
    assert sorted(pictures.iterdir()) == before
    assert own_files.mark("style") == "keras-gan style"
