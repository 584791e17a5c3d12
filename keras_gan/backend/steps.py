"""Whether a training step of one of the package's models is running."""

import contextlib
import threading
from collections.abc import Iterator

# Not per thread: replicas run a step in several threads.
_running = 0
_counting = threading.Lock()


@contextlib.contextmanager
def training_step() -> Iterator[None]:
    """Context in which a training step runs, or is traced."""
    _count(1)
    try:
        yield
    finally:
        _count(-1)


def in_training_step() -> bool:
    """Whether code runs, or is traced, within a training step."""
    return _running > 0


def _count(change: int) -> None:
    global _running
    with _counting:
        _running += change
