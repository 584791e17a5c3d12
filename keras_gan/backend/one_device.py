"""Replicas and variables on backends without `tf.distribute`.

A step is written for the whole batch. If `keras.distribution` spreads it over
several devices, the compiler handles that and no code is needed here.
"""

import contextlib
import sys
import threading
from collections.abc import Iterable
from typing import Any

import keras

ReplicaSeedGenerator = keras.random.SeedGenerator
_adding = threading.Lock()


def replica_count() -> int:
    """Number of replicas that run a step at once."""
    return 1


def in_several_replicas() -> bool:
    """Whether this code runs on one of several replicas."""
    return False


def replica_id() -> int:
    """Index of the current replica."""
    return 0


def replica_mean(value: Any) -> Any:
    """Mean of a scalar over the replicas: the scalar itself."""
    return value


def replica_share(batch_size: Any) -> float:
    """Fraction of the global batch on this replica: 1."""
    del batch_size
    return 1.0


def on_whole_batch(function: Any, values: Any) -> Any:
    """Calls a function of a batch, which one device has as a whole."""
    return function(values)


def run_on_replicas(variable: Any, function: Any) -> None:
    """Runs `function()` once, because there is one replica."""
    del variable
    function()


def current_strategy() -> Any:
    """The distribution that places new variables; compared by identity."""
    return keras.distribution.distribution()


def refuse_strategy() -> None:
    """Raises an error inside the scope of a `tf.distribute` strategy."""
    tensorflow: Any = sys.modules.get("tensorflow")
    distribute = getattr(tensorflow, "distribute", None)
    if distribute is None or not distribute.has_strategy():
        return
    chosen = keras.backend.backend()
    cure = (
        "keras.distribution.set_distribution(keras.distribution.DataParallel())"
        if chosen == "jax"
        else "one process and one device"
    )
    raise ValueError(
        "A `tf.distribute` strategy trains on the TensorFlow backend only. "
        f"Received: the scope of {type(distribute.get_strategy()).__name__} "
        f"with KERAS_BACKEND={chosen!r}. Set KERAS_BACKEND=tensorflow before "
        f"Keras is first imported, or leave out the scope and use {cure}."
    )


def outside_graphs() -> contextlib.AbstractContextManager[None]:
    """Context in which variables can be created permanently."""
    return contextlib.nullcontext()


def own_variable_scope() -> Any:
    """Context for calls that may fail while they create variables."""
    return contextlib.nullcontext()


def random_states(layers: Iterable[Any]) -> list:
    """States of TensorFlow's random generators: none on this backend."""
    del layers
    return []


def atomic_add(variable: Any, value: Any) -> None:
    """Adds to a variable; parallel calls of a pipeline lose no addition."""
    with _adding:
        variable.assign_add(value)
