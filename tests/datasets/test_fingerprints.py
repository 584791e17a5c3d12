"""What tells the images of a data set from others."""

import os
import zipfile

import numpy as np
import pytest
from PIL import Image

from keras_gan.datasets import listing, open_source
from keras_gan.datasets.fingerprints import fingerprint

# Another backend would change nothing.
pytestmark = pytest.mark.once


def image(number):
    return np.full((8, 8, 1), number, "uint8")


def write(path, number):
    Image.fromarray(image(number)[..., 0]).save(path)


@pytest.fixture
def photos(tmp_path):
    """Two classes of four files, all of one size."""
    for number in range(8):
        folder = tmp_path / "photos" / "ab"[number % 2]
        folder.mkdir(parents=True, exist_ok=True)
        write(folder / f"{number}.bmp", number)
    return tmp_path / "photos"


def swap(one, other):
    aside = one.with_name("aside")
    one.rename(aside)
    other.rename(one)
    aside.rename(other)


CHANGES = {
    "renamed": lambda p: (p / "a/0.bmp").rename(p / "a/9.bmp"),
    "moved": lambda p: (p / "a/2.bmp").rename(p / "b/9.bmp"),
    "overwritten": lambda p: write(p / "a/2.bmp", 99),
    "classes swapped": lambda p: swap(p / "a", p / "b"),
    "images swapped": lambda p: swap(p / "a/2.bmp", p / "a/4.bmp"),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_changes_of_files(photos, kind):
    before = fingerprint(open_source(photos))
    assert fingerprint(open_source(photos, image_size=4)) == before
    CHANGES[kind](photos)
    assert fingerprint(open_source(photos)) != before


def test_copies_are_the_same(photos, tmp_path):
    before = fingerprint(open_source(photos))
    os.utime(photos / "a" / "0.bmp", (0, 0))
    photos.rename(tmp_path / "others")
    assert fingerprint(open_source(tmp_path / "others")) == before


def test_of_many_files_only_some_are_read(photos, monkeypatch):
    source = open_source(photos)
    read = []
    monkeypatch.setattr(listing, "_sum", lambda path: read.append(path) or 0)
    monkeypatch.setattr(listing, "_MOST_READ", 3)
    before = fingerprint(source)
    assert [os.path.basename(p) for p in read] == ["0.bmp", "6.bmp", "5.bmp"]
    (photos / "a" / "2.bmp").write_bytes(b"cut")
    assert fingerprint(source) != before
    (photos / "a" / "2.bmp").unlink()  # Training goes on without it.
    assert fingerprint(source) != before


def test_changes_in_a_zip(photos, tmp_path):
    def written(name):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for path in sorted(photos.rglob("*.bmp")):
                archive.write(path, path.relative_to(photos))
        return fingerprint(open_source(tmp_path / name))

    before = written("one.zip")
    assert written("other.zip") == before
    write(photos / "a" / "2.bmp", 99)
    assert written("third.zip") != before


def test_changes_of_arrays():
    images = np.stack([image(number) for number in range(8)])
    labels = np.arange(8) % 2
    before = fingerprint(open_source((images, labels)))
    assert fingerprint(open_source((images.copy(), labels))) == before
    resized = open_source((images, labels), image_size=4)
    assert fingerprint(resized) == before
    assert fingerprint(open_source((images[::-1], labels))) != before
    assert fingerprint(open_source((images, 1 - labels))) != before
