"""The comparison of peak memory."""

import importlib.util
import re
from pathlib import Path

import pytest
from three_backends import BACKEND

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def program():
    spec = importlib.util.spec_from_file_location(
        "memory_program", FOLDER / "memory.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_bound_is_on_the_ratio_of_medians(program, capsys, monkeypatch):
    peaks = iter([100, 110, 300, 114, 100, 900])
    monkeypatch.setattr(
        program,
        "in_a_process",
        lambda *_: {"peak": next(peaks), "training": 1.0},
    )
    program.main(["--backend", "jax", "--turns", "3", "--check"])
    assert "| jax | GAN.fit / loop | 1.140 | |" in capsys.readouterr().out
    peaks = iter([100, 116])
    with pytest.raises(SystemExit):
        program.main(["--backend", "jax", "--turns", "1", "--check"])


def test_memory_is_measured(program, capsys, monkeypatch, in_this_process):
    monkeypatch.syspath_prepend(FOLDER)
    in_this_process(program, program.main)
    options = ["--turns", "1", "--steps", "2", "--width", "0.25"]
    program.main(["--backend", BACKEND, *options])
    rows = re.findall(
        rf"\| {BACKEND} \| (loop|GAN.fit) \| (\d+) \| (\d+) \|",
        capsys.readouterr().out,
    )
    assert [name for name, *_ in rows] == ["loop", "GAN.fit"]
    assert all(0 <= int(training) < int(peak) for _, peak, training in rows)
