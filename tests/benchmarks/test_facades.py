"""Facades: labels become photographs, and both are judged alike."""

import sys

import numpy as np
import pytest

from keras_gan.images import image_shape, write_image

# Another backend would change nothing.
pytestmark = pytest.mark.once


@pytest.fixture
def program(load_benchmark):
    return load_benchmark("facades")


@pytest.fixture
def facades(tmp_path):
    """Photographs that are white, with black labels, in three splits."""
    pair = np.zeros((8, 16, 3), "uint8")
    pair[:, :8] = 255
    for split in ("train", "val", "test"):
        (tmp_path / "data" / split).mkdir(parents=True)
        for number in range(3):
            write_image(tmp_path / "data" / split / f"{number}.png", pair)
    return tmp_path / "data"


def test_labels_are_the_source(program, facades):
    labels, photographs = program.test_pairs(str(facades), 8)
    assert labels.shape == photographs.shape == (3, 8, 8, 3)
    assert labels.max() == -1 and photographs.min() == 1


def test_table_and_picture_of_two_runs(
    program, facades, tmp_path, monkeypatch, capsys
):
    trained = []

    class Untrained:
        optimizer = type("Optimizer", (), {"iterations": 7})

        def translate(self, labels):
            return -labels + np.linspace(0, 0.1, 3)[:, None, None, None]

    def train(options, loss):
        if fails and trained:
            raise KeyboardInterrupt
        trained.append(loss)
        return Untrained()

    monkeypatch.setattr(program, "train", train)
    picture = tmp_path / "images" / "grid.png"
    arguments = ["facades.py", str(facades), "--side", "8"]
    arguments += ["--extractor", "digits", "--out", str(tmp_path / "run")]
    arguments += ["--picture", str(picture)]
    monkeypatch.setattr(sys, "argv", arguments)
    fails = True
    with pytest.raises(KeyboardInterrupt):
        program.main()
    fails = False
    program.main()
    assert trained == ["none", "non_saturating"]
    table = (tmp_path / "run" / "table.md").read_text()
    assert capsys.readouterr().out.endswith(table)
    rows = table.splitlines()[2:]
    assert [row.split(" | ")[0] for row in rows] == ["| L1 alone", "| Pix2Pix"]
    assert all(row.endswith("| 7 |") for row in rows)
    # Four rows of three images, enlarged to 48 pixels, with borders.
    assert image_shape(picture) == (202, 152, 3)
