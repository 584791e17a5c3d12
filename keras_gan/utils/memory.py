"""Refusing what cannot fit into memory, before it is tried."""

import os


def check_memory(what: str, num_bytes: float, cure: str) -> None:
    """Raises an error if something is larger than the machine's memory.

    Args:
        what: What is too large, as the subject of the message.
        num_bytes: What it takes at least.
        cure: A sentence that says how to make it smaller.

    Raises:
        ValueError: If it cannot fit.

    Example:

    >>> check_memory("An image", 64, "Choose a smaller --image-size.")
    """
    total = _total_memory()
    if num_bytes > total:
        raise ValueError(
            f"{what} would take {num_bytes / 2**30:,.4g} GiB of memory. "
            f"Received: a machine with {total / 2**30:,.3g} GiB. {cure}"
        )


def _total_memory() -> float:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # Not on every system.
        return float("inf")
