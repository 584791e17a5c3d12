"""Whether a training step of one of the package's models is running."""

import contextlib
from collections.abc import Iterator

# Not per thread: replicas run a step in several threads.
_running = 0


@contextlib.contextmanager
def training_step() -> Iterator[None]:
    """Context in which a training step runs, or is traced."""
    global _running
    _running += 1
    try:
        yield
    finally:
        _running -= 1


def in_training_step() -> bool:
    """Whether code runs, or is traced, within a training step."""
    return _running > 0
