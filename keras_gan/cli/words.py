"""Sizes and lists in words, for what the commands print."""

import shlex
from collections.abc import Iterable, Sequence


def command(*arguments: object) -> str:
    """Returns a command of ours, quoted to be copied into a shell.

    Example:

    >>> command("generate", "runs/my cats")
    "keras-gan generate 'runs/my cats'"
    """
    return shlex.join(["keras-gan", *map(str, arguments)])


def size_in_words(shape: Iterable[int]) -> str:
    """Returns a shape such as `8 x 8 x 1`."""
    return " x ".join(map(str, shape))


def minutes_in_words(minutes: float) -> str:
    """Returns `1 minute` or `2.5 minutes`."""
    return f"{minutes:g} minute" + "s" * (minutes != 1)


def duration_in_words(seconds: float) -> str:
    """Returns a duration such as `3 h 20 min`, to two digits or so.

    Example:

    >>> duration_in_words(48.3), duration_in_words(12_010)
    ('48 s', '3 h 20 min')
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    hours, minutes = divmod(10 * round(minutes / 10), 60)
    if hours < 48:
        return f"{hours} h" + f" {minutes} min" * (minutes > 0)
    return f"{round(hours / 24)} days"


def listed(words: Sequence[str], most: int = 10) -> str:
    """Returns words with commas between them, of many only the first."""
    rest = f" and {len(words) - most} others" * (len(words) > most)
    return ", ".join(words[:most]) + rest
