"""The comparison of fills counts what it says."""

import sys
from pathlib import Path

import numpy as np
import pytest

# Another backend would change nothing.
pytestmark = pytest.mark.once

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def program():
    sys.path.insert(0, str(FOLDER))
    import inpainting

    yield inpainting
    sys.path.remove(str(FOLDER))


def test_only_errors_in_holes_count_and_known_pixels_must_be_kept(program):
    random = np.random.default_rng(0)
    targets = random.uniform(-1, 0.5, (2, 16, 16, 3)).astype("float32")
    masks = np.zeros((2, 16, 16, 1), "float32")
    masks[:, 4:8, 4:8] = 1
    fill = np.where(masks > 0, targets + np.float32(0.25), targets)
    figures = program.judged(fill, targets, masks)
    assert figures["l1"] == pytest.approx(0.25, rel=1e-5)
    assert figures["kept"] and 0.5 < figures["ssim"] < 1
    fill[1, 0, 0, 2] = np.nextafter(fill[1, 0, 0, 2], np.float32(1))
    changed = program.judged(fill, targets, masks)
    assert changed["l1"] == figures["l1"] and not changed["kept"]


@pytest.mark.parametrize(
    ("error", "kept", "passed"),
    [(0.3, True, True), (0.31, True, False), (0.3, False, False)],
)
def test_bounds(program, error, kept, passed):
    own = {"l1": error, "kept": kept}
    assert program.within_bounds({"l1": 0.4}, own) is passed


def test_holes_are_the_same_each_time_and_of_other_images(program):
    options = program.parse(["digits", "--test", "digits", "--num-test", "5"])
    (sources, targets), again = (program.held_out(options) for _ in range(2))
    assert sources.shape == (5, 8, 8, 2) and targets.shape == (5, 8, 8, 1)
    assert (sources == again[0]).all()
    hole = sources[..., -1:] > 0
    assert (
        hole.any() and (sources[..., :-1] == np.where(hole, 0, targets)).all()
    )
