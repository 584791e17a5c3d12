"""Nothing is written among the images that a command reads."""

import os
from pathlib import Path

import numpy as np
import pytest
from runs import make_run

from keras_gan.cli.apart import check_apart
from keras_gan.images import write_image

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


@pytest.fixture
def photos(in_folder):
    """A folder of nine images of two classes, and a link to it."""
    for number in range(9):
        folder = Path("photos", "ab"[number > 5])
        folder.mkdir(parents=True, exist_ok=True)
        image = np.random.default_rng(number).integers(0, 256, (8, 8, 1))
        write_image(folder / f"{number}.png", image.astype("uint8"))
    os.symlink("photos", "link")
    return Path("photos")


@pytest.fixture
def run(photos):
    """A run on them."""
    make_run("run", str(photos.absolute()), ("a", "b"), num_images=9)
    return "run"


def there(folder):
    return sorted(path.name for path in folder.rglob("*"))


@pytest.mark.parametrize("out", ["photos/run", "photos/a/run", "link/run"])
def test_no_run_starts_among_its_images(run_fails, photos, out):
    before = there(photos)
    message = run_fails("train", "photos", "--out", out)
    assert "`--out` must be apart from DATA" in message
    assert there(photos) == before


def test_nor_in_the_default_folder(run_fails, photos, monkeypatch):
    before = there(photos)
    monkeypatch.chdir(photos)
    message = run_fails("train", ".")
    assert "Received: DATA ., default runs/. Choose another --out" in message
    assert there(Path(".")) == before


def test_images_may_lie_beside_the_runs(photos):
    Path("runs").mkdir()
    photos.rename("runs/photos")
    check_apart("runs/photos", None)
    with pytest.raises(ValueError, match="must be apart"):
        check_apart("runs/photos", "runs")


def test_no_image_is_drawn_among_those_of_its_run(run_fails, run):
    before = there(Path("photos"))
    for out in ("photos/c", "photos/a/c.png", "link/c.npz"):
        for model in (run, f"{run}/model.keras"):
            message = run_fails("generate", model, "--out", out)
            assert "`--out` must be apart from DATA" in message
    assert there(Path("photos")) == before


def test_no_copies_are_shown_among_the_images(run_fails, run):
    before = there(Path("photos"))
    message = run_fails(
        *("evaluate", "photos", run, "--memorization", "photos/a/copies.png"),
        *("--metrics", "none", "--feature-extractor", "digits", "--quiet"),
    )
    assert "`--memorization` must be apart from DATA" in message
    assert there(Path("photos")) == before
