"""The measurements of `--minutes` and of the step of small networks."""

import pytest
from three_backends import BACKEND

from keras_gan import cli

# The programs start processes of their own.
pytestmark = pytest.mark.quickest


def test_the_time_of_a_short_run(load_benchmark, capsys, monkeypatch):
    program = load_benchmark("time_budget")

    def in_this_process(command, check):
        arguments = command[command.index("train") :]
        place = arguments.index("--minutes")
        arguments[place : place + 2] = ["--steps", "2"]
        assert cli.main(arguments) == 0

    monkeypatch.setattr(program.subprocess, "run", in_this_process)
    program.main(["digits", "--minutes", "0.2"])
    row = capsys.readouterr().out.splitlines()[-1]
    assert row.startswith("| 12 s | 0 | ")
    assert row.endswith(" | 2 |")


def test_a_run_that_is_late_fails(load_benchmark, capsys, monkeypatch):
    program = load_benchmark("time_budget")
    monkeypatch.setattr(program, "run", lambda *_: (672.0, 9000))
    with pytest.raises(SystemExit):
        program.main(["digits", "--minutes", "10", "--check"])
    row = capsys.readouterr().out.splitlines()[-1]
    assert row == "| 600 s | 0 | 672.0 s | 1.120 | 9,000 |"


def test_a_step_in_time(load_benchmark, monkeypatch, in_this_process):
    program = load_benchmark("small_step")
    in_this_process(program, program.main)
    options = "--turns 1 --steps 2 --backend".split()
    program.main([*options, BACKEND])
    monkeypatch.setattr(program, "in_a_process", lambda *_: 3.1)
    with pytest.raises(SystemExit):
        program.main([*options, "tensorflow", "--check"])
