"""Gradients in PyTorch: of losses, and of scores with respect to inputs."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import torch

from keras_gan.backend.torch.fused_adam import fused


def gradients(function: Callable, groups: Sequence[Sequence[Any]]) -> tuple:
    """Gradients of several losses, each with respect to its own variables.

    Args:
        function: Callable without arguments that returns a list of scalar
            losses, one per group, and any other value.
        groups: Lists of `keras.Variable`; no variable is in two of them.

    Returns:
        A list of lists of gradients (`None` if a loss does not depend on a
        variable), and the function's other value, detached.
    """
    losses, others = function()
    # All gradients are computed before an update changes weights in place.
    found = [
        _gradients_of(loss, group, keep=number + 1 < len(groups))
        for number, (loss, group) in enumerate(zip(losses, groups, strict=True))
    ]
    return found, keras.tree.map_structure(_detached, others)


def _gradients_of(loss, variables, keep) -> list:
    # Gradients of these weights only; those of other networks are not computed.
    weights = [variable.value for variable in variables]
    if not loss.requires_grad:
        return [None] * len(weights)
    return list(
        torch.autograd.grad(loss, weights, retain_graph=keep, allow_unused=True)
    )


def _detached(value):
    return value.detach() if torch.is_tensor(value) else value


@torch.no_grad()
def apply_gradients(optimizer: Any, gradients: list, variables: list) -> None:
    """Updates variables with an optimizer."""
    with fused(optimizer):
        optimizer.apply(gradients, variables)


@torch.no_grad()
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
    inputs = keras.ops.convert_to_tensor(inputs)
    if not inputs.requires_grad:
        inputs = inputs.detach().requires_grad_(True)
    with torch.enable_grad():
        outputs = function(inputs)
    score = outputs[0]

    def input_gradients():
        if not score.requires_grad:  # It does not depend on the inputs.
            return torch.zeros_like(inputs)
        slopes = torch.autograd.grad(
            score.sum(), inputs, create_graph=True, allow_unused=True
        )[0]
        return torch.zeros_like(inputs) if slopes is None else slopes

    return outputs, input_gradients


def gradient_of(function: Callable, inputs: Any) -> Any:
    """Gradient of a scalar function with respect to its inputs."""
    inputs = inputs.detach().requires_grad_(True)
    total = function(inputs)
    if not total.requires_grad:
        return torch.zeros_like(inputs)
    slopes = torch.autograd.grad(total, inputs, allow_unused=True)[0]
    return torch.zeros_like(inputs) if slopes is None else slopes
