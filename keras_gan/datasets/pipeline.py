"""The tf.data side of `load` and `synthetic`."""

import functools
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from keras_gan.datasets.sources import Source
from keras_gan.images import Range

# More batches than these are not read at once: they take memory.
_MOST_READERS = 32
# Larger data is not copied into the graph: half of the free memory may hold it.
_MOST_COPIED_BYTES = 256 * 2**20
# One computes while the images of the other become arrays.
_NUM_COMPUTING = 2


def image_numbers(
    num_images: int,
    *,
    order: Callable[[int], np.ndarray] | None,
    shuffle: bool,
    seed: int | None,
    endless_from: int | None,
    agreed: bool = False,
) -> tf.data.Dataset:
    """The indices of images in the order in which they are read.

    Args:
        num_images: How many there are.
        order: Number of a pass -> image numbers, for balanced classes.
        shuffle: Whether the order is random.
        seed: Integer, or `None` for random orders.
        endless_from: Number of images to skip in an infinite stream. `None`:
            one pass.
        agreed: Whether all processes must draw the same order, whatever their
            global seeds are.
    """
    if order is not None:
        one_pass = _balanced_pass(order, num_images)
    else:
        one_pass = _plain_pass(num_images, shuffle, seed or 0)
    if endless_from is not None:
        return _endless(one_pass, num_images, endless_from)
    if agreed or order is not None:
        return _next_pass(one_pass, num_images, shuffle)
    indices = tf.data.Dataset.range(num_images)
    return indices.shuffle(num_images, seed=seed) if shuffle else indices


def places(
    num_images: int, shuffle: bool, seed: int, endless_from: int | None
) -> tf.data.Dataset:
    """Places in the stream and the indices of images there, `(2,)` each.

    Args:
        num_images: How many there are.
        shuffle: Whether the order is random.
        seed: Integer that fixes the orders.
        endless_from: Number of images to skip in an infinite stream. `None`:
            one pass.
    """
    order = _plain_pass(num_images, shuffle, seed)

    def one_pass(number):
        first = number * num_images
        counted = tf.data.Dataset.range(first, first + num_images)
        pairs = tf.data.Dataset.zip(counted, order(number))
        return pairs.map(lambda place, index: tf.stack([place, index]))

    if endless_from is not None:
        return _endless(one_pass, num_images, endless_from)
    return _next_pass(one_pass, num_images, shuffle)


def drawn(
    numbers: tf.data.Dataset, examples: Any, seed: int, num_workers: int
) -> tf.data.Dataset:
    """Batches of the parts of examples.

    Args:
        numbers: Batches of places and indices, `(batch, 2)`.
        examples: The `Examples`.
        seed: Integer that fixes crops and the like.
        num_workers: Number of batches that are made at once.
    """

    def fetch(batch):
        parts = tf.numpy_function(
            functools.partial(examples.batch, seed),
            [batch],
            [tf.float32] * len(examples.shapes),
            stateful=False,
        )
        size = batch.shape[0]
        shaped = tuple(
            tf.ensure_shape(part, (size, *shape))
            for part, shape in zip(parts, examples.shapes, strict=True)
        )
        return shaped if len(shaped) > 1 else shaped[0]

    calls = min(max(num_workers, 1), _MOST_READERS)
    dataset = numbers.map(fetch, calls, deterministic=True)
    return dataset.prefetch(2).with_options(_options())


def part_of_each(
    batches: tf.data.Dataset, shard: tuple[int, int]
) -> tf.data.Dataset:
    """The part of each batch that belongs to one of several processes.

    Args:
        batches: Batches of image numbers, or of places and image numbers,
            whose sizes `count` divides.
        shard: `(index, count)`.
    """
    index, count = shard
    if count == 1:
        return batches
    static, *rest = batches.element_spec.shape

    def part(batch):
        size = tf.shape(batch)[0] // count
        own = batch[index * size : (index + 1) * size]
        return tf.ensure_shape(own, [static and static // count, *rest])

    return batches.map(part)


def fetched(
    indices: tf.data.Dataset,
    source: Source,
    labeled: bool,
    limits: Range,
    num_workers: int,
) -> tf.data.Dataset:
    """Batches of images, or of images and labels, for batches of indices.

    Args:
        indices: Batches of image numbers.
        source: What the images are read from.
        labeled: Whether to return labels, too.
        limits: `(low, high)` of the images.
        num_workers: Number of batches that are read at once.
    """
    read = _reader(source)
    all_labels = _on_cpu(source.labels) if labeled else None

    def fetch(batch):
        images = _rescale(read(batch), source.stored_range, limits)
        return (images, tf.gather(all_labels, batch)) if labeled else images

    calls = min(max(num_workers, 1), _MOST_READERS)
    dataset = indices.map(fetch, calls, deterministic=True)
    return dataset.prefetch(2).with_options(_options())


def computed(
    batch: Callable[[int], Any],
    num_batches: int,
    *,
    image_shape: tuple[int, ...],
    labeled: bool,
) -> tf.data.Dataset:
    """Batches of images, or of images and labels, that a function returns.

    Args:
        batch: Number of a batch -> float32 images, or images and int32 labels.
        num_batches: How many there are.
        image_shape: Shape of an image.
        labeled: Whether to return labels, too.
    """
    dtypes = [tf.float32, tf.int32] if labeled else [tf.float32]

    def fetch(index):
        images, *labels = tf.numpy_function(
            lambda number: batch(number) if labeled else [batch(number)],
            [index],
            dtypes,
            stateful=False,
        )
        images = tf.ensure_shape(images, (None, *image_shape))
        if not labels:
            return images
        return images, tf.ensure_shape(labels[0], [None])

    dataset = tf.data.Dataset.range(num_batches)
    dataset = dataset.map(fetch, _NUM_COMPUTING, deterministic=True)
    return dataset.prefetch(1).with_options(_options())


def _plain_pass(
    num_images: int, shuffle: bool, seed: int
) -> Callable[[tf.Tensor], tf.data.Dataset]:
    """A function from the number of a pass to all image numbers."""

    def one_pass(number):
        if not shuffle:
            return tf.data.Dataset.range(num_images)
        order = tf.random.experimental.stateless_shuffle(
            tf.range(num_images, dtype=tf.int64),
            seed=tf.stack([tf.constant(seed, tf.int64), number]),
            # Fixed, so that the order is the same on every machine.
            alg="philox",
        )
        return tf.data.Dataset.from_tensor_slices(order)

    return one_pass


def _endless(
    one_pass: Callable[[tf.Tensor], tf.data.Dataset], length: int, start: int
) -> tf.data.Dataset:
    """Image numbers of one pass after another, starting at `start`."""
    first_pass, offset = divmod(start, length)
    passes = tf.data.Dataset.counter(first_pass)
    indices = passes.flat_map(one_pass).skip(offset)
    # tf.data cannot infer that an infinite number of passes never ends.
    return indices.apply(
        tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY)
    )


def _balanced_pass(
    order: Callable[[int], np.ndarray], num_images: int
) -> Callable[[tf.Tensor], tf.data.Dataset]:
    """A function from the number of a pass to its image numbers."""

    def one_pass(number):
        numbers = tf.numpy_function(order, [number], tf.int64, stateful=False)
        return tf.data.Dataset.from_tensor_slices(
            tf.ensure_shape(numbers, [num_images])
        )

    return one_pass


def _next_pass(
    one_pass: Callable[[tf.Tensor], tf.data.Dataset],
    num_images: int,
    shuffle: bool,
) -> tf.data.Dataset:
    # Each iteration is the next pass, as with tf.data's own shuffle.
    passes = itertools.count() if shuffle else itertools.repeat(0)

    def number(_):
        return tf.numpy_function(lambda: next(passes), [], tf.int64)

    indices = tf.data.Dataset.range(1).map(number).flat_map(one_pass)
    return indices.apply(tf.data.experimental.assert_cardinality(num_images))


def _reader(source: Source) -> Callable[[tf.Tensor], tf.Tensor]:
    """A function from image numbers to images, inside tf.data."""
    resident = source.resident()
    if resident is not None and resident.nbytes <= _MOST_COPIED_BYTES:
        images = _on_cpu(resident)
        return lambda batch: tf.gather(images, batch)

    def read(batch):
        images = tf.numpy_function(
            source.read, [batch], tf.as_dtype(source.dtype), stateful=False
        )
        return tf.ensure_shape(
            images, (*batch.shape.as_list(), *source.info.image_shape)
        )

    return read


def _on_cpu(array):
    # tf.data runs there, and GPU memory is needed for other things.
    with tf.device("CPU:0"):
        return tf.constant(array)


def _rescale(images, stored_range, value_range):
    """Maps `stored_range` to `value_range` and clips to it."""
    (black, white), (low, high) = stored_range, value_range
    images = tf.cast(images, tf.float32)
    if (black, white) != (low, high):
        images = (images - black) / ((white - black) / (high - low)) + low
    return tf.clip_by_value(images, low, high)


def _options():
    options = tf.data.Options()
    # Without `shard` every worker reads everything and keeps its share. There
    # are no record files to distribute, and tf.data would warn about that.
    options.experimental_distribute.auto_shard_policy = (
        tf.data.experimental.AutoShardPolicy.DATA
    )
    # The autotuning thread sleeps for up to a minute, and an iterator waits for
    # it when it ends, that is, in every epoch.
    options.autotune.enabled = False
    return options
