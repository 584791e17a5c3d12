"""How TensorFlow runs functions: eagerly, in graphs or compiled by XLA."""

import contextlib
import functools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import keras
import tensorflow as tf

_programs: dict[Any, Any] = {}
"""Compiled by `fused`, by function, shapes and constants."""

_around = threading.local()


def executing_eagerly() -> bool:
    """Whether operations run at once, not in a graph that runs later."""
    return tf.executing_eagerly()


def current_graph() -> Any:
    """The graph under construction, or `None` if there is none."""
    return None if executing_eagerly() else tf.compat.v1.get_default_graph()


def outside_graphs() -> contextlib.AbstractContextManager[None]:
    """Context in which variables outlive the graph under construction."""
    return tf.init_scope()


def compiled(function: Callable) -> Callable:
    """Returns `function` as a graph that is traced once for all batch sizes."""
    return tf.function(function, reduce_retracing=True, autograph=False)


def compiles_in_xla(function, *arguments) -> bool:
    """Whether XLA can compile a function of tensors."""
    compiled = tf.function(function, autograph=False, jit_compile=True)
    try:
        compiled(*arguments)
    except Exception:
        return False
    return True


def fused(function: Callable) -> Callable:
    """Compiles a function of tensors into one kernel with XLA.

    The function is compiled even if the graph around it is not: a chain of
    small operations on images is limited by memory bandwidth, and XLA fuses it
    into one loop. In a step that XLA compiles as a whole, it is called as it
    is: XLA cannot take gradients of programs within branches of a program.

    Args:
        function: Callable of tensors, or dicts of them, that has no state and
            draws no random numbers. Keyword arguments are constants.

    Returns:
        Callable with the same arguments, compiled once for all batch sizes.
    """

    @functools.wraps(function)
    def call(*inputs, **constants):
        if getattr(_around, "is_compiled", False):
            return function(*inputs, **constants)
        # All sizes except the batch size are part of the key: in a program for
        # several image sizes, the sizes would be unknown.
        key = (function, _signature(inputs), tuple(sorted(constants.items())))
        if key not in _programs:
            _programs[key] = tf.function(
                functools.partial(function, **constants),
                jit_compile=True,
                autograph=False,
                reduce_retracing=True,
            )
        return _programs[key](*inputs)

    return call


@contextlib.contextmanager
def within_program(is_compiled: bool) -> Iterator[None]:
    """Context of a step that XLA compiles as a whole, or that it does not.

    Args:
        is_compiled: Whether it does. `fused` then compiles nothing itself.
    """
    before = getattr(_around, "is_compiled", False)
    _around.is_compiled = is_compiled
    try:
        yield
    finally:
        _around.is_compiled = before


def fused_forward(function: Callable) -> Callable:
    """Like `fused`, but only for the forward pass.

    Derivatives, of any order, are those of the operations one by one: XLA is
    slow at adding up the gradients of pixels that are looked up.

    Args:
        function: Callable of tensors as for `fused`. It is differentiated with
            respect to the first.

    Returns:
        Callable with the same arguments.
    """
    program = fused(function)

    @functools.wraps(function)
    def call(images, *constants):
        @tf.custom_gradient
        def forward(images):
            def gradient(upstream):
                with tf.GradientTape() as tape:
                    tape.watch(images)
                    result = function(images, *constants)
                return tape.gradient(result, images, upstream)

            # Tapes must not record it: its own derivatives are never used,
            # and TensorFlow may not find those of functions inside of it.
            inputs = [tf.stop_gradient(one) for one in (images, *constants)]
            return program(*inputs), gradient

        return forward(images)

    return call


def _signature(inputs: Any) -> tuple:
    return tuple(
        (path, leaf.dtype, tuple(leaf.shape[1:]))
        for path, leaf in keras.tree.flatten_with_path(inputs)
    )


def cond(predicate: Any, true: Callable, false: Callable) -> Any:
    """`keras.ops.cond` of functions that may assign variables.

    What they compute of gradients can be differentiated, also by XLA.
    """
    return keras.ops.cond(
        predicate, _with_known_ranks(true), _with_known_ranks(false)
    )


def _with_known_ranks(function: Callable) -> Callable:
    """A branch whose tensors have the ranks that XLA must know.

    For its gradient, a branch that is not taken returns stand-ins for the
    tensors of the other one, with the rank that is known when the program is
    made. TensorFlow does not know it in gradients of matrix products of a
    batch of unknown size: it sums over the axes that one factor lacks, and
    cannot tell that there are none.
    """

    @functools.wraps(function)
    def call():
        results = function()
        graph = current_graph()
        for operation in graph.get_operations() if graph else ():
            if operation.type == "Sum" and _keeps_axes(operation):
                (total,) = operation.outputs
                total.set_shape(operation.inputs[0].shape)
        return results

    return call


def _keeps_axes(operation: tf.Operation) -> bool:
    """Whether a sum over unknown axes becomes a factor of the same shape."""
    (total,), values = operation.outputs, operation.inputs[0]
    return total.shape.rank is None and any(
        user.type == "Reshape"
        and user.outputs[0].shape.rank is not None
        # A factor of one for the whole batch would have a 1 here.
        and user.outputs[0].shape.as_list() == values.shape.as_list()
        for user in total.consumers()
    )


def choose(predicate: Any, true: Callable, false: Callable) -> Any:
    """`keras.ops.cond` of functions without state that may take long."""
    return keras.ops.cond(predicate, true, false)


def double_precision() -> contextlib.AbstractContextManager[None]:
    """Context in which float64 and int64 have 64 bits, as they always do."""
    return contextlib.nullcontext()
