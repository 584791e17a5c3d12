"""The comparison of several starts."""

import importlib.util
from pathlib import Path

import pytest

# It measures TensorFlow.
pytestmark = pytest.mark.once

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def program():
    spec = importlib.util.spec_from_file_location(
        "precision_choice_program", FOLDER / "precision_choice.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_start_on_a_busy_processor(program, capsys, in_this_process):
    in_this_process(program, lambda code: exec(*code, {}))
    program.main(["--starts", "1", "--busy", "1", "--backend", "tensorflow"])
    row = capsys.readouterr().out.splitlines()[-1]
    assert row.startswith("| tensorflow | 1 | ")
    assert "1 x bfloat16" in row or "1 x float32" in row


def test_different_choices_fail(program, capsys, monkeypatch):
    found = iter([(1.6, "bfloat16"), (1.2, "float32")])
    monkeypatch.setattr(program, "choice", lambda backend: next(found))
    with pytest.raises(SystemExit):
        program.main(
            ["--starts", "2", "--busy", "0", "--backend", "torch", "--check"]
        )
    out = capsys.readouterr().out
    assert "| torch | 0 | 1.20 to 1.60 | 1 x bfloat16, 1 x float32 |" in out
