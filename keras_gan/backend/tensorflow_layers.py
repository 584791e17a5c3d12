"""What only TensorFlow knows of layers that users hand in."""

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

import tensorflow as tf

from keras_gan.backend.tensorflow import input_gradients


def generator_states(layers: Iterable[Any]) -> list:
    """State variables of TensorFlow's random generators, each once.

    KerasCV's layers draw from these. A layer without a seed shares the one of
    the process. Some of their numbers come from TensorFlow's own operations,
    which have no state that could be kept.

    Args:
        layers: Layers; those inside them are not looked into.
    """
    found: dict[int, Any] = {}
    for layer in layers:
        for value in vars(layer).values():
            if isinstance(value, tf.random.Generator):
                found.setdefault(id(value), value.state)
    return list(found.values())


def second_derivatives(score, images):
    """Gradient of the squared slopes of a score, as a penalty takes it."""
    with tf.GradientTape() as tape:
        tape.watch(images)
        slopes = input_gradients(score, images)
        total = tf.reduce_sum(tf.square(slopes))
    return tape.gradient(
        total, images, unconnected_gradients=tf.UnconnectedGradients.ZERO
    )


@contextlib.contextmanager
def own_variable_scope() -> Iterator[None]:
    """Context for calls that may fail.

    An error inside `tf.map_fn` leaves a device behind in the variable scope,
    and from then on no strategy could make a variable. The scope is a new one:
    a failure before, in what the user ran, may have spoilt the current one.
    """
    scope = tf.compat.v1.VariableScope(reuse=None)
    with tf.compat.v1.variable_scope(scope, auxiliary_name_scope=False):
        yield


def compiles_in_xla(function, *arguments) -> bool:
    """Whether XLA can compile a function of tensors."""
    compiled = tf.function(function, autograph=False, jit_compile=True)
    try:
        compiled(*arguments)
    except Exception:
        return False
    return True


def has_gpu() -> bool:
    """Whether there is a GPU, for which Keras compiles with XLA by itself."""
    return bool(tf.config.get_visible_devices("GPU"))
