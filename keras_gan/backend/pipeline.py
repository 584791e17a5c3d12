"""Inside `tf.data`, which is Keras' input pipeline on every backend."""

import sys
import threading
from typing import Any

import keras
from keras import ops

_BACKEND = keras.backend.backend()
# What Keras' random functions take for a seed differs.
_SEED_DTYPE = {"jax": "uint32"}.get(_BACKEND, "int32")
_element = threading.local()


def in_pipeline() -> bool:
    """Whether an element of a `tf.data.Dataset` is being worked on."""
    if getattr(_element, "seeds", None) is not None:
        return True
    tensorflow: Any = sys.modules.get("tensorflow")
    if not hasattr(tensorflow, "executing_eagerly"):
        return False  # Not imported, or not yet to the end.
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
    """Whether a `tf.data` function is traced that this backend cannot enter."""
    if _BACKEND == "tensorflow" or getattr(_element, "seeds", None) is not None:
        return False
    return in_pipeline()


def through_arrays(
    layer: Any, inputs: Any, seeds: "ElementSeeds", **kwargs: Any
) -> Any:
    """What a layer of another backend makes of an element of a pipeline.

    TensorFlow hands the layer arrays, once for each element.

    Args:
        layer: Keras layer; called with the inputs as positional arguments.
        inputs: Tuple of nested structures of TensorFlow's tensors.
        seeds: From which the draws of an element follow.
        **kwargs: Of the layer's call.
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
    """The seeds of one call, a function of two numbers.

    Args:
        pair: Int32 tensor `(2,)`.
    """

    def __init__(self, pair: Any) -> None:
        # Without Keras' variable, which cannot be made amid a graph.
        self._pair = ops.cast(pair, "int32")
        self._count = 0

    def next(self, ordered: bool = True) -> Any:
        self._count += 1
        # Odd and large, so that neighbours are far from each other.
        step = (self._count * 0x9E3779B1) & 0x7FFFFFFF
        step_pair = ops.convert_to_tensor([0, step], "int32")
        return ops.cast(ops.bitwise_xor(self._pair, step_pair), _SEED_DTYPE)


class ElementSeeds:
    """Seeds for the elements of a pipeline, whatever order they come in.

    A counter would deal out its seeds in the order in which parallel calls
    happen to run. Here the seed of an element is a hash of the layer's seed,
    the element itself and how often it has been seen: another one each epoch,
    and the same for any number of parallel calls. Equal elements in flight at
    once are an exception: which of them counts as the first is a race. The
    table keeps some 60 bytes for each new element and is not saved.

    Args:
        seed: Integer.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._table: Any = None

    def next(self, *tensors: Any) -> FixedSeeds:
        """The seeds of an element.

        Args:
            *tensors: The element.
        """
        return seeds_of_element() or FixedSeeds(self.pair(*tensors))

    def pair(self, *tensors: Any) -> Any:
        """The two numbers from which they follow, as a TensorFlow tensor."""
        from keras_gan.backend.tensorflow import pipeline as tensorflow_pipeline

        if self._table is None:
            self._table = tensorflow_pipeline.ElementTable(self._seed)
        return self._table.pair(*tensors)


def seeds_of_element() -> FixedSeeds | None:
    """The seeds of the element that a foreign pipeline works on, if any."""
    known = getattr(_element, "seeds", None)
    return None if known is None else FixedSeeds(known)


def refuse(condition: Any, message: str) -> None:
    """Raises an error while a graph of TensorFlow runs, if a condition holds.

    Not under XLA, which leaves such checks out, as the programs of other
    backends do.

    Args:
        condition: Boolean scalar tensor.
        message: What to say.
    """
    if _BACKEND != "tensorflow":
        return
    from keras_gan.backend.tensorflow import pipeline as tensorflow_pipeline

    tensorflow_pipeline.refuse(condition, message)
