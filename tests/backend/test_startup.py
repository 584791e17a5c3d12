"""What TensorFlow says on being imported, and what is let through."""

import os
import subprocess
import sys
import textwrap

import pytest

from keras_gan.backend.startup import quietly

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

CHATTER = (
    "WARNING: All log messages before absl::InitializeLog() is called",
    "I0000 00:00:1795226845.937430    2999 cudart_stub.cc:31] no drivers",
    "To enable the following instructions: AVX2 FMA, rebuild",
)
SCRIPT = f"CHATTER = {CHATTER!r}" + textwrap.dedent(
    """
    import importlib.util, os, sys

    path, ending = sys.argv[1:]
    spec = importlib.util.spec_from_file_location("startup", path)
    startup = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(startup)
    with startup.quietly():
        for line in CHATTER:
            os.write(2, (line + "\\n").encode())
        print("something of note", file=sys.stderr)
        if ending == "fail":
            raise ImportError("no such library")
    print("afterwards", file=sys.stderr)
    print(os.environ.get("TF_CPP_MIN_LOG_LEVEL"))
    """
)


def run(ending, level=None):
    environment = {
        k: v for k, v in os.environ.items() if k != "TF_CPP_MIN_LOG_LEVEL"
    }
    if level is not None:
        environment["TF_CPP_MIN_LOG_LEVEL"] = level
    path = sys.modules[quietly.__module__].__file__
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, path, ending],
        env=environment,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("level", [None, "3"])
def test_chatter_is_held_back_and_nothing_else(level):
    done = run("end", level)
    assert done.stderr.split("\n") == ["something of note", "afterwards", ""]
    assert done.stdout == "3\n"


@pytest.mark.parametrize("level", ["0", "1", "2"])
def test_messages_that_are_asked_for_come(level):
    done = run("end", level)
    assert all(line in done.stderr for line in CHATTER)
    assert done.stdout == f"{level}\n"


def test_everything_comes_out_of_an_import_that_fails():
    done = run("fail")
    assert done.returncode == 1
    assert all(line in done.stderr for line in CHATTER)
    assert "ImportError: no such library" in done.stderr


def test_nothing_is_done_once_tensorflow_is_there(capfd):
    with quietly():
        os.write(2, CHATTER[0].encode())
        assert CHATTER[0] in capfd.readouterr().err
