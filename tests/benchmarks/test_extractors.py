"""The check of feature extractors, with the digits classifier."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from keras_gan import datasets

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path):
    """Some digits of each class."""
    source = datasets.open_source("digits")
    chosen = np.arange(600)
    images, labels = source.read(chosen), np.asarray(source.labels)[chosen]
    np.savez(tmp_path / "images.npz", images=images, labels=labels)
    return str(tmp_path / "images.npz")


@pytest.fixture(scope="module")
def program():
    # Not by its name, which a folder of tests may have, too.
    path = ROOT / "benchmarks" / "extractors.py"
    spec = importlib.util.spec_from_file_location("extractors_program", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_distances_rise_with_the_damage(program, capsys, path):
    program.measure_damage(path, "digits", 200)
    rows = capsys.readouterr().out.splitlines()[-3:]
    for row, kind in zip(rows, ("noise", "blur", "classes"), strict=True):
        assert row.startswith(f"| {kind}")
        values = [float(value) for value in row.split("|")[2].split(",")]
        assert len(values) in (4, 5)
        assert values[0] == min(values) and values[-1] == max(values)
        assert values[-1] > 3 * values[0]


def test_distances_fall_with_the_number_of_images(program, capsys, path):
    program.measure_sizes(path, "digits", [75, 300])
    few, many = (
        float(row.split("|")[2])
        for row in capsys.readouterr().out.splitlines()[-2:]
    )
    assert few > 2 * many > 0
