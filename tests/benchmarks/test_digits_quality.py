"""The judge of generated digits: what it passes, and what it fails."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

PROGRAM = Path(__file__).parents[2] / "benchmarks" / "digits_quality.py"


@pytest.fixture(scope="module")
def program():
    specification = importlib.util.spec_from_file_location(
        "digits_quality", PROGRAM
    )
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def real(program):
    return program.real_samples()


def test_real_digits_pass_but_are_no_news(program, real):
    figures = program.judge(real)
    assert figures["passed"]
    assert figures["novelty"] == 0.0
    assert figures["precision"] > 0.9
    assert figures["coverage"] > 0.95
    assert sum(figures["digit_shares"]) == pytest.approx(1.0)


def test_held_out_digits_are_the_unit_of_sure(program):
    _, held_out, _, _ = program.real_digits()
    figures = program.judge((held_out / 8 - 1).reshape(-1, 8, 8, 1))
    assert figures["sure"] == pytest.approx(1.0)
    assert figures["precision"] == figures["coverage"] == 1.0
    assert program.real_sure_share() > 0.9


def test_classifier_is_right_where_it_is_sure(program):
    _, held_out, _, labels = program.real_digits()
    probabilities = program.digit_probabilities(held_out)
    sure = probabilities.max(axis=1) >= program.SURE
    assert np.mean(probabilities.argmax(axis=1)[sure] == labels[sure]) > 0.99


def test_noise_fails_every_bound(program):
    noise = np.random.default_rng(0).uniform(-1, 1, (1000, 8, 8, 1))
    figures = program.judge(noise)
    assert all(figures[k] < bound for k, bound in program.BOUNDS.items())


def test_a_few_digits_over_and_over_fail_coverage(program, real):
    figures = program.judge(np.repeat(real[:20], 50, axis=0))
    assert figures["coverage"] < program.BOUNDS["coverage"]
    assert figures["precision"] > program.BOUNDS["precision"]
    assert not figures["passed"]


def test_blends_of_digits_fail_sure(program, real):
    figures = program.judge((real + real[::-1]) / 2)
    assert figures["sure"] < program.BOUNDS["sure"]


def test_scores_equal_their_definition_point_by_point(program):
    random = np.random.default_rng(1)
    real, fake = random.normal(size=(30, 2)), random.normal(size=(20, 2)) + 0.5

    def radius(points, index):
        ordered = np.sort(np.linalg.norm(points - points[index], axis=1))
        return ordered[program.NUM_NEIGHBORS]  # ordered[0] is the point itself

    inside = [
        [np.linalg.norm(r - f) <= radius(real, i) for f in fake]
        for i, r in enumerate(real)
    ]
    among = [
        [np.linalg.norm(r - f) <= radius(fake, j) for j, f in enumerate(fake)]
        for r in real
    ]
    scores = program.manifold_scores(real, fake)
    assert scores == pytest.approx(
        {
            "precision": np.mean(np.any(inside, axis=0)),
            "coverage": np.mean(np.any(inside, axis=1)),
            "recall": np.mean(np.any(among, axis=1)),
            "density": np.sum(inside) / 20 / program.NUM_NEIGHBORS,
        }
    )


@pytest.mark.parametrize(
    "samples, message",
    [
        (np.zeros((4, 28, 28, 1)), r"shape \(n, 8, 8, 1\)"),
        (np.zeros((0, 8, 8, 1)), r"shape \(n, 8, 8, 1\)"),
        (np.full((4, 8, 8, 1), np.nan), "finite"),
        (np.full((4, 8, 8, 1), 16.0), r"in \[-1, 1\]"),
    ],
)
def test_unfit_samples_are_refused(program, samples, message):
    with pytest.raises(ValueError, match=message):
        program.judge(samples)


def test_program_prints_a_verdict_and_exits_by_it(
    program, real, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(
        program, "ceiling", lambda: dict.fromkeys(program.BOUNDS, 1.0)
    )
    good, bad = tmp_path / "good.npz", tmp_path / "bad.npz"
    np.savez(good, images=real)
    np.savez(bad, np.zeros_like(real))
    assert program.main(["--samples", str(good), "--check"]) == 0
    assert "short" not in capsys.readouterr().out
    assert program.main(["--samples", str(bad), "--check"]) == 1
    assert capsys.readouterr().out.count("short") == 4
    assert program.main(["--samples", str(bad)]) == 0
