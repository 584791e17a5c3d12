"""Where TensorFlow runs what it is told: in a graph, on which replica."""

import contextlib
import functools
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from keras_gan.backend.tensorflow import in_several_replicas


def executing_eagerly() -> bool:
    """Whether values are there at once, not in a graph that runs later."""
    return tf.executing_eagerly()


def current_graph() -> Any:
    """The graph under construction, or `None` where there is none."""
    return None if executing_eagerly() else tf.compat.v1.get_default_graph()


def outside_graphs() -> contextlib.AbstractContextManager[None]:
    """Context in which variables are made for good, also amid a graph."""
    return tf.init_scope()


def current_strategy() -> Any:
    """What decides where new variables are placed; compared by identity."""
    return tf.distribute.get_strategy()


def replica_id() -> Any:
    """Number of the replica that runs this, from 0; 0 on one device."""
    if not in_several_replicas():
        return 0
    return tf.distribute.get_replica_context().replica_id_in_sync_group


def run_on_replicas(variable, function) -> None:
    """Runs `function()` on each replica that has its own `variable`.

    Once, and at once, where this runs on a replica already or the variable was
    made on one device.

    Args:
        variable: `keras.Variable`.
        function: Callable without arguments; its result is dropped.
    """
    strategy = getattr(variable.value, "distribute_strategy", None)
    if strategy is None or in_several_replicas():
        function()
        return

    def step():
        function()
        return tf.constant(0)

    # As a graph: TensorFlow warns of replicas that are run without one.
    tf.function(lambda: strategy.run(step), autograph=False)()


def fused(function: Callable) -> Callable:
    """Compiles a function of tensors into one kernel by XLA.

    Also where the graph around it is not compiled: a chain of small operations
    on images is bound by memory, and XLA makes it one loop.

    Args:
        function: Callable of tensors, or dicts of them, without state and
            without random draws. Keyword arguments are constants.

    Returns:
        Callable of the same arguments, compiled once for all batch sizes.
    """
    programs: dict[Any, Any] = {}

    @functools.wraps(function)
    def call(*inputs, **constants):
        # All sizes but the batch's are part of the key: a program for several
        # image sizes would no longer know any.
        key = (_signature(inputs), tuple(sorted(constants.items())))
        if key not in programs:
            programs[key] = tf.function(
                functools.partial(function, **constants),
                jit_compile=True,
                autograph=False,
                reduce_retracing=True,
            )
        return programs[key](*inputs)

    return call


def _signature(inputs: Any) -> tuple:
    return tuple(
        (path, leaf.dtype, tuple(leaf.shape[1:]))
        for path, leaf in keras.tree.flatten_with_path(inputs)
    )


def add_to(variable, value) -> None:
    """Adds to a variable in one operation.

    `keras.Variable.assign_add` reads and writes: of two threads of a pipeline
    that do so at once, one is lost.

    Args:
        variable: `keras.Variable`.
        value: Tensor of its shape.
    """
    variable.value.assign_add(tf.cast(value, variable.dtype))


def cond(predicate: Any, true: Callable, false: Callable) -> Any:
    """`keras.ops.cond` of functions that may assign variables."""
    return keras.ops.cond(predicate, true, false)


def double_precision() -> contextlib.AbstractContextManager[None]:
    """Context in which float64 and int64 are what they say: any."""
    return contextlib.nullcontext()
