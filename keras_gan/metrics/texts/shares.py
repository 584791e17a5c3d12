"""Shares of texts that are unique, new or valid."""

from collections.abc import Callable, Iterable


def unique_share(texts: Iterable[str]) -> float:
    """Returns the number of different texts as a share of all.

    Args:
        texts: Generated texts, at least one.

    Raises:
        ValueError: If there are none.

    Example:

    >>> unique_share(["anna", "bob", "anna", "anna"])
    0.5
    """
    texts = listed(texts)
    return len(set(texts)) / len(texts)


def new_share(texts: Iterable[str], known: Iterable[str]) -> float:
    """Returns the share of texts that are not among known ones.

    Args:
        texts: Generated texts, at least one.
        known: The texts that the model was trained on.

    Raises:
        ValueError: If there are no texts.

    Example:

    >>> new_share(["anna", "bob"], known=["bob", "eve"])
    0.5
    """
    texts, known = listed(texts), set(known)
    return sum(text not in known for text in texts) / len(texts)


def valid_share(texts: Iterable[str], is_valid: Callable[[str], bool]) -> float:
    """Returns the share of texts for which a function says yes.

    Args:
        texts: Generated texts, at least one.
        is_valid: Function from a text to whether it is valid, such as
            `is_smiles`.

    Raises:
        ValueError: If there are no texts.

    Example:

    >>> valid_share(["level", "lever"], lambda text: text == text[::-1])
    0.5
    """
    texts = listed(texts)
    return sum(bool(is_valid(text)) for text in texts) / len(texts)


def listed(texts: Iterable[str], name: str = "texts") -> list[str]:
    """Returns texts as a list, of at least one.

    Args:
        texts: The texts.
        name: Name of the argument, for the error.

    Raises:
        ValueError: If there are none, or it is a single one.
    """
    found = [] if isinstance(texts, str) else list(texts)
    if not found:
        received = "one text" if isinstance(texts, str) else "none"
        raise ValueError(
            f"`{name}` must be texts, at least one. Received: {received}. "
            "Pass a list of them."
        )
    return found
