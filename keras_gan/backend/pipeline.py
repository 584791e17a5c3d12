"""Helpers for layers inside `tf.data`, the input pipeline of every backend."""

import sys
import threading
from typing import Any

import keras
from keras import ops

_BACKEND = keras.backend.backend()
# Keras' random functions expect a different seed dtype on JAX.
_SEED_DTYPE = {"jax": "uint32"}.get(_BACKEND, "int32")
_element = threading.local()


def in_pipeline() -> bool:
    """Whether this code processes an element of a `tf.data.Dataset`."""
    if getattr(_element, "seeds", None) is not None:
        return True
    tensorflow: Any = sys.modules.get("tensorflow")
    if not hasattr(tensorflow, "executing_eagerly"):
        return False  # Not imported, or the import has not finished.
    if tensorflow.executing_eagerly():
        return False
    graph = tensorflow.compat.v1.get_default_graph()
    while graph is not None:
        # The outermost graph has no name.
        if getattr(graph, "name", "").startswith("Dataset_"):
            return True
        graph = getattr(graph, "outer_graph", None)
    return False


def in_foreign_pipeline() -> bool:
    """Whether this code is traced in `tf.data` on JAX or PyTorch.

    Operations of these backends cannot run in TensorFlow's graph.
    """
    if _BACKEND == "tensorflow" or getattr(_element, "seeds", None) is not None:
        return False
    return in_pipeline()


def through_arrays(
    layer: Any, inputs: Any, seeds: "ElementSeeds", **kwargs: Any
) -> Any:
    """Calls a JAX or PyTorch layer on an element of a `tf.data` pipeline.

    TensorFlow passes arrays to the layer, once per element.

    Args:
        layer: Keras layer; called with the inputs as positional arguments.
        inputs: Tuple of nested structures of TensorFlow tensors.
        seeds: Seeds for the random draws of an element.
        **kwargs: Keyword arguments of the layer's `call`.

    Returns:
        The layer's outputs as TensorFlow tensors.
    """
    from keras_gan.backend.tensorflow import pipeline as tensorflow_pipeline

    def run(pair, *arrays):
        _element.seeds = pair
        try:
            packed = keras.tree.pack_sequence_as(inputs, list(arrays))
            outputs = layer(*packed, **kwargs)
        finally:
            _element.seeds = None
        return keras.tree.map_structure(ops.convert_to_numpy, outputs)

    symbols = keras.tree.map_structure(
        lambda one: keras.KerasTensor(tuple(one.shape), one.dtype.name), inputs
    )
    expected = layer.compute_output_spec(*symbols, **kwargs)
    pair = seeds.pair(*keras.tree.flatten(inputs))
    return tensorflow_pipeline.in_graph(run, pair, inputs, expected)


class FixedSeeds(keras.random.SeedGenerator):
    """Seeds for one call, computed from two numbers.

    Args:
        pair: Int32 tensor `(2,)`.
    """

    def __init__(self, pair: Any) -> None:
        # Keras' constructor is not called: it would create a variable, which
        # is not possible inside a graph.
        self._pair = ops.cast(pair, "int32")
        self._count = 0

    def next(self, ordered: bool = True) -> Any:
        self._count += 1
        # An odd, large factor keeps the seeds of successive draws far apart.
        step = (self._count * 0x9E3779B1) & 0x7FFFFFFF
        step_pair = ops.convert_to_tensor([0, step], "int32")
        return ops.cast(ops.bitwise_xor(self._pair, step_pair), _SEED_DTYPE)


class ElementSeeds:
    """Seeds for the elements of a pipeline, independent of their order.

    A counter would assign its seeds in the order in which parallel calls happen
    to run. Here the seed of an element is a hash of the layer's seed, the
    element itself and how often it has been seen, so it differs between epochs
    and does not depend on the number of parallel calls. The exception is equal
    elements that are processed at the same time: which of them counts as the
    first is a race. The table takes about 60 bytes per distinct element and is
    not saved.

    Args:
        seed: Integer seed of the layer.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._table: Any = None

    def next(self, *tensors: Any) -> FixedSeeds:
        """Returns the seeds of an element.

        Args:
            *tensors: The tensors of the element.
        """
        return seeds_of_element() or FixedSeeds(self.pair(*tensors))

    def pair(self, *tensors: Any) -> Any:
        """Returns the two numbers of an element as a TensorFlow tensor."""
        from keras_gan.backend.tensorflow import pipeline as tensorflow_pipeline

        if self._table is None:
            self._table = tensorflow_pipeline.ElementTable(self._seed)
        return self._table.pair(*tensors)


def seeds_of_element() -> FixedSeeds | None:
    """Seeds of the element that `through_arrays` is processing, if any."""
    pair = getattr(_element, "seeds", None)
    return None if pair is None else FixedSeeds(pair)


def refuse(condition: Any, message: str) -> None:
    """Raises an error if a condition holds when a TensorFlow graph runs.

    XLA and the other backends drop such checks.

    Args:
        condition: Boolean scalar tensor.
        message: Error message.
    """
    if _BACKEND != "tensorflow":
        return
    from keras_gan.backend.tensorflow import pipeline as tensorflow_pipeline

    tensorflow_pipeline.refuse(condition, message)
