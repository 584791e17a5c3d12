"""Variables in TensorFlow: updates on every replica, foreign random states."""

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

import tensorflow as tf

from keras_gan.backend.tensorflow.replicas import in_several_replicas


def update_variables(function, variables, values) -> None:
    """Assigns `function(variable, value)` to each variable on every replica.

    Args:
        function: Callable of two tensors that returns the new value.
        variables: List of `keras.Variable` to write.
        values: List of `keras.Variable` of the same shapes to read.
    """
    targets = [variable.value for variable in variables]
    sources = [value.value for value in values]
    _assign(lambda a, b: a.assign(function(a, b)), targets, sources)


def copy_variables(variables, values) -> None:
    """Assigns `values` to `variables`; each replica gets the replicas' mean.

    Batch statistics differ between replicas, which see different images. A
    copy that is kept for inference must be the same on every replica.
    """
    targets = [variable.value for variable in variables]
    sources = [tf.convert_to_tensor(value.value) for value in values]
    if sources and in_several_replicas():
        context = tf.distribute.get_replica_context()
        sources = context.all_reduce(tf.distribute.ReduceOp.MEAN, sources)
    _assign(lambda a, b: a.assign(b), targets, sources)


def _assign(assign, targets, sources) -> None:
    if not in_several_replicas():
        for target, source in zip(targets, sources, strict=True):
            assign(target, source)
        return

    def update(strategy, targets, sources):
        for target, source in zip(targets, sources, strict=True):
            strategy.extended.update(
                target, assign, args=(source,), group=False
            )

    tf.__internal__.distribute.interim.maybe_merge_call(
        update, tf.distribute.get_strategy(), targets, sources
    )


def atomic_add(variable, value) -> None:
    """Adds to a variable in one operation.

    `keras.Variable.assign_add` reads, then writes: if two threads of a pipeline
    do so at once, one addition is lost.

    Args:
        variable: `keras.Variable`.
        value: Tensor of its shape.
    """
    variable.value.assign_add(tf.cast(value, variable.dtype))


def random_states(layers: Iterable[Any]) -> list:
    """State variables of TensorFlow's own random generators, each once.

    KerasCV's layers draw from these. A layer without a seed shares the one of
    the process. Some of their numbers come from TensorFlow's own operations,
    which have no state that could be kept.

    Args:
        layers: Layers; those inside them are not searched.
    """
    found: dict[int, Any] = {}
    for layer in layers:
        for value in vars(layer).values():
            if isinstance(value, tf.random.Generator):
                found.setdefault(id(value), value.state)
    return list(found.values())


@contextlib.contextmanager
def own_variable_scope() -> Iterator[None]:
    """Context for calls that may fail.

    An error inside `tf.map_fn` leaves a device behind in the variable scope,
    and from then on no strategy could make a variable. The scope is a new one:
    an earlier failure in the user's own code may have spoiled the current one.
    """
    scope = tf.compat.v1.VariableScope(reuse=None)
    with tf.compat.v1.variable_scope(scope, auxiliary_name_scope=False):
        yield
