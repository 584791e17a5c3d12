"""What tests say in the words of a framework, said for all of them."""

import keras
import numpy as np
import pytest

from keras_gan import backend

BACKEND = keras.backend.backend()
# JAX has 64 bits only if it is told so as it starts.
FLOAT64 = [] if BACKEND == "jax" else ["float64"]
# Ways of `compiled`: without XLA and with it, where they differ.
JIT_COMPILE = [False, True] if BACKEND == "tensorflow" else [False]
# A few steps take less time eagerly than a graph takes to be traced, but JAX
# compiles each eager operation.
QUICK_STEPS = {"run_eagerly": BACKEND != "jax"}

# Test of a system as it is compiled. PyTorch compiles networks, not steps, and
# that takes half a minute: test_training.py does it for all systems.
with_a_compiler = pytest.mark.skipif(
    BACKEND == "torch", reason="tested once for all systems"
)


def corners(parameters, everywhere=1):
    """Parameters of which all but the first few are for the quickest backend.

    For tests whose parameters and backends do not depend on each other.
    """
    parameters = [
        one if isinstance(one, tuple) else (one,) for one in parameters
    ]
    first, rest = parameters[:everywhere], parameters[everywhere:]
    quickest = [pytest.param(*one, marks=pytest.mark.quickest) for one in rest]
    return [pytest.param(*one) for one in first] + quickest


def to_numpy(values):
    """Tensors and variables, alone or in lists, as NumPy arrays.

    What belongs to no backend, such as numbers and arrays, stays as it is.
    """
    if isinstance(values, (list, tuple)):
        return [to_numpy(value) for value in values]
    if isinstance(values, dict):
        return {name: to_numpy(value) for name, value in values.items()}
    if isinstance(values, keras.Variable) or keras.ops.is_tensor(values):
        return keras.ops.convert_to_numpy(values)
    # What comes out of tf.data is of TensorFlow on every backend.
    return values.numpy() if hasattr(values, "numpy") else values


def array(values, dtype=None):
    """`np.asarray` for arrays of any framework."""
    return np.asarray(to_numpy(values), dtype)


def tensor(values, dtype=None):
    """An array of the backend."""
    return keras.ops.convert_to_tensor(values, dtype)


def tensors(values: dict) -> dict:
    """The arrays of a dict as arrays of the backend."""
    return {name: tensor(value) for name, value in values.items()}


def dtype_of(values) -> str:
    """The name of the type of an array's elements."""
    return keras.backend.standardize_dtype(values.dtype)


def assert_equal(found, wanted, **kwargs):
    """`np.testing.assert_array_equal` for arrays of any framework."""
    np.testing.assert_array_equal(to_numpy(found), to_numpy(wanted), **kwargs)


def assert_close(found, wanted, rtol=1e-7, atol=0.0, **kwargs):
    """`np.testing.assert_allclose` for arrays of any framework."""
    found, wanted = to_numpy(found), to_numpy(wanted)
    np.testing.assert_allclose(found, wanted, rtol, atol, **kwargs)


def compiled(function, jit_compile: bool = False, *, shapes=None):
    """`function` as a user compiles it: a graph, XLA, or JAX' `jit`.

    PyTorch runs functions as they stand.

    Args:
        function: Callable of tensors.
        jit_compile: XLA for TensorFlow, too.
        shapes: One shape per argument with None for unknown sizes, or
            pairs of such a shape and a data type. TensorFlow traces it
            for these once; the others do not know such shapes.
    """
    if BACKEND != "tensorflow":
        return backend.compiled(function)
    import tensorflow as tf

    return tf.function(
        function,
        jit_compile=jit_compile,
        autograph=False,
        input_signature=shapes and [_specification(shape) for shape in shapes],
    )


def quick(function):
    """`function` as it gives its first result soonest.

    For tests to which it does not matter how the function runs: JAX compiles
    each operation that runs eagerly, which takes longer than one program.
    """
    return compiled(function) if BACKEND == "jax" else function


def _specification(shape):
    import tensorflow as tf

    typed = len(shape) == 2 and isinstance(shape[1], str)
    return tf.TensorSpec(*shape) if typed else tf.TensorSpec(shape)


def pipeline(arrays, batch_size: int | None = None):
    """A `tf.data.Dataset` of arrays, which feeds models on every backend."""
    import tensorflow as tf

    dataset = tf.data.Dataset.from_tensor_slices(arrays)
    return dataset.batch(batch_size) if batch_size else dataset


def differentiated(function):
    """A function of tensors: a scalar's value and gradients, one for each."""

    def value_and_slopes(*arrays):
        value, slopes = _DIFFERENTIATE[BACKEND](function, list(arrays))
        return value, *slopes

    return value_and_slopes


def value_and_gradients(function, *arrays):
    """The scalar `function(*arrays)` and its gradients, all as NumPy arrays."""
    return to_numpy(differentiated(function)(*map(tensor, arrays)))


def gradients(function, *arrays):
    """The gradients of the scalar `function(*arrays)` as NumPy arrays."""
    return value_and_gradients(function, *arrays)[1:]


def input_gradients(function, images):
    """The gradient of a score with respect to images, as penalties use it."""
    _, slopes = backend.pass_with_input_gradients(
        lambda images: [function(images)], images
    )
    return slopes()


def variable_gradients(function, variables, compile_as=None):
    """The gradients of the scalar `function()` with respect to variables.

    Args:
        function: Callable without arguments.
        variables: Keras variables.
        compile_as: Callable that compiles, such as `compiled`.
    """

    def run():
        return _VARIABLE_GRADIENTS[BACKEND](function, variables)

    return to_numpy(compile_as(run)() if compile_as else run())


def _tensorflow(function, arrays):
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(arrays)
        value = function(*arrays)
    return value, tape.gradient(value, arrays, unconnected_gradients="zero")


def _jax(function, arrays):
    import jax

    def pure(arrays):
        with keras.StatelessScope():
            return function(*arrays)

    return jax.value_and_grad(pure)(arrays)


def _torch(function, arrays):
    import torch

    arrays = [array.detach().clone().requires_grad_() for array in arrays]
    value = function(*arrays)
    if not value.requires_grad:
        return value, [torch.zeros_like(array) for array in arrays]
    return value, _torch_gradients(value, arrays)


def _torch_gradients(value, arrays):
    import torch

    found = torch.autograd.grad(value, arrays, allow_unused=True)
    return [
        torch.zeros_like(array) if gradient is None else gradient
        for gradient, array in zip(found, arrays, strict=True)
    ]


def _tensorflow_variables(function, variables):
    import tensorflow as tf

    values = [variable.value for variable in variables]
    with tf.GradientTape() as tape:
        value = function()
    return tape.gradient(value, values, unconnected_gradients="zero")


def _jax_variables(function, variables):
    import jax

    def pure(values):
        pairs = list(zip(variables, values, strict=True))
        with keras.StatelessScope(pairs):
            return function()

    return jax.grad(pure)([variable.value for variable in variables])


def _torch_variables(function, variables):
    return _torch_gradients(function(), [v.value for v in variables])


_DIFFERENTIATE = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}
_VARIABLE_GRADIENTS = {
    "tensorflow": _tensorflow_variables,
    "jax": _jax_variables,
    "torch": _torch_variables,
}
