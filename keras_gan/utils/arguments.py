"""Checks of arguments, with errors that name the argument."""

import math
import numbers
import operator
from collections.abc import Iterable, Sequence
from typing import Any


def is_integer(value: Any, *, at_least: int | None = None) -> bool:
    """Whether `value` is an integer, of NumPy too, and no boolean.

    Args:
        value: Anything.
        at_least: Smallest integer for which the answer is yes; `None` for no
            limit.

    Example:

    >>> is_integer(3, at_least=1), is_integer(True), is_integer(2.0)
    (True, False, False)
    """
    if isinstance(value, bool):
        return False
    try:
        number = operator.index(value)
    except TypeError:
        return False
    return at_least is None or number >= at_least


def is_number(value: Any) -> bool:
    """Whether `value` is a real number, of NumPy too, and no boolean.

    Args:
        value: Anything. NaN and infinity count as numbers.

    Example:

    >>> is_number(0.5), is_number("0.5")
    (True, False)
    """
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def integer(name: str, value: Any, *, at_least: int, hint: str = "") -> int:
    """Returns `value` as an int, if it is one and large enough.

    Args:
        name: Name of the argument, for the error.
        value: What was given.
        at_least: Smallest value allowed.
        hint: Further sentence of the error.

    Raises:
        ValueError: If it is not an integer, or too small.

    Example:

    >>> integer("splits", 10, at_least=1)
    10
    """
    if not is_integer(value, at_least=at_least):
        raise ValueError(
            _sentences(
                f"`{name}` must be an integer of at least {at_least}.",
                f"Received: {name}={value!r}.",
                hint,
            )
        )
    return operator.index(value)


def positive_integer(name: str, value: Any, *, hint: str = "") -> int:
    """Returns `value` as an int of at least 1.

    Args:
        name: Name of the argument, for the error.
        value: What was given.
        hint: Further sentence of the error about values that are too small.

    Raises:
        TypeError: If it is not an integer.
        ValueError: If it is below 1.

    Example:

    >>> positive_integer("every", 16)
    16
    """
    check_integer(name, value)
    if value < 1:
        raise ValueError(
            _sentences(
                f"`{name}` must be at least 1. Received: {name}={value}.", hint
            )
        )
    return operator.index(value)


def check_integer(name: str, value: Any, expected: str = "an integer") -> None:
    """Raises `TypeError` if `value` is not an integer.

    Args:
        name: Name of the argument, for the error.
        value: What was given.
        expected: What the argument must be, in words.
    """
    if not is_integer(value):
        raise TypeError(_wrong_type(name, value, expected))


def check_number(name: str, value: Any, expected: str = "a number") -> None:
    """Raises `TypeError` if `value` is not a real number.

    Args:
        name: Name of the argument, for the error.
        value: What was given.
        expected: What the argument must be, in words.
    """
    if not is_number(value):
        raise TypeError(_wrong_type(name, value, expected))


def finite(name: str, value: Any) -> float:
    """Returns a finite number as a float.

    Args:
        name: Name of the argument, for the error.
        value: What was given.

    Raises:
        TypeError: If it is not a number.
        ValueError: If it is NaN or infinite.

    Example:

    >>> finite("threshold", -2)
    -2.0
    """
    check_number(name, value)
    if not math.isfinite(value):
        raise ValueError(
            f"`{name}` must be a finite number. Received: {name}={value}."
        )
    return float(value)


def non_negative(name: str, value: Any) -> float:
    """Returns a finite number of 0 or more as a float.

    Args:
        name: Name of the argument, for the error.
        value: What was given.

    Raises:
        TypeError: If it is not a number.
        ValueError: If it is negative, NaN or infinite.

    Example:

    >>> non_negative("gamma", 10)
    10.0
    """
    check_number(name, value)
    # Written so that NaN, which compares with nothing, is refused too.
    if not 0.0 <= float(value) < math.inf:
        raise ValueError(
            f"`{name}` must be finite and not negative. Received: "
            f"{name}={float(value)}. Give a number of 0 or more."
        )
    return float(value)


def checked_weight(name: str, value: Any) -> float:
    """Returns the weight of a term in a sum as a float.

    Args:
        name: Name of the argument, for the error.
        value: Finite number of 0 or more.

    Raises:
        ValueError: If it is anything else.
    """
    if not (is_number(value) and 0.0 <= float(value) < math.inf):
        raise ValueError(
            f"`{name}` must be a finite number of 0 or more. Received: "
            f"{value!r}. Pass 0 to leave that term out."
        )
    return float(value)


def number_in(name: str, value: Any, interval: str, *, hint: str = "") -> float:
    """Returns a number in an interval as a float.

    Args:
        name: Name of the argument, for the error.
        value: What was given. NaN is in no interval.
        interval: Such as `"[0, 1)"`: a square bracket for an end that is
            allowed, a round one for an end that is not.
        hint: Further sentence of the error.

    Raises:
        ValueError: If it is not a number, or outside the interval.

    Example:

    >>> number_in("momentum", 0.9, "[0, 1)")
    0.9
    """
    low, high = (float(end) for end in interval[1:-1].split(","))
    above = operator.ge if interval.startswith("[") else operator.gt
    below = operator.le if interval.endswith("]") else operator.lt
    if not (is_number(value) and above(value, low) and below(value, high)):
        raise ValueError(
            _sentences(
                f"`{name}` must be in {interval}.",
                f"Received: {name}={value!r}.",
                hint,
            )
        )
    return float(value)


def height_and_width(name: str, value: Any) -> tuple[int, int]:
    """Returns a size in pixels as two ints.

    Args:
        name: Name of the argument, for the error.
        value: `(height, width)`.

    Raises:
        ValueError: If it is not two positive integers.

    Example:

    >>> height_and_width("size", [8, 6])
    (8, 6)
    """
    sides = value if isinstance(value, Sequence) else ()
    if len(sides) != 2 or not all(is_integer(s, at_least=1) for s in sides):
        raise ValueError(
            f"`{name}` must be (height, width) in pixels, two positive "
            f"integers. Received: {name}={value!r}."
        )
    return operator.index(sides[0]), operator.index(sides[1])


def optional_seed(seed: Any) -> int | None:
    """Returns `seed` as an int or `None`.

    Args:
        seed: Integer, or `None` for a random one.

    Raises:
        TypeError: If it is anything else.

    Example:

    >>> optional_seed(None) is None, optional_seed(7)
    (True, 7)
    """
    if seed is None:
        return None
    check_integer("seed", seed, "an integer, or `None` for a random one")
    return operator.index(seed)


def choice(name: str, value: Any, choices: Iterable[Any]) -> Any:
    """Returns `value`, if it is one of `choices`.

    Args:
        name: Name of the argument, for the error.
        value: What was given.
        choices: All values that are allowed.

    Raises:
        ValueError: If it is none of them.

    Example:

    >>> choice("mode", "append", ["append", "replace"])
    'append'
    """
    choices = list(choices)
    if value not in choices:
        raise ValueError(
            f"`{name}` must be one of {', '.join(map(repr, choices))}. "
            f"Received: {name}={value!r}."
        )
    return value


def _wrong_type(name: str, value: Any, expected: str) -> str:
    return (
        f"`{name}` must be {expected}. Received: {name}={value!r} of type "
        f"{type(value).__name__}."
    )


def _sentences(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)
