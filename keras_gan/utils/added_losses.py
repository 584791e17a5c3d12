"""Losses that layers add in their calls: `add_loss`, `activity_regularizer`."""

import contextlib
import functools
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import keras
from keras import ops

_active = threading.local()


@contextlib.contextmanager
def collected() -> Iterator[list]:
    """Context that collects the losses which watched layers add.

    Keras keeps these losses in the layers, where each call of a network
    replaces those of the call before. A step calls its networks several times,
    and in JAX also inside functions that must return what they compute.

    Returns:
        List of pairs of a layer and a scalar, filled inside the context.

    Example:

    >>> layer = keras.layers.ActivityRegularization(l1=0.5)
    >>> watch([layer])
    >>> with collected() as added:
    ...     outputs = layer(np.ones((2, 3), "float32"))
    >>> [float(loss) for _, loss in added]
    [1.5]
    """
    outer = getattr(_active, "added", None)
    added: list[tuple[Any, Any]] = []
    _active.added = added
    try:
        yield added
    finally:
        _active.added = outer


def add(layer: Any, loss: Any) -> None:
    """Adds a loss of a layer: to the innermost list, or as Keras does."""
    added = getattr(_active, "added", None)
    if added is None:
        type(layer).add_loss(layer, loss)
    else:
        scalars = [_scalar(one) for one in keras.tree.flatten(loss)]
        added.extend((layer, scalar) for scalar in scalars)


def watch(layers: Iterable) -> None:
    """Lets layers hand the losses that they add to `collected`."""
    for layer in layers:
        layer.add_loss = functools.partial(add, layer)


def _scalar(loss):
    if not ops.is_tensor(loss):
        raise ValueError(
            "`add_loss` must be called with tensors. Received: "
            f"{loss!r}. Compute the loss with `keras.ops`."
        )
    return ops.sum(ops.cast(loss, "float32"))
