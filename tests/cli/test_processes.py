"""The command as a user starts it: whole processes, one of them killed."""

import json
import signal
import socket
import time
import zipfile

import numpy as np
import pytest
from runs import history, saved_state

# Another backend would change nothing.
pytestmark = pytest.mark.once

TIMEOUT = 240
# Convolutions, classes and both kinds of embedding, small.
TRAIN = ("train", "--network", "dcgan", "--width", 8, "--conditional")
TRAIN += ("--batch-size", 16, "--precision", "float32", "--seed", 3)
# Without penalties, which take long to trace.
TRAIN += ("--loss", "non_saturating")
PLAN = ("--steps", 130, "--save-every", 50)


def finish(process):
    """Waits for a process; returns (exit code, output, errors)."""
    try:
        output, errors = process.communicate(timeout=TIMEOUT)
    finally:
        process.kill()
    return process.returncode, output, errors


def record(path) -> dict:
    """How far the run was that wrote a `.keras` file."""
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.comment)


def assert_same_state(path, other):
    state, expected = saved_state(path), saved_state(other)
    assert state.keys() == expected.keys()
    for name, array in expected.items():
        assert array.dtype == state[name].dtype
        np.testing.assert_array_equal(state[name], array, err_msg=name)


@pytest.fixture(scope="module")
def unbroken(start_process, tmp_path_factory):
    """Folder and outcome of a run that nothing disturbed."""
    cwd = tmp_path_factory.mktemp("unbroken")
    process = start_process(*TRAIN, *PLAN, "--out", "run", cwd=cwd)
    return cwd / "run", finish(process)


def test_train_prints_no_noise(unbroken):
    folder, (code, output, errors) = unbroken
    assert code == 0, errors
    assert errors == ""
    assert "1,797 images of 10 classes, 8 x 8 x 1, from digits" in output
    assert "130/130 steps" in output
    assert "keras-gan generate run" in output
    assert "0.0000e+00" not in output and "\r" not in output
    done = record(folder / "model.keras")
    assert (done["steps"], done["rounds"]) == (130, 3)
    assert done["health"]["findings"] == []


@pytest.fixture(scope="module")
def killed(start_process, tmp_path_factory):
    """The same run, killed in the middle of its second round."""
    cwd = tmp_path_factory.mktemp("killed")
    process = start_process(*TRAIN, *PLAN, "--out", "run", cwd=cwd)
    for line in process.stdout:
        if " 50/130 steps" in f" {line}":
            break
    time.sleep(0.2)
    process.kill()  # SIGKILL
    finish(process)
    assert process.returncode == -signal.SIGKILL
    return cwd / "run"


def test_killed_run_goes_on_bit_for_bit(start_process, unbroken, killed):
    assert record(killed / "model.keras")["steps"] in (50, 100)
    process = start_process("train", "--resume", killed, cwd=killed.parent)
    code, output, errors = finish(process)
    assert (code, errors) == (0, "")
    assert "from step " in output
    expected = unbroken[0]
    assert_same_state(killed / "model.keras", expected / "model.keras")
    assert history(killed) == history(expected)
    names = sorted(path.name for path in expected.rglob("*.png"))
    assert names == [f"samples-{n:04d}.png" for n in (1, 2, 3)]
    for name in names:
        sample = (killed / "samples" / name).read_bytes()
        assert sample == (expected / "samples" / name).read_bytes()


# The workers that are not the chief keep no file; this one keeps a copy.
WORKER = """
import os, shutil, sys
from keras_gan import cli
from keras_gan.callbacks.run_checkpoint import RunCheckpoint

save = RunCheckpoint._save

def save_and_copy(self, path):
    save(self, path)
    shutil.copy(path, os.environ["COPY"])

RunCheckpoint._save = save_and_copy
sys.exit(cli.main(sys.argv[1:]))
"""


def free_ports(number: int) -> list[int]:
    servers = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [server.getsockname()[1] for server in servers]
    for server in servers:
        server.close()
    return ports


def start_workers(start_process, folder):
    cluster = {"worker": [f"127.0.0.1:{port}" for port in free_ports(2)]}
    for index in range(2):
        cwd = folder / str(index)
        cwd.mkdir()
        task = {"cluster": cluster, "task": {"type": "worker", "index": index}}
        yield start_process(
            *("train", "--network", "mlp", "--width", 16, "--steps", 6),
            *("--batch-size", 8, "--save-every", 3, "--out", "run"),
            *("--loss", "non_saturating", "--no-jit", "--metrics", "none"),
            "--no-report",
            program=("-c", WORKER),
            cwd=cwd,
            TF_CONFIG=json.dumps(task),
            COPY=str(cwd / "copy.keras"),
        )


def test_two_workers_agree_and_the_chief_writes(start_process, tmp_path):
    processes = list(start_workers(start_process, tmp_path))
    outcomes = [finish(process) for process in processes]
    assert [code for code, *_ in outcomes] == [0, 0], outcomes
    folder = tmp_path / "0" / "run"
    done = record(folder / "model.keras")
    assert (done["steps"], done["rounds"]) == (6, 2)
    assert len(history(folder)) == 3
    assert_same_state(tmp_path / "1" / "copy.keras", folder / "model.keras")
    assert not (tmp_path / "1" / "run").exists()
    assert outcomes[1][1] == ""
