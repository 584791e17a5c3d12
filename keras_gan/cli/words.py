"""Sizes and lists in words, for what the commands print."""

from collections.abc import Iterable, Sequence


def size_in_words(shape: Iterable[int]) -> str:
    """Returns a shape such as `8 x 8 x 1`."""
    return " x ".join(map(str, shape))


def listed(words: Sequence[str], most: int = 10) -> str:
    """Returns words with commas between them, of many only the first."""
    rest = f" and {len(words) - most} others" * (len(words) > most)
    return ", ".join(words[:most]) + rest
