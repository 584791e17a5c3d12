"""Where TensorFlow runs what it is told: in a graph, on which replica."""

import contextlib
from typing import Any

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
