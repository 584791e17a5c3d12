"""The comparison of metrics, on few small features."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# Another backend would change nothing.
pytestmark = pytest.mark.once

PROGRAM = Path(__file__).parents[2] / "benchmarks" / "metrics.py"


@pytest.fixture(scope="module")
def table():
    command = (
        *(sys.executable, PROGRAM, "--turns", 1, "--num-images", 60),
        *("--num-features", 8, "--tasks", "statistics", "prdc"),
    )
    done = subprocess.run(
        [*map(str, command)],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROGRAM.parents[1])},
    )
    rows = [line.split() for line in done.stdout.splitlines()[2:]]
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
