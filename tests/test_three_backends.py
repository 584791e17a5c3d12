"""The plugin that runs the tests on every backend, in small sessions."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import three_backends

pytestmark = pytest.mark.quickest
SUPPORT = Path(three_backends.__file__).parent
MODULES = {
    "test_all.py": (
        "import os, pytest\n"
        "def test_one(): assert os.environ.get('FAIL') != NAME\n"
        "@pytest.mark.once\ndef test_two(): assert NAME == 'tensorflow'\n"
        "@pytest.mark.quickest\n"
        "def test_three(): assert NAME == LAST\n"
        "LAST = os.environ.get('LAST', 'tensorflow')\n"
        "NAME = os.environ.get('KERAS_BACKEND', 'tensorflow')\n"
    ),
    "test_left.py": (
        "import os, pytest\n"
        "pytestmark = pytest.mark.once\n"
        "assert os.environ.get('KERAS_BACKEND') is None  # Not even imported.\n"
        "def test_four(): pass\n"
    ),
    "test_bound.py": "import jax\ndef test_jax(): assert jax.HERE\n",
    "test_of_missing.py": "def test_missing(): pass\n",
    # JAX is there, PyTorch is not: neither is imported from elsewhere.
    "jax.py": "HERE = True\n",
}


@pytest.fixture
def run(tmp_path):
    """Runs pytest in a folder of small modules; returns what it prints."""
    for name, source in MODULES.items():
        (tmp_path / name).write_text(source)
    (tmp_path / "three.py").write_text(
        "from three_backends import *\n"
        "import os, three_backends\n"
        "others = os.environ.get('OTHERS', 'jax missing').split()\n"
        "three_backends.BACKENDS = ('tensorflow', *others)\n"
        "if three_backends.OTHERS: three_backends.OTHERS = others\n"
    )

    def run(*arguments, **environment):
        inherited = dict(os.environ)
        inherited.pop("KERAS_BACKEND", None)
        paths = os.pathsep.join(map(str, (tmp_path, SUPPORT)))
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "three", *arguments],
            cwd=tmp_path,
            env={**inherited, "PYTHONPATH": paths, **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


def told(process):
    """What the end of the output says of each backend."""
    _, section, end = process.stdout.rpartition(" backends ")
    if not section:
        return {}
    lines = [line for line in end.splitlines()[1:] if ": " in line]
    return dict(line.split(": ", 1) for line in lines)


def test_all_backends_are_run_and_the_missing_one_is_told(run):
    process = run()
    assert process.returncode == 0, process.stdout
    backends = told(process)
    assert backends["tensorflow"] == backends["jax"] == "passed"
    assert backends["missing"].startswith("NOT TESTED")
    assert "4 passed" in process.stdout  # On TensorFlow.
    # On JAX two tests less, and one that is bound to it.
    assert "2 passed, 2 deselected" in process.stdout


def test_the_quickest_backend_is_the_last_if_it_is_there(run):
    process = run(OTHERS="missing jax", LAST="jax")
    assert process.returncode == 0, process.stdout
    assert "3 passed, 1 deselected" in process.stdout  # On TensorFlow.
    assert "3 passed, 1 deselected" in process.stdout  # On JAX.


def test_a_failure_on_another_backend_fails_the_command(run):
    process = run(FAIL="jax")
    assert process.returncode == 1
    assert told(process)["tensorflow"] == "passed"
    assert told(process)["jax"] == "FAILED"


def test_a_chosen_backend_is_the_only_one(run):
    process = run(KERAS_BACKEND="jax")
    assert process.returncode == 0 and told(process) == {}
    assert "2 passed, 2 deselected" in process.stdout


def test_arguments_are_handed_through(run):
    process = run("test_all.py::test_one", "-k", "one")
    assert process.returncode == 0
    assert process.stdout.count("1 passed") == 2
    process = run("test_bound.py")
    assert process.returncode == 0
    assert told(process)["tensorflow"] == "no tests to run"
    assert told(process)["jax"] == "passed"


@pytest.mark.parametrize(
    ("codes", "expected"),
    [([0, 0, None], 0), ([0, 5, 1], 1), ([5, 5, None], 5), ([0, 3, 1], 3)],
)
def test_one_exit_status_of_all(codes, expected):
    assert three_backends.combined(codes) == expected
