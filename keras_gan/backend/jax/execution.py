"""How JAX runs functions: eagerly or in compiled programs."""

import contextlib
import functools
from collections.abc import Callable
from typing import Any

import jax
import keras
from jax import numpy as jnp
from keras import ops

from keras_gan.backend.jax.state import Pure, inside_scope, variables_of


def executing_eagerly() -> bool:
    """Whether operations run at once, not in a program that runs later."""
    return not isinstance(jnp.zeros(()), jax.core.Tracer)


def current_graph() -> Any:
    """The graph under construction: JAX has none."""
    return None


def compiled(function: Callable) -> Callable:
    """Returns `function` as a program, compiled once per shape of its inputs.

    Each call uses the current values of the variables that the function reads,
    and assigns those that it assigns.
    """
    programs: dict[Any, Any] = {}

    @functools.wraps(function)
    def call(*inputs):
        if inside_scope() or not executing_eagerly():
            return function(*inputs)
        inputs = jax.tree.map(jnp.asarray, inputs)
        leaves, structure = jax.tree.flatten(inputs)
        key = (structure, *((leaf.shape, leaf.dtype) for leaf in leaves))
        if key not in programs:
            programs[key] = _program(function, inputs)
        pure, program = programs[key]
        result, assigned = program([v.value for v in pure.variables], *inputs)
        pure.assign(assigned)
        return result

    return call


def _program(function, inputs):
    read, written = variables_of(function, *inputs)
    variables = {id(v): v for v in (*read, *written)}
    pure = Pure(function, list(variables.values()))
    return pure, jax.jit(pure)


def fused(function: Callable) -> Callable:
    """Compiles a function of tensors into one kernel.

    Args:
        function: Callable of tensors, or dicts of them, that has no state and
            draws no random numbers. Keyword arguments are constants.

    Returns:
        Callable with the same arguments.
    """
    programs: dict[Any, Any] = {}

    @functools.wraps(function)
    def call(*inputs, **constants):
        inputs = keras.tree.map_structure(ops.convert_to_tensor, inputs)
        key = tuple(sorted(constants.items()))
        if key not in programs:
            programs[key] = jax.jit(functools.partial(function, **constants))
        return programs[key](*inputs)

    return call


fused_forward = fused
"""On TensorFlow derivatives are computed in another way."""


def gather_rows(table: Any, places: Any) -> Any:
    """Gathers rows of a table by indices that are known to be valid.

    Args:
        table: Floats `(rows, columns)`.
        places: Integers of any shape, in `[0, rows)`.
    """
    return jnp.take(table, places, axis=0, mode="clip")


def compiles_in_xla(function, *arguments) -> bool:
    """Whether XLA can compile a function of tensors."""
    try:
        compiled(function)(*arguments)
    except Exception:
        return False
    return True


def choose(predicate: Any, true: Callable, false: Callable) -> Any:
    """`keras.ops.cond` of functions without state that may take long.

    On a CPU both are computed, because XLA does not use its fast convolutions
    within a branch: those take ten times as long.
    """
    if jax.default_backend() != "cpu":
        return ops.cond(predicate, true, false)
    return jax.tree.map(
        lambda one, other: jnp.where(predicate, one, other), true(), false()
    )


def double_precision() -> contextlib.AbstractContextManager[Any]:
    """Context in which float64 and int64 have 64 bits."""
    return jax.enable_x64(True)
