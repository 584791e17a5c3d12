"""Several training steps in one program of JAX."""

import functools
import itertools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp


def several_steps(step: Callable, number: int) -> Callable:
    """Returns a function that takes several steps with one call of JAX.

    A call costs as much as a step of a small network. Steps are still taken one
    by one at the end of an epoch, if batches have different sizes, and on
    processors if they contain convolutions, which XLA runs several times more
    slowly in a loop.

    Args:
        step: Pure function, `(state, batch)` -> `(logs, state)`.
        number: How many steps to take.

    Returns:
        Function, `(state, iterator)` -> `(logs, state)`, with the logs of the
        last step. It raises `StopIteration` if no batch is left.
    """
    single = jax.jit(step, donate_argnums=0)
    loop_is_slow: dict[tuple, bool] = {}

    def body(state, batch):
        logs, state = step(state, batch)
        return state, logs

    @functools.partial(jax.jit, donate_argnums=0)
    def loop(state, batches):
        stacked = jax.tree.map(lambda *parts: jnp.stack(parts), *batches)
        state, logs = jax.lax.scan(body, state, stacked)
        return jax.tree.map(lambda values: values[-1], logs), state

    def fits_loop(state, batches):
        shapes = set(map(_shapes, batches))
        if len(batches) < number or len(shapes) > 1:
            return False
        key = shapes.pop()
        if key not in loop_is_slow:
            loop_is_slow[key] = _convolves_on_processor(
                single, state, batches[0]
            )
        return not loop_is_slow[key]

    def run(state, iterator):
        batches = [next(iterator), *itertools.islice(iterator, number - 1)]
        if fits_loop(state, batches):
            return loop(state, batches)
        for batch in batches:
            logs, state = single(state, batch)
        return logs, state

    return run


def _convolves_on_processor(step: Any, *inputs: Any) -> bool:
    if jax.default_backend() != "cpu":
        return False
    return "stablehlo.convolution" in step.lower(*inputs).as_text()


def _shapes(batch: Any) -> tuple:
    return tuple(leaf.shape for leaf in jax.tree.leaves(batch))
