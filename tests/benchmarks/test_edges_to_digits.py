"""From edges to digits: its pairs and its bounds."""

import sys

import numpy as np
import pytest

from keras_gan.images import image_shape

# Another backend would change nothing.
pytestmark = pytest.mark.once


@pytest.fixture
def program(load_benchmark):
    return load_benchmark("edges_to_digits")


def test_edges_are_a_line_around_a_digit(program):
    digit = np.zeros((1, 28, 28), "uint8")
    digit[0, 12:16, 12:16] = 255
    edges, images = program.pairs(digit)
    assert edges.shape == images.shape == (1, 28, 28, 1)
    assert images.min() == -1 and images.max() == 1
    assert set(np.unique(edges)) == {-1.0, 1.0}
    # Symmetric as the square is, outside it, with nothing inside.
    line = edges[0, ..., 0] > 0
    np.testing.assert_array_equal(line, line[::-1])
    np.testing.assert_array_equal(line, line.T)
    assert line.any() and not line[12:16, 12:16].any()


@pytest.mark.parametrize(
    ("fid", "psnr", "good"),
    [(0.6, 18.5, True), (0.61, 20.0, False), (0.1, 18.4, False)],
)
def test_bounds(program, fid, psnr, good):
    alone = {"fid": 1.0, "psnr": 20.0}
    assert program.within_bounds(alone, {"fid": fid, "psnr": psnr}) is good


def test_seeds_are_kept_and_judged_one_by_one(
    program, tmp_path, monkeypatch, capsys
):
    digits = np.zeros((3, 28, 28), "uint8")
    np.savez(tmp_path / "mnist.npz", x_train=digits, x_test=digits)
    trained = []

    class Untrained:
        optimizer = type("Optimizer", (), {"iterations": 7})

        def __init__(self, arguments, seed):
            # With the second seed, an L1 loss alone is better.
            self.is_good = bool(arguments["loss"]) == (seed == 1)
            trained.append(seed)

        def fit(self, *data, **options):
            pass

        def evaluate(self, *data, **options):
            return {"fid": 1.0 if self.is_good else 2.0, "psnr": 20.0}

        def translate(self, sources):
            return -sources

    monkeypatch.setattr(program, "translator", Untrained)
    arguments = ["edges.py", str(tmp_path / "mnist.npz")]
    arguments += ["--out", str(tmp_path / "run"), "--seeds"]
    for seeds, code, passed in (("1", 0, "1 of 1"), ("2", 1, "1 of 2")):
        monkeypatch.setattr(sys, "argv", [*arguments, seeds])
        with pytest.raises(SystemExit) as end:
            program.main()
        assert end.value.code == code
        assert f"bounds: {passed} seeds" in capsys.readouterr().out
    assert trained == [1, 1, 2, 2]
    rows = (tmp_path / "run" / "table.md").read_text().splitlines()[2:]
    assert [row[:5] for row in rows] == ["| 1 |", "| 1 |", "| 2 |", "| 2 |"]
    assert image_shape(tmp_path / "run" / "seed_2.png")[2] == 1
