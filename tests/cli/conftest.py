"""Running the command in this process and in others, on tiny settings."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from other_data import KINDS, training_eagerly, write_run

from keras_gan import cli

ROOT = Path(__file__).parents[2]
TINY = ("--network", "mlp", "--width", 16, "--batch-size", 16)
# A loss without penalties: their second derivatives take long to trace.
TINY += ("--precision", "float32", "--loss", "non_saturating")
# To compile the step takes longer than the few steps of a test.
TINY += ("--no-jit",)
# Nor is there anything to learn of what a few steps draw.
TINY += ("--metrics", "none")
# tests/cli/test_report.py looks at the page.
TINY += ("--no-report",)
# tests/cli/test_health.py looks at what is found.
TINY += ("--no-health",)


def _start(
    *arguments, cwd, program=("-m", "keras_gan"), **environment
) -> subprocess.Popen:
    folders = [ROOT, ROOT / "tests" / "support"]
    path = os.pathsep.join(
        [*map(str, folders), os.environ.get("PYTHONPATH", "")]
    )
    return subprocess.Popen(
        [sys.executable, *program, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": path, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="session")
def tiny() -> tuple:
    """Options of a GAN that trains in a second or two."""
    return TINY


@pytest.fixture(scope="session")
def start_process():
    """Function that starts `python -m keras_gan`, its output in pipes."""
    return _start


@pytest.fixture(scope="module")
def eagerly():
    """Trains without graphs."""
    with training_eagerly():
        yield


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory):
    """Function that gives the folder of data of a kind, and a run on it."""
    folders = {}

    def of(name):
        if name not in folders:
            folders[name] = tmp_path_factory.mktemp(name)
            write_run(KINDS[name], folders[name])
        return folders[name]

    return of


@pytest.fixture
def copied_run(finished_run, in_folder):
    """Function that copies these to the current folder, which it returns."""

    def of(name):
        shutil.copytree(finished_run(name), in_folder, dirs_exist_ok=True)
        return in_folder

    return of


@pytest.fixture
def in_folder(tmp_path, monkeypatch):
    """An empty folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run_command(in_folder, capsys):
    """Function that runs the command here: (exit code, output, errors)."""

    def run(*arguments):
        code = cli.main([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def train(run_command):
    """Function that trains a tiny GAN here."""

    def run(*arguments):
        return run_command("train", *TINY, *arguments)

    run.options = TINY
    return run


@pytest.fixture
def run_fails(run_command):
    """Function that expects exit code 2 and one line, which it returns."""

    def run(*arguments):
        code, output, errors = run_command(*arguments)
        assert code == 2
        assert output == ""
        assert errors.startswith("keras-gan: error: ")
        assert errors.count("\n") == 1
        return errors

    return run
