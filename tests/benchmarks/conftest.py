"""Access to the programs in `benchmarks/`."""

import contextlib
import importlib
import io
import sys
import types
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def load_benchmark():
    """Returns a function: name of a program -> its module."""
    folder = str(Path(__file__).parents[2] / "benchmarks")
    sys.path.insert(0, folder)
    yield importlib.import_module
    sys.path.remove(folder)


@pytest.fixture
def in_this_process(monkeypatch):
    """Function that replaces the processes that a program starts.

    What they would run is run here: to start Python and import a framework
    takes seconds.
    """

    def replace(program, run):
        def started(command, **_):
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                run(command[2:])
            return types.SimpleNamespace(stdout=output.getvalue(), returncode=0)

        monkeypatch.setattr(program.subprocess, "run", started)

    return replace
