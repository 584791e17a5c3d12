"""Access to the programs in `benchmarks/`."""

import importlib
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def load_benchmark():
    """Returns a function: name of a program -> its module."""
    folder = str(Path(__file__).parents[2] / "benchmarks")
    sys.path.insert(0, folder)
    yield importlib.import_module
    sys.path.remove(folder)
