"""From edges to digits: its pairs and its bounds."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

# Another backend would change nothing.
pytestmark = pytest.mark.once

PROGRAM = Path(__file__).parents[2] / "benchmarks" / "edges_to_digits.py"


@pytest.fixture(scope="module")
def program():
    specification = importlib.util.spec_from_file_location(
        "edges_to_digits", PROGRAM
    )
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


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
