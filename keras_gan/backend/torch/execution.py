"""How PyTorch runs functions: eagerly."""

import contextlib
from collections.abc import Callable
from typing import Any

import keras
import torch


def executing_eagerly() -> bool:
    """Whether operations run at once, not in a symbolic or compiled call."""
    if torch.compiler.is_compiling():
        return False
    return keras.ops.zeros(()).device.type != "meta"


def current_graph() -> Any:
    """The graph under construction: PyTorch has none."""
    return None


def cond(predicate: Any, true: Callable, false: Callable) -> Any:
    """`keras.ops.cond` of functions that may assign variables."""
    return keras.ops.cond(predicate, true, false)


def choose(predicate: Any, true: Callable, false: Callable) -> Any:
    """`keras.ops.cond` of functions without state that may take long.

    In programs that are traced to be exported, both are computed.
    """
    if not torch.compiler.is_compiling():
        return keras.ops.cond(predicate, true, false)
    return keras.tree.map_structure(
        lambda one, other: torch.where(predicate, one, other), true(), false()
    )


def compiled(function: Callable) -> Callable:
    """Returns the function itself, which PyTorch runs eagerly."""
    return function


def fused(function: Callable) -> Callable:
    """Returns the function itself, which PyTorch runs eagerly.

    Args:
        function: Callable of tensors, or dicts of them, that has no state and
            draws no random numbers. Keyword arguments are constants.
    """
    return function


fused_forward = fused
"""On TensorFlow derivatives are computed in another way."""


def gather_rows(table: Any, places: Any) -> Any:
    """Gathers rows of a table by indices that are known to be valid.

    Args:
        table: Floats `(rows, columns)`.
        places: Integers of any shape, in `[0, rows)`.
    """
    return table[places]


def compiles_in_xla(function, *arguments) -> bool:
    """Returns True, because XLA is not used on PyTorch."""
    del function, arguments
    return True


def double_precision() -> contextlib.AbstractContextManager[None]:
    """Context in which float64 and int64 have 64 bits, as they always do."""
    return contextlib.nullcontext()
