"""The comparison of metrics, on few small features."""

import contextlib
import importlib.util
import io
import sys
from pathlib import Path

import pytest

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

ROOT = Path(__file__).parents[2]
OPTIONS = "--turns 1 --num-images 60 --num-features 8 --tasks statistics prdc"


@pytest.fixture(scope="module")
def table():
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "benchmarks")
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setattr(sys, "argv", ["metrics.py", *OPTIONS.split()])
        # Not by its name, which a folder of tests has, too.
        path = ROOT / "benchmarks" / "metrics.py"
        spec = importlib.util.spec_from_file_location("metrics_program", path)
        program = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(program)
        in_process = program.in_process

        def in_few_processes(task, name, folder):
            # More that import a framework would show nothing new.
            here = name == "keras-gan"
            run = program.measure if here else in_process
            return run(task, name, folder)

        patch.setattr(program, "in_process", in_few_processes)
        with contextlib.redirect_stdout(printed):
            program.main()
    rows = [line.split() for line in printed.getvalue().splitlines()[2:]]
    return {(row[0], row[1]): row[2:] for row in rows}


@pytest.mark.parametrize(
    ("task", "peer"), [("statistics", "scipy"), ("prdc", "prdc")]
)
def test_programs_agree(table, task, peer):
    ours, theirs = table[task, "keras-gan"], table[task, peer]
    if theirs == ["not", "installed"]:
        pytest.skip(f"compares with {peer}, which is not installed")
    assert float(ours[-1]) == pytest.approx(float(theirs[-1]), rel=1e-6)


def test_each_row_has_its_figures(table):
    for (_, program), row in table.items():
        if row[:2] == ["not", "installed"]:
            assert program != "keras-gan"
            continue
        seconds, ratio, peak, value = map(float, row)
        assert seconds > 0 and ratio > 0 and peak >= 0 and value > 0
