"""Adam's update of all weights in one operation."""

import contextlib
import functools
import itertools
import math
from collections.abc import Iterator
from typing import Any

import keras
import torch

_STEP = "_parallel_update_step"


@contextlib.contextmanager
def fused(optimizer: Any) -> Iterator[None]:
    """Context in which Keras' Adam updates all weights in one operation.

    Keras has an operation for each part of the formula and each weight, which
    takes several times as long on a CPU. Clipping, schedules, weight decay and
    everything else around the update stay those of Keras.

    Args:
        optimizer: Any Keras optimizer. Others than Adam and AdamW, and those of
            weights on a GPU or in other than float32, are left as they are.
    """
    if not _is_adam(optimizer):
        yield
        return
    setattr(optimizer, _STEP, functools.partial(_update, optimizer))
    try:
        yield
    finally:
        delattr(optimizer, _STEP)


def _is_adam(optimizer: Any) -> bool:
    own = getattr(type(optimizer), _STEP, None)
    return own is not None and own is _step_of_keras() and not optimizer.amsgrad


@functools.cache
def _step_of_keras() -> Any:
    return getattr(type(keras.optimizers.Adam()), _STEP, None)


def _update(optimizer, gradients, variables, learning_rate) -> None:
    weights = [variable.value for variable in variables]
    places = [optimizer._get_variable_index(v) for v in variables]
    means, squares = (
        [kind[place].value for place in places]
        for kind in (optimizer._momentums, optimizer._velocities)
    )
    # On a GPU the host would have to wait for the number of steps.
    tensors = itertools.chain(weights, means, squares)
    if not all(map(_is_plain, tensors)):
        own = getattr(type(optimizer), _STEP)
        own(optimizer, gradients, variables, learning_rate)
        return
    step = int(optimizer.iterations) + 1
    # The operation takes all tensors as arrays in one order of the axes, but
    # gradients may be transposed views.
    gradients = [one.to(torch.float32).contiguous() for one in gradients]
    torch._fused_adam_(
        weights,
        gradients,
        means,
        squares,
        [],
        [torch.tensor(float(step))] * len(weights),
        lr=float(learning_rate),
        beta1=optimizer.beta_1,
        beta2=optimizer.beta_2,
        weight_decay=0.0,
        # Keras adds epsilon before the correction of the bias.
        eps=optimizer.epsilon / math.sqrt(1.0 - optimizer.beta_2**step),
        amsgrad=False,
        maximize=False,
    )


def _is_plain(tensor) -> bool:
    on_cpu = tensor.device.type == "cpu"
    return on_cpu and tensor.dtype == torch.float32 and tensor.is_contiguous()
