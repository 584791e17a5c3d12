"""The arithmetic of the table of pipelines."""

import sys
from pathlib import Path

import pytest

# Another backend would change nothing.
pytestmark = pytest.mark.once

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def program():
    sys.path.insert(0, str(FOLDER))
    import generator_pipeline

    yield generator_pipeline
    sys.path.remove(str(FOLDER))


def test_shares_are_medians_of_the_turns(program):
    # A turn in which the whole machine was twice as slow changes nothing.
    times = {program.PLAIN: [1.0, 2.0, 1.0], program.POOL: [1.25, 2.5, 4.0]}
    found = program.shares(times, {program.PLAIN: 100, program.POOL: 100})
    assert found == {program.PLAIN: 1.0, program.POOL: pytest.approx(0.8)}
    text, kept = program.table(times, dict.fromkeys(times, 100))
    assert not kept and "short" in text


def test_more_images_in_the_same_time_are_faster(program):
    times = {program.PLAIN: [1.0], program.POOL: [1.5]}
    counts = {program.PLAIN: 100, program.POOL: 150}
    assert program.table(times, counts)[1]


def test_small_pipelines(program, monkeypatch):
    monkeypatch.setattr(program, "BATCH_SIZE", 4)
    mixes = []
    variants = {program.PLAIN: lambda *batch: mixes.append(1) or batch}
    programs = program.pipelines(variants, 2)
    times, counts = program.in_turns(programs, 1)
    assert counts == {program.PLAIN: 8} and mixes == [1]
    assert len(times[program.PLAIN]) == 1 and times[program.PLAIN][0] > 0
