"""Gradients in JAX: of losses, and of scores with respect to inputs."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
from jax import numpy as jnp

from keras_gan.backend.jax.state import Pure


def gradients(function: Callable, groups: Sequence[Sequence[Any]]) -> tuple:
    """Gradients of several losses, each with respect to its own variables.

    Args:
        function: Callable without arguments that returns a list of scalar
            losses, one per group, and any other value.
        groups: Lists of `keras.Variable`; no variable is in two of them.

    Returns:
        A list of lists of gradients, and the function's other value.
    """
    variables = [variable for group in groups for variable in group]
    pure = Pure(function, variables)

    def losses_of(values):
        (losses, others), assigned = pure(values)
        return list(losses), (others, assigned)

    losses, backward, (others, assigned) = jax.vjp(
        losses_of, [v.value for v in variables], has_aux=True
    )
    pure.assign(assigned)
    found = []
    start = 0
    for chosen, group in enumerate(groups):
        upstream = [
            (jnp.ones_like if number == chosen else jnp.zeros_like)(loss)
            for number, loss in enumerate(losses)
        ]
        # In a compiled program, gradients that are not used are not computed.
        found.append(backward(upstream)[0][start : start + len(group)])
        start += len(group)
    return found, others


def apply_gradients(optimizer: Any, gradients: list, variables: list) -> None:
    """Updates variables with an optimizer, through its stateless interface."""
    state = optimizer.variables
    values, new_state = optimizer.stateless_apply(
        [v.value for v in state], gradients, [v.value for v in variables]
    )
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
    for variable, value in zip(state, new_state, strict=True):
        variable.assign(value)


def held_constant(function: Callable) -> Any:
    """Returns `function()` as a constant for gradients."""
    return function()


def pass_with_input_gradients(function: Callable, inputs: Any) -> tuple:
    """Calls a function so that gradients of its inputs can be taken.

    Args:
        function: Callable, tensor `(batch, ...)` -> list of tensors.
        inputs: Floating-point tensor.

    Returns:
        The outputs, and a callable that returns the gradient of the sum of the
        first output with respect to the inputs, itself differentiable.
    """
    pure = Pure(function)
    outputs: list
    assigned: list
    outputs, backward, assigned = jax.vjp(
        lambda x: pure((), x), jnp.asarray(inputs), has_aux=True
    )
    pure.assign(assigned)

    def input_gradients():
        upstream = [jnp.zeros_like(output) for output in outputs]
        upstream[0] = jnp.ones_like(outputs[0])
        return backward(upstream)[0]

    return outputs, input_gradients


def gradient_of(function: Callable, inputs: Any) -> Any:
    """Gradient of a scalar function with respect to its inputs."""
    return jax.grad(function)(inputs)
