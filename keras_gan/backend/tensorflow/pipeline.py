"""Helpers for `tf.data` pipelines that use TensorFlow directly."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf


class ElementTable:
    """Counts how often each element of a pipeline was seen.

    Args:
        seed: Integer seed of the layer.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        with tf.init_scope(), tf.device("CPU:0"):
            self._seen = tf.lookup.experimental.MutableHashTable(
                tf.int64, tf.int64, default_value=0
            )

    def pair(self, *tensors: Any) -> tf.Tensor:
        """Returns two numbers that hash the seed, an element and its count.

        Args:
            *tensors: The tensors of the element.
        """
        key = _hashed(tf.stack([_hashed(one) for one in tensors]))
        seen = self._seen.lookup(key)
        self._seen.insert(key, seen + 1)
        whole = _hashed(
            tf.stack([tf.constant(self._seed, tf.int64), key, seen])
        )
        # Not split with `bitcast`: TensorFlow would merge it with the `bitcast`
        # in `_hashed` and fail.
        halves = tf.stack([whole, tf.bitwise.right_shift(whole, 32)])
        halves = tf.bitwise.bitwise_and(halves, 0x7FFFFFFF)
        return tf.cast(halves, tf.int32)


def in_graph(function: Any, pair: Any, inputs: Any, expected: Any) -> Any:
    """Calls a function of arrays from a graph.

    Args:
        function: Callable, two numbers and arrays -> structure of arrays.
        pair: The two numbers.
        inputs: Structure of tensors.
        expected: Structure of `keras.KerasTensor` that describes the outputs.

    Returns:
        The outputs, a structure of tensors.
    """
    specs = keras.tree.flatten(expected)

    def flat(*arrays):
        found = keras.tree.flatten(function(*arrays))
        # JAX returns 32 bits where 64 are expected, unless x64 is enabled.
        return [
            np.asarray(array, one.dtype)
            for array, one in zip(found, specs, strict=True)
        ]

    outputs = tf.numpy_function(
        flat,
        [pair, *keras.tree.flatten(inputs)],
        [tf.as_dtype(one.dtype) for one in specs],
    )
    outputs = [
        tf.ensure_shape(output, one.shape)
        for output, one in zip(outputs, specs, strict=True)
    ]
    return keras.tree.pack_sequence_as(expected, outputs)


def refuse(condition: Any, message: str) -> None:
    """Raises an error if a condition holds when the graph runs."""
    tf.debugging.Assert(tf.logical_not(condition), [message])


def _hashed(tensor):
    """Hashes all bytes of a tensor into an int64."""
    data = tf.convert_to_tensor(tensor)
    if data.dtype == tf.bool:
        data = tf.cast(data, tf.uint8)
    return tf.bitcast(tf.fingerprint(tf.reshape(data, (1, -1)))[0], tf.int64)
