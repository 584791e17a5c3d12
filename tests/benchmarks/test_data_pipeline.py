"""The table of the data pipeline, and its programs on a few images."""

import sys
from pathlib import Path

import pytest

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def program():
    sys.path.insert(0, str(FOLDER))
    import data_pipeline

    yield data_pipeline
    sys.path.remove(str(FOLDER))


def test_ratios_are_medians_to_the_fastest_network(program):
    speeds = {
        "mlp": [100.0, 50.0, 100.0],
        "dcgan": [10.0, 10.0, 10.0],
        "zip, 1 thread, first pass": [90.0, 50.0, 90.0],
        # In a turn in which all is half as fast, nothing changes.
        "zip, default, later pass": [210.0, 105.0, 100.0],
    }
    text, kept = program.table(speeds)
    assert kept
    assert text.splitlines()[-1].split()[-5:] == [
        "105", "2.10", "bound", "2:", "ok",
    ]  # fmt: skip
    assert "0.90" in text.splitlines()[-2]
    speeds["zip, default, later pass"] = [190.0, 95.0, 190.0]
    text, kept = program.table(speeds)
    assert not kept and text.endswith("short")


def test_few_images(program, tmp_path):
    images = program.pictures(None, 5, 16)
    assert images.shape == (5, 16, 16, 3) and images.std() > 10
    paths = program.written(tmp_path, images)
    again = program.pictures(str(paths["npz"]), 7, 16)
    assert (again[5:] == images[:2]).all()
    for path in paths.values():
        programs = program.readers(path, 1)
        assert [program_() for program_ in programs.values()] == [5, 5, 5]


@pytest.mark.parametrize("network", ["mlp"])
def test_training_of_the_command_line(program, monkeypatch, network):
    monkeypatch.setattr(program, "BATCH_SIZE", 4)
    assert program.training(network, 8, 2)() == 8
