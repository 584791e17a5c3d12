"""How the trainings of two checkouts are compared."""

import sys
from pathlib import Path

import numpy as np
import pytest

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def program():
    sys.path.insert(0, str(FOLDER))
    import same_as_before

    yield same_as_before
    sys.path.remove(str(FOLDER))


@pytest.mark.parametrize(
    "now, expected",
    [
        ([1.0, -4.0], 0.0),
        ([1.5, -4.0], 0.125),
        ([np.nan, -4.0], np.inf),
        ([1.0], np.inf),
    ],
)
def test_difference_is_relative_to_the_largest_value(program, now, expected):
    before = np.array([1.0, -4.0])
    assert program.difference(before, np.array(now)) == expected


def test_what_is_not_finite_twice_proves_nothing(program):
    nan = np.array([np.nan])
    assert program.difference(nan, nan) == np.inf


def test_each_case_has_its_bound(program):
    before = {
        "R1/log d_loss": np.ones(2),
        "R1/weight": np.ones(2),
        "mixed_bfloat16/weight": np.ones(2),
    }
    now = {name: values * 1.001 for name, values in before.items()}
    results = {"before": before, "now": now}
    lines, same = program.compare(results, ["R1", "mixed_bfloat16"])
    assert not same
    assert "DIFFERENT (log d_loss)" in lines[0] and "1e-06" in lines[0]
    assert "1.00e-03  1e-02  ok" in lines[1]
    assert program.compare(results, ["mixed_bfloat16"])[1]


def test_a_log_that_is_missing_is_a_difference(program):
    results = {"before": {"R1/a": np.ones(1)}, "now": {"R1/b": np.ones(1)}}
    assert not program.compare(results, ["R1"])[1]


def test_folder_without_the_package_is_refused(program, tmp_path, capsys):
    with pytest.raises(SystemExit):
        program.main(["--before", str(tmp_path)])
    assert "must be a checkout" in capsys.readouterr().err
