"""Randomness inside `tf.data`, where calls run in any order."""

from typing import Any

import tensorflow as tf

from keras_gan.backend.pipeline import FixedSeeds


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
        with tf.init_scope(), tf.device("CPU:0"):
            self._seen = tf.lookup.experimental.MutableHashTable(
                tf.int64, tf.int64, default_value=0
            )

    def next(self, *tensors: Any) -> FixedSeeds:
        """The seeds of an element.

        Args:
            *tensors: The element.
        """
        key = _hashed(tf.stack([_hashed(one) for one in tensors]))
        seen = self._seen.lookup(key)
        self._seen.insert(key, seen + 1)
        place = tf.stack([tf.constant(self._seed, tf.int64), key, seen])
        whole = _hashed(place)
        # Not by `bitcast`: TensorFlow would make one of this and the one before
        # it, and fail.
        halves = tf.stack([whole, tf.bitwise.right_shift(whole, 32)])
        return FixedSeeds(tf.bitwise.bitwise_and(halves, 0x7FFFFFFF))


def refuse(condition: Any, message: str) -> None:
    """Raises an error while a graph runs, where a condition holds.

    Not under XLA, which leaves such checks out.

    Args:
        condition: Boolean scalar tensor.
        message: What to say.
    """
    tf.debugging.Assert(tf.logical_not(condition), [message])


def _hashed(tensor):
    """An int64 that depends on every byte of a tensor."""
    data = tf.convert_to_tensor(tensor)
    if data.dtype == tf.bool:
        data = tf.cast(data, tf.uint8)
    return tf.bitcast(tf.fingerprint(tf.reshape(data, (1, -1)))[0], tf.int64)
