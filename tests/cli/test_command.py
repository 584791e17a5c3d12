"""`keras-gan` itself: help, versions, and what becomes of errors."""

import contextlib
import errno
import io
import os
import re
import signal
import sys
import warnings

import pytest

import keras_gan
from keras_gan import cli
from keras_gan.cli import command, train

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


def test_version(run_command):
    code, output, errors = run_command("--version")
    assert (code, errors) == (0, "")
    assert output == f"keras-gan {keras_gan.__version__}\n"


@pytest.mark.parametrize("command", ["train", "generate", "evaluate", "style"])
def test_help_explains_every_option_and_its_default(command, run_command):
    code, output, errors = run_command(command, "--help")
    assert (code, errors) == (0, "")
    assert max(map(len, output.splitlines())) <= 80
    entries = re.split(r"\n  (?=-|[A-Z]+\n)", output)[1:]
    switches = ("-h, --help", "--quiet", "--epochs")
    for entry in entries:
        if not entry.startswith(switches):
            assert "(default: " in " ".join(entry.split()), entry


@pytest.mark.parametrize("arguments", [(), ("paint",), ("train", "--seed")])
def test_wrong_arguments_are_one_line(run_fails, arguments):
    assert "--help" in run_fails(*arguments)


def fails_with(error):
    def open_source(*arguments, **options):
        raise error

    return open_source


@pytest.mark.parametrize(
    "error, code, line",
    [
        (KeyboardInterrupt(), 130, "note: stopped"),
        (OSError(28, "No space left", "x/y"), 2, "No space left: x/y"),
        # TensorFlow's own, told by its name.
        (type("ResourceExhaustedError", (Exception,), {})(), 2, "--batch-size"),
        (FileNotFoundError("no\n such  file"), 2, "error: no such file\n"),
    ],
)
def test_errors_are_one_line(run_command, monkeypatch, error, code, line):
    monkeypatch.setattr(
        train.datasets, "open_source", fails_with(error), raising=True
    )
    result, output, errors = run_command("train")
    assert (result, output) == (code, "")
    assert line in errors and errors.count("\n") == 1


def test_bugs_keep_their_traceback(in_folder, monkeypatch):
    # The same kind of error, but not raised by a check of keras_gan.
    monkeypatch.setattr(
        train.datasets, "open_source", fails_with(ValueError("a bug"))
    )
    with pytest.raises(ValueError, match="a bug"):
        cli.main(["train"])


def test_warnings_are_one_line(run_command, monkeypatch):
    def open_source(*arguments, **options):
        warnings.warn("one\nimage is broken", stacklevel=1)
        raise FileNotFoundError("none left")

    monkeypatch.setattr(train.datasets, "open_source", open_source)
    _, _, errors = run_command("train")
    assert errors == (
        "keras-gan: warning: one image is broken\nkeras-gan: error: none left\n"
    )


def test_names_that_the_output_cannot_encode_are_escaped(in_folder):
    stream = io.TextIOWrapper(io.BytesIO(), "ascii", write_through=True)
    with contextlib.redirect_stderr(stream):
        assert cli.main(["train", "größe"]) == 2
        assert stream.errors == "strict"
    said = stream.buffer.getvalue()
    assert b"`gr\\xf6\\xdfe`" in said and said.count(b"\n") == 1


def test_full_disk_is_named(run_command, monkeypatch, in_folder):
    error = OSError(errno.ENOSPC, "No space left on device", "run/config.json")
    monkeypatch.setattr(train.datasets, "open_source", fails_with(error))
    code, _, errors = run_command("train")
    assert code == 2 and errors.count("\n") == 1
    assert "No space left on device: run/config.json. The disk `/" in errors


def test_full_disk_is_not_explained_twice(run_command, monkeypatch, in_folder):
    reason = "It cannot be written (No space left on device). Free some space"
    error = OSError(errno.ENOSPC, reason, "run/model.keras")
    monkeypatch.setattr(train.datasets, "open_source", fails_with(error))
    _, _, errors = run_command("train")
    assert f"{reason}: run/model.keras, on the disk `/" in errors
    assert "free some space" not in errors


def test_closed_streams_are_no_error(monkeypatch):
    def run(options):
        print("done")
        print(f"done {sys.stderr.isatty()}", file=sys.stderr)
        return 0

    monkeypatch.setattr(train, "run", run)
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    assert cli.main(["train"]) == 0
    assert (sys.stdin, sys.stdout, sys.stderr) == (None, None, None)


@pytest.mark.parametrize("reads_errors", [True, False])
def test_a_reader_that_is_gone_is_said(run_command, monkeypatch, reads_errors):
    def fails(*_):
        raise BrokenPipeError

    replaced = []
    monkeypatch.setattr(os, "dup2", lambda _, number: replaced.append(number))
    monkeypatch.setattr(train, "run", fails)
    if not reads_errors:
        monkeypatch.setattr(command, "print_error", fails)
    code, output, errors = run_command("train")
    assert (code, output) == (2, "")
    assert replaced == ([1] if reads_errors else [1, 2])
    assert ("nothing reads the output any more" in errors) == reads_errors


def test_devices_that_cannot_be_used(run_command, monkeypatch):
    error = RuntimeError("Unable to initialize backend 'x': set JAX_PLATFORMS")
    monkeypatch.setattr(train.datasets, "open_source", fails_with(error))
    code, _, errors = run_command("train")
    assert code == 2 and errors.count("\n") == 1
    assert "JAX cannot use the devices" in errors


@pytest.mark.parametrize("text", ["[1]", '{"floatx": []}'])
def test_settings_of_keras_that_cannot_be_used(start_process, tmp_path, text):
    (tmp_path / "keras.json").write_text(text)
    process = start_process("--version", cwd=tmp_path, KERAS_HOME=str(tmp_path))
    output, errors = process.communicate()
    assert (process.returncode, output, errors.count("\n")) == (2, "", 1)
    assert f"`{tmp_path}/keras.json`, which it cannot use" in errors


@pytest.mark.parametrize("backend", ["nonsense", "numpy"])
def test_backend_that_cannot_be_used(start_process, tmp_path, backend):
    process = start_process("--version", cwd=tmp_path, KERAS_BACKEND=backend)
    output, errors = process.communicate()
    assert (process.returncode, output) == (2, "")
    assert errors.startswith("keras-gan: error: keras_gan runs on")
    assert errors.count("\n") == 1


def test_cluster_that_cannot_be_read(run_fails, monkeypatch):
    for text in ("{", "[]", '{"task": 1}'):
        monkeypatch.setenv("TF_CONFIG", text)
        assert "TF_CONFIG must be JSON" in run_fails("train", "--out", "x")


def test_full_disk_that_tensorflow_finds_is_named(run_command, monkeypatch):
    kind = type("ResourceExhaustedError", (Exception,), {})
    error = kind("{{function_node x}} /x/events.v2; No space left on device")
    monkeypatch.setattr(train.datasets, "open_source", fails_with(error))
    code, _, errors = run_command("train")
    assert code == 2
    assert "No space left on device: /x/events.v2. The disk `/" in errors


INTERRUPTED = "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n"
AS_COMMAND = """
import runpy, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.argv = ["keras-gan", "--version"]
runpy.run_module("keras_gan", run_name="__main__", alter_sys=False)
"""


def test_ctrl_c_while_it_starts_is_no_traceback(start_process, tmp_path):
    # In place of Keras, which takes seconds to import.
    (tmp_path / "keras.py").write_text(INTERRUPTED)
    process = start_process(program=("-c", AS_COMMAND), cwd=tmp_path)
    assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 130


def test_ctrl_c_that_became_another_error_is_one_line(
    run_command, monkeypatch, usual_interrupts
):
    def open_source(*arguments, **options):
        try:
            exec(INTERRUPTED)
        except KeyboardInterrupt as error:
            raise ImportError("half a module") from error

    monkeypatch.setattr(train.datasets, "open_source", open_source)
    code, output, errors = run_command("train")
    assert (code, output) == (130, "")
    assert "note: stopped" in errors and errors.count("\n") == 1


@pytest.fixture
def usual_interrupts():
    """Ctrl-C as at the start of Python; in the background it is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, before)
