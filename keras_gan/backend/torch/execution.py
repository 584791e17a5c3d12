"""How PyTorch runs functions: eagerly."""

import contextlib
from collections.abc import Callable
from typing import Any

import keras
import torch


def executing_eagerly() -> bool:
    """Whether values are there at once: not in a symbolic or compiled call."""
    if torch.compiler.is_compiling():
        return False
    return keras.ops.zeros(()).device.type != "meta"


def current_graph() -> Any:
    """The graph under construction: PyTorch has none."""
    return None


def cond(predicate: Any, true: Callable, false: Callable) -> Any:
    """`keras.ops.cond` of functions that may assign variables."""
    return keras.ops.cond(predicate, true, false)


def compiled(function: Callable) -> Callable:
    """The function itself: PyTorch runs it as it stands."""
    return function


def fused(function: Callable) -> Callable:
    """The function itself.

    Args:
        function: Callable of tensors, or dicts of them, without state and
            without random draws. Keyword arguments are constants.
    """
    return function


def gather_rows(table: Any, places: Any) -> Any:
    """Rows of a table at places that are known to lie inside it.

    Args:
        table: Floats `(rows, columns)`.
        places: Integers of any shape, at least 0 and less than `rows`.
    """
    return table[places]


def compiles_in_xla(function, *arguments) -> bool:
    """XLA is not used here."""
    del function, arguments
    return True


def double_precision() -> contextlib.AbstractContextManager[None]:
    """Context in which float64 and int64 have 64 bits: everywhere."""
    return contextlib.nullcontext()
