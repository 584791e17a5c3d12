"""Inside `tf.data`, which is Keras' input pipeline on every backend."""

import sys
from typing import Any

import keras
from keras import ops

# What Keras' random functions take for a seed differs.
_SEED_DTYPE = {"jax": "uint32"}.get(keras.backend.backend(), "int32")


def in_pipeline() -> bool:
    """Whether a function of a `tf.data.Dataset` is being traced."""
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


def ElementSeeds(seed: int) -> Any:  # noqa: N802
    """Seeds for the elements of a pipeline; see the class of that name."""
    from keras_gan.backend import tensorflow_pipeline

    return tensorflow_pipeline.ElementSeeds(seed)


def refuse(condition: Any, message: str) -> None:
    """Raises an error while a graph runs, where a condition holds.

    Args:
        condition: Boolean scalar tensor.
        message: What to say.
    """
    from keras_gan.backend import tensorflow_pipeline

    tensorflow_pipeline.refuse(condition, message)
