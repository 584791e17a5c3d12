"""Imports the framework without its startup messages; Ctrl-C meanwhile."""

import contextlib
import importlib
import importlib.util
import os
import pathlib
import re
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator
from typing import NoReturn

EXIT_INTERRUPTED = 130

# Messages about missing GPU drivers and CPU features, which TensorFlow writes
# directly to file descriptor 2, bypassing Python, at every log level.
_STARTUP_MESSAGES = re.compile(
    rb"WARNING: All log messages before absl::InitializeLog"
    rb"|[IWE]\d{4} [\d:.]+ +\d+ \S+\.cc:\d+\]"
    rb"|To enable the following instructions"
)
_STANDARD_ERROR = 2
_BACKENDS = ("tensorflow", "jax", "torch")


@contextlib.contextmanager
def explaining() -> Iterator[None]:
    """Explains in an error why Keras cannot import its backend."""
    try:
        yield
    except Exception as error:  # Of its configuration, or of a framework.
        is_own = pathlib.Path(
            traceback.extract_tb(error.__traceback__)[-1].filename
        ).match("keras/src/backend/config.py")
        explanation = (_bad_settings if is_own else _explanation)(error)
        _end_command(explanation)
        raise ImportError(explanation) from error


def refuse(backend: str) -> None:
    """Raises an error for a backend that keras_gan does not support."""
    if backend not in _BACKENDS:
        explanation = _explanation("keras_gan does not support it")
        _end_command(explanation)
        raise ImportError(explanation)


def _end_command(explanation: str) -> None:
    """Ends the process with one line if it is the `keras-gan` command.

    The command is part of the package that cannot be imported, so it cannot
    report this error itself.
    """
    if _is_command():
        line = " ".join(explanation.split())
        print(f"keras-gan: error: {line}", file=sys.stderr)
        sys.exit(2)


def _is_command() -> bool:
    """Whether the process is the `keras-gan` command."""
    program = sys.argv[0] if sys.argv else ""
    as_module = program == "-m" and "keras_gan" in sys.orig_argv
    return as_module or pathlib.Path(program).stem == "keras-gan"


def exit_on_interrupt() -> None:
    """Lets Ctrl-C end the command at once, while it has nothing to finish.

    It imports for seconds, and an exception in there would be a traceback, or
    another error. Until `keras_gan.cli` has something to save, there is none.
    """
    is_main = threading.current_thread() is threading.main_thread()
    # Not where Ctrl-C is ignored, as in the background.
    is_usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_main and is_usual and _is_command():
        signal.signal(signal.SIGINT, _exit)


def _exit(number: int, frame: object) -> NoReturn:
    os._exit(EXIT_INTERRUPTED)


@contextlib.contextmanager
def interruptible() -> Iterator[list[int]]:
    """Context in which Ctrl-C raises `KeyboardInterrupt`.

    Returns:
        A list of the signals that came. What is imported, or runs below
        Python, may turn the exception into another one.
    """
    before = signal.getsignal(signal.SIGINT)
    is_main = threading.current_thread() is threading.main_thread()
    seen: list[int] = []

    def interrupt(number: int, frame: object) -> NoReturn:
        seen.append(number)
        raise KeyboardInterrupt

    if not is_main or before not in (_exit, signal.default_int_handler):
        yield seen
        return
    signal.signal(signal.SIGINT, interrupt)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGINT, before)


def _settings_path() -> str:
    home = os.environ.get("KERAS_HOME", os.path.join("~", ".keras"))
    return os.path.join(home, "keras.json")


def _bad_settings(reason: Exception) -> str:
    return (
        "Keras must be able to use its settings, a JSON object. Received: "
        f"`{_settings_path()}`, which it cannot use: {reason}. Correct or "
        "remove it: Keras then writes a new one."
    )


def _explanation(reason: object) -> str:
    chosen = os.environ.get("KERAS_BACKEND")
    source = f"KERAS_BACKEND={chosen!r}" if chosen else _settings_path()
    installed = [name for name in _BACKENDS if importlib.util.find_spec(name)]
    return (
        "keras_gan runs on the TensorFlow, JAX and PyTorch backends of Keras. "
        f"Received: {source}, which cannot be used: {str(reason).rstrip('.')}. "
        "Set KERAS_BACKEND before Keras is first imported to one that is "
        "installed "
        f"({', '.join(installed) or 'none is'}), or install it."
    )


def quietly() -> contextlib.AbstractContextManager[None]:
    """Context that suppresses the framework's messages during import.

    Does nothing if TensorFlow has already been imported, or if the user asks
    for its messages with a `TF_CPP_MIN_LOG_LEVEL` of 0, 1 or 2. Otherwise sets
    that variable to 3, which also suppresses later messages.
    """
    if "tensorflow" in sys.modules:
        return contextlib.nullcontext()
    if os.environ.get("TF_CPP_MIN_LOG_LEVEL") in ("0", "1", "2"):
        return contextlib.nullcontext()
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    return _filtered_standard_error()


def load_pipeline() -> None:
    """Imports TensorFlow without messages; `tf.data` feeds every backend."""
    with quietly():
        importlib.import_module("tensorflow")


@contextlib.contextmanager
def _filtered_standard_error() -> Iterator[None]:
    """Buffers standard error, then writes all but the startup messages.

    If the code inside the context fails, everything is written.
    """
    try:
        terminal = os.dup(_STANDARD_ERROR)
    except OSError:  # The process has no standard error.
        yield
        return
    failed = True
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), _STANDARD_ERROR)
        try:
            yield
            failed = False
        finally:
            sys.stderr.flush()
            os.dup2(terminal, _STANDARD_ERROR)
            os.close(terminal)
            held.seek(0)
            lines = held.readlines()
            kept = [
                x for x in lines if failed or not _STARTUP_MESSAGES.match(x)
            ]
            os.write(_STANDARD_ERROR, b"".join(kept))
