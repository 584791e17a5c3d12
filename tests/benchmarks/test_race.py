"""The race of training recipes: its clock, entries, judge and table."""

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
# Two recipes do not use the backend of Keras, and one is TensorFlow's.
ENTRIES = [
    pytest.param("default", marks=pytest.mark.quickest),
    pytest.param("textbook", marks=pytest.mark.once),
    pytest.param("pytorch", marks=pytest.mark.once),
]


@pytest.fixture(scope="module", autouse=True)
def programs():
    sys.path.insert(0, str(FOLDER))
    yield
    sys.path.remove(str(FOLDER))


@pytest.fixture(scope="module")
def digits():
    from sklearn.datasets import load_digits

    return load_digits().images.astype("float32")[..., None] / 8 - 1


def marks_of(folder):
    return json.loads((folder / "samples.json").read_text())["marks"]


@pytest.mark.quickest
def test_clock_stands_still_while_samples_are_drawn(tmp_path, monkeypatch):
    import race_worker

    now = [0.0]
    monkeypatch.setattr(race_worker.time, "perf_counter", lambda: now[0])
    race = race_worker.Race([2.0, 4.0], 1, tmp_path)

    def draw(number):
        now[0] += 100
        return {"plain": np.zeros((number, 2, 2, 1))}

    steps = 1
    now[0] += 1
    while race.after(1, draw):
        now[0] += 1
        steps += 1
    race.write()
    assert steps == 4
    assert [mark["steps"] for mark in marks_of(tmp_path)] == [2, 4]


@pytest.mark.parametrize("name", ENTRIES)
def test_entries_train_and_draw(name, tmp_path, digits):
    if name == "pytorch" and not all(
        # PyTorch's optimizers need SymPy, which some builds do not bring.
        map(importlib.util.find_spec, ("torch", "sympy"))
    ):
        pytest.skip("PyTorch's optimizers are not installed")
    import race_entries
    import race_worker

    run = race_entries.ENTRIES[name](digits[:64], 0, 0.01)
    race = race_worker.Race([0.01], 6, tmp_path)
    run(race)
    race.write()
    (mark,) = marks_of(tmp_path)
    with np.load(tmp_path / mark["file"]) as arrays:
        several = name in ("textbook", "pytorch")
        assert len(arrays) == (3 if several else 1)
        for images in arrays.values():
            assert images.shape == (6, 8, 8, 1) and images.dtype == np.uint8
            assert images.std() > 1


@pytest.mark.quickest
def test_judge_counts_the_best_average(tmp_path, digits):
    import race_judge as judge
    import race_report as report

    bytes_of = np.round(127.5 * digits + 127.5).astype("uint8")
    np.savez(tmp_path / "digits.npz", images=bytes_of)
    folder = tmp_path / "digits"
    judge.prepare(tmp_path / "digits.npz", folder, held_out=500)
    kept = np.load(folder / judge.IMAGES)
    assert len(kept) == len(digits) - 500
    noise = np.random.default_rng(0).integers(0, 256, (200, 8, 8, 1))
    run = folder / "entry-0"
    run.mkdir()
    np.savez(run / "s.npz", noise=noise.astype("uint8"), good=kept[:200])
    mark = {"seconds": 30.0, "steps": 7, "file": "s.npz"}
    (run / "samples.json").write_text(json.dumps({"marks": [mark]}))
    conditions = {"minutes": [0.5], "samples": 200, "backend": "tensorflow"}
    assert judge.known(run, conditions) is None
    result = judge.evaluate(run, folder, conditions)
    assert judge.known(run, conditions) == result
    assert judge.known(run, {**conditions, "minutes": [1.0]}) is None
    found = result["marks"][0]
    assert found["distance"] == found["distances"]["good"]
    assert found["distances"]["noise"] > 50 * found["distance"]
    assert found["precision"] > 0.8
    row = {"data": "digits", "entry": "x", "seed": 0, **result}
    twice = [row, {**row, "seed": 1}]
    assert f"| 2 | {found['distance']:.1f} |" in report.table(twice)
