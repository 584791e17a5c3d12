"""Two processes at once: one works, and the other says so in one line."""

import contextlib
import errno
import fcntl
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from runs import write_config

from keras_gan.utils.locks import holding_file, holding_folder

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

HOLDER = textwrap.dedent("""
    import importlib.util, pathlib, sys
    spec = importlib.util.spec_from_file_location("locks", sys.argv[1])
    locks = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(locks)
    hold = getattr(locks, sys.argv[2])
    with hold(pathlib.Path(sys.argv[3])):
        print("held", flush=True)
        sys.stdin.read()
""")


@contextlib.contextmanager
def held_elsewhere(kind, path):
    """Another process that holds a folder or file; it is killed at the end."""
    module = sys.modules[holding_folder.__module__].__file__
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, module, kind, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout.readline() == b"held\n"
        yield
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()


def test_what_another_process_holds_is_left_alone(run_fails, in_folder):
    run = write_config(in_folder / "run")
    with held_elsewhere("holding_folder", run):
        before = {path: path.read_bytes() for path in run.iterdir()}
        for line in ("--resume run", "--out run --network mlp --width 8"):
            error = run_fails("train", *line.split(), "--metrics", "none")
            assert "`run` " in error
        assert {path: path.read_bytes() for path in run.iterdir()} == before
    with held_elsewhere("holding_folder", in_folder / "new"):
        (run / "model.keras").write_bytes(b"")
        error = run_fails("generate", "run", "--out", "new")
        assert "`new` is in use by another process" in error
    with held_elsewhere("holding_file", in_folder / "x.png"):
        error = run_fails("generate", "run", "--out", "x.png")
        assert "`x.png` is in use by another process" in error


@pytest.mark.parametrize("hold", [holding_folder, holding_file])
def test_the_lock_of_a_killed_process_is_free(in_folder, hold):
    with held_elsewhere(hold.__name__, in_folder / "x" / "y"):
        with pytest.raises(ValueError, match="in use"):
            with hold(Path("x/y")):
                pass
    with hold(Path("x/y")):
        assert Path("x").is_dir()


@pytest.mark.filterwarnings("ignore:flock not supported")
def test_a_disk_without_locks(in_folder, monkeypatch):
    def flock(*arguments):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(fcntl, "flock", flock)
    with holding_folder(Path("x")), pytest.raises(ValueError, match="in use"):
        with holding_folder(Path("x")):
            pass
    assert not any(in_folder.iterdir())


@pytest.mark.parametrize("hold", [holding_folder, holding_file])
def test_nothing_remains_where_nothing_was_written(in_folder, hold):
    with pytest.raises(RuntimeError), hold(Path("x/y/z")):
        raise RuntimeError
    assert not any(in_folder.iterdir())


def test_a_folder_that_another_process_makes_meanwhile_stays(
    in_folder, monkeypatch
):
    make = Path.mkdir

    def make_after_another(folder, *arguments, **options):
        make(folder)
        make(folder, *arguments, **options)

    monkeypatch.setattr(Path, "mkdir", make_after_another)
    with pytest.raises(FileExistsError), holding_folder(Path("x"), new=True):
        pass
    assert Path("x").is_dir()


@pytest.mark.parametrize("kind", ["file", "link", "loop", "folder", "pipe"])
def test_what_is_no_lock_stays(in_folder, kind):
    Path("mine").write_text("my photo")
    lock = Path("out/.lock")
    lock.parent.mkdir()
    make = {
        "file": lambda: lock.write_text("my own"),
        "link": lambda: lock.symlink_to("../mine"),
        "loop": lambda: lock.symlink_to(".lock"),
        "folder": lock.mkdir,
        "pipe": lambda: os.mkfifo(lock),
    }
    make[kind]()
    before = lock.lstat()
    with pytest.raises(ValueError, match="`out/.lock` is in the way"):
        with holding_folder(lock.parent):
            pass
    assert lock.lstat() == before and Path("mine").read_text() == "my photo"
