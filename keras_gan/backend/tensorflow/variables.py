"""Variables in TensorFlow: updates on all replicas, and random states."""

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

import tensorflow as tf

from keras_gan.backend.tensorflow.replicas import in_several_replicas


def update_variables(function, variables, values) -> None:
    """Assigns `function(variable, value)` to each variable on every replica.

    Args:
        function: Callable of two tensors that returns the new value.
        variables: List of `keras.Variable` to update.
        values: List of `keras.Variable` of the same shapes.
    """
    targets = [variable.value for variable in variables]
    sources = [value.value for value in values]
    _assign(lambda a, b: a.assign(function(a, b)), targets, sources)


def copy_variables(variables, values) -> None:
    """Assigns `values`, averaged over the replicas, to `variables`.

    Batch statistics differ between replicas, which see different images. A copy
    for inference must be the same on every replica.
    """
    targets = [variable.value for variable in variables]
    # `identity`, because what is read has no device, which workers need.
    sources = [tf.identity(value.value) for value in values]
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


def value_of(variable) -> Any:
    """Returns the tensor that a `keras.Variable` holds, to read it.

    It is not for computations that are differentiated.

    Args:
        variable: `keras.Variable`.
    """
    return variable.value.value()


def atomic_add(variable, value) -> None:
    """Adds to a variable in one operation.

    `keras.Variable.assign_add` reads, then writes. If two threads of a pipeline
    call it at the same time, one addition may be lost.

    Args:
        variable: `keras.Variable`.
        value: Tensor of the variable's shape.
    """
    variable.value.assign_add(tf.cast(value, variable.dtype))


def random_states(layers: Iterable[Any]) -> list:
    """State variables of `tf.random.Generator` objects, each once.

    KerasCV's layers draw from these. Layers without a seed share the global
    generator. Some of their draws come from TensorFlow's stateful random
    operations, whose state cannot be saved.

    Args:
        layers: Layers to search; their sublayers are not searched.
    """
    found: dict[int, Any] = {}
    for layer in layers:
        for value in vars(layer).values():
            if isinstance(value, tf.random.Generator):
                found.setdefault(id(value), value.state)
    return list(found.values())


@contextlib.contextmanager
def own_variable_scope() -> Iterator[None]:
    """Context for calls that may fail while they create variables.

    An error inside `tf.map_fn` leaves a device in the variable scope, after
    which no strategy can create variables in it. A new scope is used because an
    earlier failure in the user's code may have left the current one in that
    state.
    """
    scope = tf.compat.v1.VariableScope(reuse=None)
    with tf.compat.v1.variable_scope(scope, auxiliary_name_scope=False):
        yield
