"""The ring and the grid: their judge, and the program around it."""

import dataclasses
import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

# Its runs take several steps at once; another backend would change nothing.
pytestmark = pytest.mark.once

PROGRAM = Path(__file__).parents[2] / "benchmarks" / "mode_coverage.py"


@pytest.fixture(scope="module")
def program():
    specification = importlib.util.spec_from_file_location(
        "mode_coverage", PROGRAM
    )
    module = importlib.util.module_from_spec(specification)
    sys.modules["mode_coverage"] = module  # Data classes look themselves up.
    specification.loader.exec_module(module)
    yield module
    del sys.modules["mode_coverage"]


def test_centers(program):
    ring, grid = program.make_centers("ring"), program.make_centers("grid")
    np.testing.assert_allclose(np.linalg.norm(ring, axis=1), 1.0)
    gaps = np.linalg.norm(ring - np.roll(ring, 1, axis=0), axis=1)
    np.testing.assert_allclose(gaps, 2 * np.sin(np.pi / 8))
    assert {tuple(center) for center in grid} == {
        (x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)
    }


@pytest.mark.parametrize("name", ["ring", "grid"])
def test_perfect_sampler(program, name):
    task, centers = program.TASKS[name], program.make_centers(name)
    points = program.sample_mixture(centers, task.sigma, 100_000, seed=1)
    result = program.judge(points, centers, task.sigma)
    assert result["modes"] == len(centers)
    # Within 3 sigma in two dimensions: 1 - exp(-9 / 2).
    assert result["quality"] == pytest.approx(0.98889, abs=1e-3)
    noise_floor = (len(centers) - 1) / (2 * 100_000)
    assert 0.3 * noise_floor < result["kl"] < 3 * noise_floor


def test_kl_and_modes_of_known_shares(program):
    centers = program.make_centers("ring")
    # Three quarters at one centre, one quarter at another, the rest lost.
    points = np.concatenate(
        [np.repeat(centers[:1], 6, 0), np.repeat(centers[3:4], 2, 0)]
    )
    result = program.judge(points, centers, 0.01)
    assert result["modes"] == 2
    assert result["quality"] == 1.0
    expected = 0.75 * np.log(0.75 * 8) + 0.25 * np.log(0.25 * 8)
    assert result["kl"] == pytest.approx(expected)


def test_low_quality_samples_find_no_mode(program):
    centers = program.make_centers("grid")
    near, far = centers + [0.149, 0.0], centers + [0.151, 0.0]
    assert program.judge(near, centers, 0.05)["modes"] == 25
    result = program.judge(far, centers, 0.05)
    assert result == {"modes": 0.0, "quality": 0.0, "kl": np.inf}


def test_bounds_need_every_figure(program):
    task = program.TASKS["grid"]
    good = {"modes": 25.0, "quality": 0.95, "kl": 0.015}
    assert task.is_reached(good)
    for bad in ({"modes": 24.0}, {"quality": 0.949}, {"kl": 0.016}):
        assert not task.is_reached({**good, **bad})


def test_cosine_goes_from_end_to_end(program):
    values = [program.cosine((1.0, 0.1), x) for x in (0.0, 0.5, 1.0)]
    np.testing.assert_allclose(values, [1.0, 0.55, 0.1])


@pytest.mark.parametrize("spread, reached", [(1.0, True), (2.0, False)])
def test_table_and_exit_code(program, monkeypatch, capsys, spread, reached):
    def train(task, seed, num_steps):
        return program.sample_mixture(
            program.make_centers(task.name), spread * task.sigma, 2500, seed
        )

    monkeypatch.setattr(program, "train", train)
    code = program.main(["--task", "both", "--seeds", "2", "--check"])
    assert code == int(not reached)
    table = capsys.readouterr().out
    assert table.count("PacGAN4") == 2
    assert table.count("2 of 2 seeds" if reached else "0 of 2 seeds") == 2


def test_steps_that_do_not_fit_are_refused(program, capsys):
    with pytest.raises(SystemExit):
        program.main(["--steps", "150"])
    assert "multiple of 100. Received: 150" in capsys.readouterr().err


def test_training_runs_and_lowers_gamma(program, monkeypatch):
    monkeypatch.setattr(program, "STEPS_PER_EXECUTION", 2)
    task = dataclasses.replace(
        program.TASKS["grid"], generator=(8,), discriminator=(8,)
    )
    gan, callbacks = program.make_gan(task, seed=0, num_steps=4)
    gan.fit(
        program.stream(task, seed=0),
        steps_per_epoch=4,
        callbacks=callbacks,
        verbose=0,
    )
    gamma = gan.penalties[0].gamma
    assert gamma is gan.penalties[1].gamma
    assert float(gamma) == pytest.approx(task.gamma[1])
    last = task.learning_rate[1]
    assert float(gan.optimizer.learning_rate) == pytest.approx(last)
