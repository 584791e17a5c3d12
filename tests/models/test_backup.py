"""A run killed in the middle of an epoch goes on as if nothing had been."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
from three_backends import BACKEND, quickest

PROGRAM = Path(__file__).with_name("backup_run.py")
ROOT = os.getcwd()
SUPPORT = str(Path(__file__).parents[1] / "support")
program = runpy.run_path(str(PROGRAM))
# What is restored is variables: on the other backends one system, and one with
# a pool of images, stand for all, which are saved and continued there by tests
# of their own.
KINDS = [*program["SYSTEMS"]] if BACKEND == quickest() else ["gan", "cycle_gan"]


def test_killed_and_restarted_equals_unbroken(tmp_path, monkeypatch, capfd):
    killed = subprocess.run(
        [sys.executable, PROGRAM, *KINDS],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([ROOT, SUPPORT])},
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert killed.returncode == -9, killed.stderr[-3000:]
    assert epochs_of(killed.stdout) == dict.fromkeys(KINDS, (0, 1))
    assert not list(tmp_path.glob("*_rest.npz"))
    # This is another process, which has nothing of the one that is dead.
    monkeypatch.chdir(tmp_path)
    train = program["train"]
    for kind in KINDS:
        train(kind, "rest")
    # It is the killed epoch that is done again, and none before it.
    assert epochs_of(capfd.readouterr().out) == dict.fromkeys(KINDS, (1,))
    for kind in KINDS:
        train(kind, "whole")
        ours, theirs = (
            np.load(f"{kind}_{name}.npz") for name in ("whole", "rest")
        )
        assert len(ours.files) == len(theirs.files) > 15
        for name in ours.files:
            np.testing.assert_array_equal(
                ours[name], theirs[name], err_msg=f"{kind}: {name}"
            )


def epochs_of(output):
    """The epochs that were begun, by kind of model."""
    lines = [line.split() for line in output.splitlines()]
    return {
        kind: tuple(int(epoch) for name, epoch in lines if name == kind)
        for kind in KINDS
    }
