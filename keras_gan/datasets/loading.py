"""From an opened source to a tf.data.Dataset."""

import itertools
import os
import random
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import tensorflow as tf

from keras_gan import images as image_tools
from keras_gan.datasets.balancing import (
    Balance,
    BalancedOrder,
    balanced_order,
)
from keras_gan.datasets.opening import open_source
from keras_gan.datasets.source import ArraySource, ImageSize, Source

# Threads that decode batches.
_NUM_READERS = min(8, os.cpu_count() or 1)


def load(
    source: Any,
    *,
    image_size: ImageSize = None,
    batch_size: int = 64,
    channels: int | None = None,
    value_range: image_tools.Range = (-1, 1),
    shuffle: bool = True,
    seed: int | None = None,
    labels: bool | Literal["auto"] = "auto",
    repeat: bool = False,
    skip_batches: int = 0,
    drop_remainder: bool = False,
    balance: Balance = None,
) -> tf.data.Dataset:
    """Loads images as batches, in a new order each pass.

    With `repeat=True` the stream has no end and all its batches are full:
    they run on from one pass into the next. Its order is a function of `seed`
    and the number of the pass alone, so `skip_batches=k` gives what an
    earlier stream with the same seed would have given after `k` batches, and
    what is skipped is not read.

    With `balance` the classes come in the shares that it gives, in each pass to
    within one image. A pass still has as many images as there are: rare classes
    are repeated, no image of a class more often than another, and of frequent
    ones each pass takes the next part.

    Args:
        source: One of `keras_gan.datasets.BUILTIN_NAMES`; the path of a
            folder of images (sub-folders are classes), a zip of one or an
            `.npz`; an array of images or a pair `(images, labels)`; or what
            `open_source` returned.
        image_size: Pixels, or `(height, width)`, to resize to. Left out, the
            images keep their size, and have to share it.
        batch_size: Images in a batch.
        channels: 1 (greyscale), 3 (RGB) or 4 (RGBA) to convert to. Left
            out, what most of the images have.
        value_range: `(black, white)` of the images that come out.
        shuffle: Whether to draw a new order for each pass.
        seed: Integer that fixes the orders. Left out, they follow
            `keras.utils.set_random_seed`, or are new each time.
        labels: `True` gives `(images, labels)`, `False` gives images, and
            `"auto"` gives labels where there are any.
        repeat: Whether the stream is endless.
        skip_batches: Batches at the start of an endless stream to leave out.
        drop_remainder: Whether to leave out a last batch that is not full.
        balance: `"uniform"` gives every class that has images the same share
            of them; `{class: share}`, with numbers or names of classes and
            shares that sum to 1, gives other shares, and leaves out classes
            that it does not name. None: as they are. Without `shuffle`
            classes come in turn, and a data set that is not endless begins
            each pass with the same images.

    Returns:
        A `tf.data.Dataset` of float32 images `(batch, height, width,
        channels)`, or of those and int32 labels `(batch,)`.

    Raises:
        FileNotFoundError: If there is nothing of that name.
        ValueError: If the source or an argument is not as described.

    Example:

    >>> images, labels = next(iter(load("digits", batch_size=32, seed=0)))
    >>> images.shape, labels.shape
    (TensorShape([32, 8, 8, 1]), TensorShape([32]))
    """
    low, high = image_tools.check_value_range(value_range)
    opened = open_source(source, image_size=image_size, channels=channels)
    labelled = _wants_labels(opened, labels)
    _check_batches(opened, batch_size, repeat, skip_batches, drop_remainder)
    start = skip_batches * batch_size
    if balance is not None:
        order = balanced_order(
            balance, opened, seed=_fixed(seed), shuffle=shuffle
        )
        indices = _balanced_indices(order, len(opened), start, shuffle, repeat)
    elif repeat:
        one_pass = _plain_pass(len(opened), shuffle, _fixed(seed))
        indices = _endless(one_pass, len(opened), start)
    else:
        indices = tf.data.Dataset.range(len(opened))
        if shuffle:
            indices = indices.shuffle(len(opened), seed=seed)
    read = _reader(opened)
    all_labels = _on_cpu(opened.labels) if labelled else None

    def fetch(batch):
        images = _rescale(read(batch), opened.stored_range, (low, high))
        return (images, tf.gather(all_labels, batch)) if labelled else images

    dataset = indices.batch(batch_size, drop_remainder or repeat)
    dataset = dataset.map(fetch, _NUM_READERS, deterministic=True)
    return dataset.prefetch(2).with_options(_options())


def _fixed(seed: int | None) -> int:
    # Python's generator is one that `keras.utils.set_random_seed` sets.
    return random.randrange(2**31) if seed is None else int(seed)


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
            # Named, so that the order is that of every machine.
            alg="philox",
        )
        return tf.data.Dataset.from_tensor_slices(order)

    return one_pass


def _endless(
    one_pass: Callable[[tf.Tensor], tf.data.Dataset], length: int, start: int
) -> tf.data.Dataset:
    """Image numbers of one pass after another, from the `start`-th on."""
    first_pass, offset = divmod(start, length)
    passes = tf.data.Dataset.counter(first_pass)
    indices = passes.flat_map(one_pass).skip(offset)
    # tf.data does not find out that passes of finite length never end.
    return indices.apply(
        tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY)
    )


def _balanced_indices(
    order: BalancedOrder,
    num_images: int,
    start: int,
    shuffle: bool,
    repeat: bool,
) -> tf.data.Dataset:
    """Image numbers with the classes in their shares."""

    def one_pass(number):
        numbers = tf.numpy_function(order, [number], tf.int64, stateful=False)
        return tf.data.Dataset.from_tensor_slices(
            tf.ensure_shape(numbers, [num_images])
        )

    if repeat:
        return _endless(one_pass, num_images, start)
    # Each iteration is the next pass, as with tf.data's own shuffle.
    passes = itertools.count() if shuffle else itertools.repeat(0)

    def next_pass(_):
        return tf.numpy_function(lambda: next(passes), [], tf.int64)

    indices = tf.data.Dataset.range(1).map(next_pass).flat_map(one_pass)
    return indices.apply(tf.data.experimental.assert_cardinality(num_images))


def _reader(source: Source) -> Callable[[tf.Tensor], tf.Tensor]:
    """A function from image numbers to images, inside tf.data."""
    if isinstance(source, ArraySource) and source.is_resident:
        images = _on_cpu(source.images)
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
    # tf.data runs there, and a GPU has better uses for its memory.
    with tf.device("CPU:0"):
        return tf.constant(array)


def _rescale(images, stored_range, value_range):
    """Maps `stored_range` to `value_range`, whose ends are not overstepped."""
    (black, white), (low, high) = stored_range, value_range
    images = tf.cast(images, tf.float32)
    if (black, white) != (low, high):
        images = (images - black) / ((white - black) / (high - low)) + low
    return tf.clip_by_value(images, low, high)


def _options():
    options = tf.data.Options()
    # Every worker reads all and keeps its share: there are no files of
    # records that tf.data could deal out, and it would say so in a warning.
    options.experimental_distribute.auto_shard_policy = (
        tf.data.experimental.AutoShardPolicy.DATA
    )
    # The thread that tunes a pipeline sleeps for times that double up to a
    # minute, and an iterator waits for it when it ends: at every epoch.
    options.autotune.enabled = False
    return options


def _wants_labels(source: Source, labels: bool | Literal["auto"]) -> bool:
    if labels not in (True, False, "auto"):
        raise ValueError(
            '`labels` must be True, False or "auto". '
            f"Received: labels={labels!r}"
        )
    if labels is True and source.labels is None:
        raise ValueError(
            f"`{source.info.name}` has no labels. Received: labels=True. Put "
            "the images of each class in a sub-folder of its own, add "
            "`labels` to the .npz, or train without classes."
        )
    return bool(labels) and source.labels is not None


def _check_batches(source, batch_size, repeat, skip_batches, drop_remainder):
    numbers = {"batch_size": (batch_size, 1), "skip_batches": (skip_batches, 0)}
    for name, (value, least) in numbers.items():
        if not isinstance(value, (int, np.integer)) or value < least:
            raise ValueError(
                f"`{name}` must be a whole number, at least {least}. "
                f"Received: {name}={value!r}"
            )
    if skip_batches and not repeat:
        raise ValueError(
            "`skip_batches` needs the endless stream of repeat=True. "
            f"Received: skip_batches={skip_batches}, repeat=False"
        )
    if drop_remainder and not repeat and batch_size > len(source):
        raise ValueError(
            f"`batch_size` must be at most {len(source)}, the number of "
            f"images in `{source.info.name}`, or every batch is dropped. "
            f"Received: batch_size={batch_size}"
        )
