"""What this process may use of the machine: cores and memory."""

import math
import os
import pathlib
import warnings
from collections.abc import Iterator

from keras_gan.utils.arguments import integer

_PROC = pathlib.Path("/proc")
_CGROUPS = pathlib.Path("/sys/fs/cgroup")
# Limit, use, and the part of it that is given back on demand; of control groups
# of version 2 and 1.
_MEMORY = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)
# Where a system does not say how much is free.
_UNKNOWN_BYTES = 2**29
# More threads than these mostly wait for Python's lock.
_MOST_WORKERS = 16


def usable_cores() -> int:
    """Returns how many cores this process may use at once.

    These are the ones that the system schedules it on, as far as the quota of
    its control group, such as a container, allows.
    """
    if hasattr(os, "sched_getaffinity"):
        count = len(os.sched_getaffinity(0))
    else:
        count = os.cpu_count() or 1
    quotas = [_quota(folder) for folder in _control_groups("cpu")]
    return max(1, math.ceil(min([count, *quotas])))


def available_memory() -> float:
    """Returns how many bytes this process can take without swapping.

    That is what is free on the machine, as far as the limit of its control
    group, such as a container, allows.
    """
    known = _numbers(_PROC / "meminfo").get("MemAvailable:")
    free = _UNKNOWN_BYTES if known is None else 1024 * known
    left = [_left_in(folder) for folder in _control_groups("memory")]
    return max(0, min([free, *left]))


def workers(num_workers: int | None) -> int:
    """Returns the number of threads to work with, at least one.

    Args:
        num_workers: How many are wanted; 0 counts as 1. `None`: one for each
            core that this process may use, up to 16.

    Raises:
        ValueError: If it is not an integer of 0 or more.

    Example:

    >>> workers(0), workers(1)
    (1, 1)
    """
    cores = usable_cores()
    if num_workers is None:
        return min(cores, _MOST_WORKERS)
    number = integer("num_workers", num_workers, at_least=0)
    if number > cores:
        warnings.warn(
            f"{number:,} workers are more than the {cores} cores that this "
            "process may use, which helps only where a slow disk or network "
            "is waited for. Leave `num_workers` (on the command line "
            "`--num-workers`) out for the best number.",
            stacklevel=3,
        )
    return max(number, 1)


def _quota(folder: pathlib.Path) -> float:
    """Cores that a control group may use at once."""
    words = _read(folder / "cpu.max").split()  # Version 2.
    words = words or [
        _read(folder / f"cpu.cfs_{name}_us").strip()
        for name in ("quota", "period")
    ]
    try:
        quota, period = map(int, words)
        return quota / period if quota > 0 else math.inf
    except (ValueError, ZeroDivisionError):  # "max", or no such files.
        return math.inf


def _left_in(folder: pathlib.Path) -> float:
    """Bytes of memory that a control group may still take."""
    for limit, use, inactive in _MEMORY:
        try:
            left = int(_read(folder / limit)) - int(_read(folder / use))
        except ValueError:  # "max", or no such files.
            continue
        return left + _numbers(folder / "memory.stat").get(inactive, 0)
    return math.inf


def _control_groups(controller: str) -> Iterator[pathlib.Path]:
    """Folders of the groups around this process, which may not all be there."""
    for line in _read(_PROC / "self" / "cgroup").splitlines():
        _, controllers, path = f"{line}::".split(":")[:3]
        if controller in controllers.split(","):  # Version 1.
            root = _CGROUPS / controller
        elif not controllers:
            root = _CGROUPS
        else:
            continue
        group = root / path.lstrip("/")
        around = [p for p in group.parents if p.is_relative_to(root)]
        yield from (group, *around)


def _numbers(path: pathlib.Path) -> dict[str, int]:
    """The first number of each line, by its first word."""
    lines = [line.split() for line in _read(path).splitlines()]
    return {line[0]: int(line[1]) for line in lines if len(line) > 1}


def _read(path: pathlib.Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
