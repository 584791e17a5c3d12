"""Imports the framework without its start-up chatter."""

import contextlib
import os
import re
import sys
import tempfile

# Notes on missing GPU drivers and on processor features, which TensorFlow
# writes past Python, straight to file descriptor 2, whatever its log level.
_CHATTER = re.compile(
    rb"WARNING: All log messages before absl::InitializeLog"
    rb"|[IWE]\d{4} [\d:.]+ +\d+ \S+\.cc:\d+\]"
    rb"|To enable the following instructions"
)


@contextlib.contextmanager
def quietly():
    """Holds back what the framework says while it is being imported.

    Lines that are not known chatter are written out afterwards, and all of them
    if the import fails. Set `TF_CPP_MIN_LOG_LEVEL` to see TensorFlow's own
    messages later on. Nothing is done where TensorFlow is imported already.
    """
    if "tensorflow" in sys.modules or "TF_CPP_MIN_LOG_LEVEL" in os.environ:
        asked = os.environ.get("TF_CPP_MIN_LOG_LEVEL", "0")
        if "tensorflow" in sys.modules or asked in "012":
            yield
            return
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    try:
        terminal = os.dup(2)
    except OSError:  # A process without a standard error.
        yield
        return
    failed = True
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
            failed = False
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)
            held.seek(0)
            lines = held.readlines()
            kept = [x for x in lines if failed or not _CHATTER.match(x)]
            os.write(2, b"".join(kept))
