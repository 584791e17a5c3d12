"""Replicas of `tf.distribute` strategies."""

from typing import Any

import keras
import tensorflow as tf


class ReplicaSeedGenerator(keras.random.SeedGenerator):
    """A seed generator whose draws differ between replicas.

    The state of a `keras.random.SeedGenerator` is the same on every replica, so
    all of them would draw the same latents. Here a multiple of the replica's
    index is added to the seed at each draw. The saved state is the same as on
    one device.
    """

    # Large, so that runs with consecutive seeds (1, 2, 3, ...) never collide.
    _STRIDE = 1_000_003

    def next(self, ordered: bool = True) -> tf.Tensor:
        seed = super().next(ordered)
        if replica_count() == 1:
            return seed
        context = tf.distribute.get_replica_context()
        if context is None:
            return seed
        replica = tf.cast(context.replica_id_in_sync_group, seed.dtype)
        return seed + tf.stack([replica * self._STRIDE, tf.zeros_like(replica)])


def current_strategy() -> Any:
    """The strategy that places new variables; compared by identity."""
    return tf.distribute.get_strategy()


def replica_count() -> int:
    """Number of replicas that run a step at once."""
    return tf.distribute.get_strategy().num_replicas_in_sync


def in_several_replicas() -> bool:
    """Whether this code runs on one of several replicas."""
    return replica_count() > 1 and tf.distribute.in_cross_replica_context() is (
        False
    )


def replica_id() -> Any:
    """Index of the current replica, from 0; 0 on one device."""
    if not in_several_replicas():
        return 0
    return tf.distribute.get_replica_context().replica_id_in_sync_group


def replica_mean(value: Any) -> Any:
    """Mean of a scalar over the replicas; the scalar itself on one device."""
    if not in_several_replicas():
        return value
    context = tf.distribute.get_replica_context()
    return context.all_reduce(tf.distribute.ReduceOp.MEAN, value)


def replica_share(batch_size: Any) -> Any:
    """Fraction of the global batch on this replica, a float32 scalar.

    Keras sums gradients over replicas. Multiplying the mean loss of the local
    batch by this fraction gives the mean over the global batch, even if the
    last batch is split unevenly.
    """
    if not in_several_replicas():
        return tf.constant(1.0)
    local = tf.cast(batch_size, tf.float32)
    context = tf.distribute.get_replica_context()
    return local / context.all_reduce(tf.distribute.ReduceOp.SUM, local)


def on_whole_batch(function, values: Any) -> Any:
    """Calls a function of a batch with the batches of all replicas in one.

    So every replica computes the same, for state that all of them share.

    Args:
        function: Callable, tensor `(batch, ...)` -> tensor `(batch, ...)`.
        values: Tensor with the examples of this replica.

    Returns:
        The rows of the function's result that belong to this replica.
    """
    if not in_several_replicas():
        return function(values)
    context = tf.distribute.get_replica_context()
    size = tf.shape(values)[0]
    # Sums, because gathering does not support replicas without examples.
    own = tf.one_hot(replica_id(), replica_count()) * tf.cast(size, tf.float32)
    sizes = context.all_reduce(tf.distribute.ReduceOp.SUM, own)
    start = tf.cast(tf.reduce_sum(sizes[: replica_id()]), tf.int32)
    total = tf.cast(tf.reduce_sum(sizes), tf.int32)
    rows = [start, total - start - size]
    padded = tf.pad(values, [rows, *[[0, 0]] * (len(values.shape) - 1)])
    batch = context.all_reduce(tf.distribute.ReduceOp.SUM, padded)
    # Padding forgets the static shape, which networks need.
    batch = tf.ensure_shape(batch, [None, *values.shape[1:]])
    return function(batch)[start : start + size]


def run_on_replicas(variable, function) -> None:
    """Runs `function()` on each replica that has a copy of `variable`.

    Runs it directly, once, if this code already runs on a replica or the
    variable was created on one device.

    Args:
        variable: `keras.Variable`.
        function: Callable without arguments; its result is ignored.
    """
    strategy = getattr(variable.value, "distribute_strategy", None)
    if strategy is None or in_several_replicas():
        function()
        return

    def step():
        function()
        return tf.constant(0)

    # As a graph, because TensorFlow warns if replicas run eagerly.
    tf.function(lambda: strategy.run(step), autograph=False)()
