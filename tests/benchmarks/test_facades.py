"""Facades: labels become photographs, and both are judged alike."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from keras_gan.images import write_image

# Another backend would change nothing.
pytestmark = pytest.mark.once

PROGRAM = Path(__file__).parents[2] / "benchmarks" / "facades.py"


@pytest.fixture
def program():
    specification = importlib.util.spec_from_file_location("facades", PROGRAM)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


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


@pytest.mark.filterwarnings("ignore:A Fréchet distance of 64 features")
def test_table_and_picture(program, facades, tmp_path, monkeypatch, capsys):
    class Untrained:
        optimizer = type("Optimizer", (), {"iterations": 7})

        def translate(self, labels):
            return -labels + np.linspace(0, 0.1, 3)[:, None, None, None]

    monkeypatch.setattr(program, "train", lambda options, loss: Untrained())
    picture = tmp_path / "grid.png"
    arguments = ["facades.py", str(facades), "--side", "8"]
    arguments += ["--extractor", "digits", "--out", str(picture)]
    monkeypatch.setattr(sys, "argv", arguments)
    program.main()
    rows = capsys.readouterr().out.splitlines()[2:]
    assert [row.split(" | ")[0] for row in rows] == ["| L1 alone", "| Pix2Pix"]
    assert all(row.endswith("| 7 |") for row in rows)
    assert picture.exists()
