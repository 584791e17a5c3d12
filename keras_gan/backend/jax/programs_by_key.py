"""Training steps in JAX whose program depends on more than shapes."""

import functools
import itertools
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import jax


def programs_by_key(
    step: Callable,
    key_of: Callable[[Any], Any],
    context: Callable[[Any], AbstractContextManager],
    number: int,
) -> Callable:
    """Returns a function that takes steps by the program of their key.

    A program is made at the first step with a key. What does not take part in
    the steps of a key is thus no part of its program, where a branch of one
    program for all steps would be slow or computed for nothing.

    Args:
        step: Pure function, `(state, batch)` -> `(logs, state)`.
        key_of: Function, state -> hashable key of the step from there.
        context: Function, key -> context in which its program is made.
        number: How many steps a call takes.

    Returns:
        Function, `(state, iterator)` -> `(logs, state)`, with the logs of the
        last step. It raises `StopIteration` if no batch is left.
    """
    programs: dict[Any, Callable] = {}

    def made(key, state, batch):
        with context(key):
            return step(state, batch)

    def run(state, iterator):
        logs = None
        batches = [next(iterator), *itertools.islice(iterator, number - 1)]
        for batch in batches:
            key = key_of(state)
            if key not in programs:
                programs[key] = jax.jit(
                    functools.partial(made, key), donate_argnums=0
                )
            logs, state = programs[key](state, batch)
        return logs, state

    return run
