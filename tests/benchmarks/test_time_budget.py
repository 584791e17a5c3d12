"""The measurements of `--minutes` and of the step of small networks."""

import pytest

# The programs start processes of their own.
pytestmark = pytest.mark.once


def test_the_time_of_a_short_run(load_benchmark, capsys):
    program = load_benchmark("time_budget")
    program.main(["digits", "--minutes", "0.05"])
    row = capsys.readouterr().out.splitlines()[-1]
    assert row.startswith("| 3 s | 0 | ")


def test_a_run_that_is_late_fails(load_benchmark, capsys, monkeypatch):
    program = load_benchmark("time_budget")
    monkeypatch.setattr(program, "run", lambda *_: (672.0, 9000))
    with pytest.raises(SystemExit):
        program.main(["digits", "--minutes", "10", "--check"])
    row = capsys.readouterr().out.splitlines()[-1]
    assert row == "| 600 s | 0 | 672.0 s | 1.120 | 9,000 |"


def test_a_step_in_time(load_benchmark, monkeypatch):
    program = load_benchmark("small_step")
    options = "--turns 1 --steps 2 --backend tensorflow".split()
    program.main(options)
    monkeypatch.setattr(program, "in_a_process", lambda *_: 3.1)
    with pytest.raises(SystemExit):
        program.main([*options, "--check"])
