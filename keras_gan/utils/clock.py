"""The clock of whatever is measured in seconds."""

import time


def seconds() -> float:
    """Seconds since some moment, never going back.

    Example:

    >>> before = seconds()
    >>> seconds() >= before
    True
    """
    return time.monotonic()
