"""The clock of whatever is measured in seconds."""

import os
import time

_CAME = time.monotonic()
# Field 22 of proc(5), of which two come before the rest.
_START_TIME = 22 - 3


def seconds() -> float:
    """Seconds since some moment, never going back.

    Example:

    >>> before = seconds()
    >>> seconds() >= before
    True
    """
    return time.monotonic()


def start_of_process() -> float:
    """When this process began, by the clock of `seconds`.

    Python and a framework are imported for seconds before the first line of a
    command. Linux tells when a process began; elsewhere it is when this module
    was imported, which is before the framework is.

    Example:

    >>> start_of_process() <= seconds()
    True
    """
    try:
        with open("/proc/self/stat", "rb") as file:
            # The name of the program, in parentheses, may contain spaces.
            after_name = file.read().rpartition(b")")[2].split()
        ticks = int(after_name[_START_TIME])
        begun = ticks / os.sysconf("SC_CLK_TCK")
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - begun
    except (AttributeError, IndexError, OSError, ValueError):  # Not on Linux.
        return _CAME
    # It cannot have begun after this module was imported.
    return min(_CAME, time.monotonic() - age)
