"""Imports the framework without its start-up chatter."""

import contextlib
import importlib
import importlib.util
import os
import re
import sys
import tempfile
from collections.abc import Iterator

# Notes on missing GPU drivers and on processor features, which TensorFlow
# writes past Python, straight to file descriptor 2, whatever its log level.
_CHATTER = re.compile(
    rb"WARNING: All log messages before absl::InitializeLog"
    rb"|[IWE]\d{4} [\d:.]+ +\d+ \S+\.cc:\d+\]"
    rb"|To enable the following instructions"
)
_STANDARD_ERROR = 2
_BACKENDS = ("tensorflow", "jax", "torch")


@contextlib.contextmanager
def explaining() -> Iterator[None]:
    """Says in our words that Keras cannot import its backend."""
    try:
        yield
    except (ImportError, ValueError) as error:
        raise ImportError(_explanation(error)) from error


def refuse(backend: str) -> None:
    """Raises an error of a backend for which there is no code here."""
    if backend not in _BACKENDS:
        raise ImportError(_explanation("there is no code for it here"))


def _explanation(reason: object) -> str:
    chosen = os.environ.get("KERAS_BACKEND")
    source = f"KERAS_BACKEND={chosen!r}" if chosen else "~/.keras/keras.json"
    found = [one for one in _BACKENDS if importlib.util.find_spec(one)]
    return (
        "keras_gan runs on the TensorFlow, JAX and PyTorch backends of Keras. "
        f"Received: {source}, which cannot be used: {str(reason).rstrip('.')}. "
        "Set KERAS_BACKEND before Keras is first imported to one that is "
        "installed "
        f"({', '.join(found) or 'none is'}), or install it."
    )


def quietly() -> contextlib.AbstractContextManager[None]:
    """Context that holds back what the framework says on being imported.

    Nothing is done where TensorFlow is imported already, or where its messages
    are asked for with a `TF_CPP_MIN_LOG_LEVEL` of 0, 1 or 2. Otherwise that
    variable becomes 3, for what TensorFlow would say later on.
    """
    if "tensorflow" in sys.modules:
        return contextlib.nullcontext()
    if os.environ.get("TF_CPP_MIN_LOG_LEVEL") in ("0", "1", "2"):
        return contextlib.nullcontext()
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    return _without_chatter()


def load_pipeline() -> None:
    """Imports TensorFlow, whose tf.data feeds every backend, in silence."""
    with quietly():
        importlib.import_module("tensorflow")


@contextlib.contextmanager
def _without_chatter() -> Iterator[None]:
    """Holds back standard error, and lets out what is not known chatter.

    All of it comes out if what runs inside fails.
    """
    try:
        terminal = os.dup(_STANDARD_ERROR)
    except OSError:  # A process without a standard error.
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
            kept = [x for x in lines if failed or not _CHATTER.match(x)]
            os.write(_STANDARD_ERROR, b"".join(kept))
