"""Gradients in TensorFlow: of losses, and of scores with respect to inputs."""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf


def gradients(function: Callable, groups: Sequence[Sequence[Any]]) -> tuple:
    """Gradients of several losses, each with respect to its own variables.

    Args:
        function: Callable without arguments that returns a list of scalar
            losses, one per group, and any other value.
        groups: Lists of `keras.Variable`; no variable is in two of them.

    Returns:
        A list of lists of gradients (`None` if a loss does not depend on a
        variable), and the function's other value.
    """
    # With only the trained variables watched, the weight gradients of all other
    # networks are never computed.
    tape = tf.GradientTape(
        persistent=len(groups) > 1, watch_accessed_variables=False
    )
    with tape:
        for group in groups:
            for variable in group:
                tape.watch(variable.value)
        losses, others = function()
    found = [
        tape.gradient(loss, list(group))
        for loss, group in zip(losses, groups, strict=True)
    ]
    return found, others


def apply_gradients(optimizer: Any, gradients: list, variables: list) -> None:
    """Updates variables with an optimizer."""
    optimizer.apply(gradients, variables)


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
    inputs = tf.convert_to_tensor(inputs)
    with tf.GradientTape(
        persistent=True, watch_accessed_variables=False
    ) as tape:
        tape.watch(inputs)
        outputs = function(inputs)

    def input_gradients():
        return tape.gradient(
            outputs[0],
            inputs,
            unconnected_gradients=tf.UnconnectedGradients.ZERO,
        )

    return outputs, input_gradients


def gradient_of(function: Callable, inputs: Any) -> Any:
    """Gradient of a scalar function with respect to its inputs."""
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        total = function(inputs)
    return tape.gradient(
        total, inputs, unconnected_gradients=tf.UnconnectedGradients.ZERO
    )
