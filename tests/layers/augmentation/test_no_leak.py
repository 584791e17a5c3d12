"""What augmentation changes does not get into what a generator makes."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from portable import dtype_of

PROGRAM = Path(__file__).parents[3] / "benchmarks" / "no_leak.py"


@pytest.fixture(scope="module")
def program():
    specification = importlib.util.spec_from_file_location("no_leak", PROGRAM)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.quickest
@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("mirrored", [False, True])
def test_judge_knows_turned_and_mirrored_arrows(program, turns, mirrored):
    arrows = program.make_arrows(200, seed=3)
    if mirrored:
        arrows = arrows[:, ::-1]
    directions, distance = program.judge(np.rot90(arrows, turns, axes=(1, 2)))
    assert np.all(directions == turns)
    assert distance < 1.5


@pytest.mark.quickest
def test_judge_sees_what_is_no_arrow(program):
    noise = np.random.default_rng(0).uniform(-1, 1, (50, 8, 8, 1))
    _, distance = program.judge(noise)
    assert distance > 5.0


def test_arrows_differ(program):
    arrows = program.make_arrows(50, seed=3)
    assert arrows.shape == (50, 8, 8, 1) and dtype_of(arrows) == "float32"
    assert arrows.min() >= -1 and arrows.max() <= 1
    assert len(np.unique(arrows, axis=0)) == 50


# Hundreds of steps, which take PyTorch a minute. The steps and the augmentation
# are tested on every backend; this is what training makes of them.
@pytest.mark.once
def test_direction_is_kept_at_most_probabilities_and_lost_at_one(program):
    # The same networks, images and latents: only the probability differs. Over
    # more steps and seeds: benchmarks/no_leak.py.
    (right, *_), distance = program.shares(program.train(0.7, 0, steps=600))
    assert right >= 0.95
    # And they are arrows.
    assert distance < 2.5
    # It need not take as long to lose it: arrows of one other direction.
    (right, *_), distance = program.shares(program.train(1.0, 0, steps=180))
    assert right < 0.5
    assert distance < 2.5
