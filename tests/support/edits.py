"""Our own JSON files as somebody may have edited them."""

import copy
import json
from collections.abc import Iterator, Sequence
from typing import Any

NO_JSON = ("", "{", "[]", "null", "1", '"x"', "[" * 100_000, "9" * 5000)


def places(value: Any, inside: tuple = ()) -> Iterator[tuple]:
    """Yields the path to every value inside nested dicts and lists."""
    pairs: Any = ()
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    for key, below in pairs:
        yield (*inside, key)
        yield from places(below, (*inside, key))


def without(plain: Any, place: tuple) -> Any:
    """A copy without one value."""
    changed = copy.deepcopy(plain)
    del _parent(changed, place)[place[-1]]
    return changed


def replaced(plain: Any, place: tuple, value: Any) -> Any:
    """A copy with another value."""
    changed = copy.deepcopy(plain)
    _parent(changed, place)[place[-1]] = value
    return changed


def edited(plain: Any, values: Sequence = ("x",)) -> Iterator[str]:
    """Yields JSON without each of its values, and with others instead."""
    for place in places(plain):
        yield json.dumps(without(plain, place))
        for value in values:
            yield json.dumps(replaced(plain, place, value))
    yield from NO_JSON


def _parent(value: Any, place: tuple) -> Any:
    for key in place[:-1]:
        value = value[key]
    return value
