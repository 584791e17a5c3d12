"""`load`: images as a `tf.data.Dataset`."""

import functools
import random
from typing import TYPE_CHECKING, Any, Literal

from keras_gan import images as image_tools
from keras_gan.datasets.balancing import Balance, balanced_order
from keras_gan.datasets.opening import open_source
from keras_gan.datasets.sharding import Shard, check_shard
from keras_gan.datasets.sources import ImageSize, Source
from keras_gan.utils.arguments import integer
from keras_gan.utils.machine import workers

if TYPE_CHECKING:
    import tensorflow as tf


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
    split: str | None = None,
    num_workers: int | None = None,
    cache: bool = True,
    shard: Shard | None = None,
) -> "tf.data.Dataset":
    """Loads batches of images, in a new order in each pass.

    With `repeat=True` the stream is infinite and all batches are full: they
    continue from one pass into the next. The order depends only on `seed` and
    the number of the pass, so `skip_batches=k` continues an earlier stream
    with the same seed after `k` batches, without reading the skipped images.

    With `balance` the classes have the given shares of each pass, exact to
    within one image. The length of a pass does not change: images of rare
    classes are repeated, all equally often, and each pass takes the next part
    of the frequent classes.

    With `shard=(index, count)` each of `count` processes reads and decodes only
    its own part of every batch. The parts of a batch are equal, disjoint and
    together the batch that one process would get from the same arguments, so
    no process has more batches than another, and `skip_batches` continues the
    streams of all of them.

    Args:
        source: One of `keras_gan.datasets.BUILTIN_NAMES`; the path of a
            folder of images (subfolders are classes), a zip of one or an
            `.npz`; an array of images or a pair `(images, labels)`; or a
            `Source` from `open_source`, or of pairs, such as `PairedImages`.
        image_size: Size in pixels, or `(height, width)`, to resize to.
            Default: no resizing; all images must have the same size.
        batch_size: Images in a batch, over all processes if there is a `shard`.
        channels: 1 (grayscale), 3 (RGB) or 4 (RGBA) to convert to. Default:
            the number that most images have.
        value_range: `(black, white)` of the returned images.
        shuffle: Whether to draw a new order for each pass.
        seed: Integer that fixes the orders. Default: they follow
            `keras.utils.set_random_seed`, or are random.
        labels: `True` returns `(images, labels)`, `False` returns images, and
            `"auto"` returns labels if there are any.
        repeat: Whether the stream is infinite.
        skip_batches: Number of batches to skip in an infinite stream.
        drop_remainder: Whether to drop a last batch that is not full.
        balance: `"uniform"` gives every class with images the same share;
            `{class: share}`, with class numbers or names and shares that sum
            to 1, sets the shares (classes not named have share 0). None: as
            they are. Without `shuffle` the classes alternate, and a finite
            dataset starts each pass with the same images.
        split: `"train"`, `"val"` or `"test"`, as for `open_source`.
        num_workers: Threads that read and decode, as for `open_source`. It
            changes no image and no order. Default: as `source` was opened
            with.
        cache: As for `open_source`.
        shard: `(index, count)` of this process, from 0 to `count - 1`; `count`
            must divide `batch_size`. Default: whole batches.

    Returns:
        A `tf.data.Dataset` of float32 images `(batch, height, width,
        channels)`, or of those and int32 labels `(batch,)`; of pairs and the
        like, of tuples of their parts.

    Raises:
        FileNotFoundError: If there is no such file or folder.
        ValueError: If the source or an argument is invalid.

    Example:

    >>> images, labels = next(iter(load("digits", batch_size=32, seed=0)))
    >>> images.shape, labels.shape
    (TensorShape([32, 8, 8, 1]), TensorShape([32]))
    """
    limits = image_tools.check_value_range(value_range)
    opened = open_source(
        source,
        image_size=image_size,
        channels=channels,
        split=split,
        num_workers=num_workers,
        cache=cache,
    )
    make = opened.batches or functools.partial(_batches, opened)
    return make(
        batch_size=batch_size,
        value_range=limits,
        shuffle=shuffle,
        seed=seed,
        labels=labels,
        repeat=repeat,
        skip_batches=skip_batches,
        drop_remainder=drop_remainder,
        balance=balance,
        num_workers=num_workers,
        shard=shard,
    )


def _batches(
    opened: Source,
    *,
    batch_size: int,
    value_range: tuple[float, float],
    shuffle: bool,
    seed: int | None,
    labels: bool | Literal["auto"],
    repeat: bool,
    skip_batches: int,
    drop_remainder: bool,
    balance: Balance,
    num_workers: int | None,
    shard: Shard | None,
) -> "tf.data.Dataset":
    """Batches of images as they are."""
    if num_workers is None:
        num_workers = opened.num_workers or workers(None)
    labeled = wants_labels(opened, labels)
    check_batches(opened, batch_size, repeat, skip_batches, drop_remainder)
    all_full = repeat or drop_remainder
    seeded = seed is not None or not shuffle
    part = check_shard(shard, len(opened), batch_size, all_full, seeded)
    order = None
    if balance is not None:
        order = balanced_order(
            balance, opened, seed=fixed_seed(seed), shuffle=shuffle
        )
    elif repeat:
        seed = fixed_seed(seed)
    # TensorFlow is heavy, and other backends do not need it.
    from keras_gan.datasets import pipeline

    indices = pipeline.image_numbers(
        len(opened),
        order=order,
        shuffle=shuffle,
        seed=seed,
        endless_from=skip_batches * batch_size if repeat else None,
        agreed=shard is not None,
    )
    indices = indices.batch(batch_size, all_full)
    indices = pipeline.part_of_each(indices, part)
    return pipeline.fetched(indices, opened, labeled, value_range, num_workers)


def fixed_seed(seed: int | None) -> int:
    """Returns a seed, drawn if there is none."""
    # `keras.utils.set_random_seed` seeds Python's generator, too.
    return random.randrange(2**31) if seed is None else int(seed)


def wants_labels(source: Source, labels: bool | Literal["auto"]) -> bool:
    """Whether to return labels; an error if there are none."""
    if labels not in (True, False, "auto"):
        raise ValueError(
            '`labels` must be True, False or "auto". '
            f"Received: labels={labels!r}"
        )
    if labels is True and source.labels is None:
        raise ValueError(
            f"`{source.info.name}` has no labels. Received: labels=True. Put "
            "the images of each class in a subfolder of its own, add "
            "`labels` to the .npz, or train without classes."
        )
    return bool(labels) and source.labels is not None


def check_batches(
    source: Source,
    batch_size: int,
    repeat: bool,
    skip_batches: int,
    drop_remainder: bool,
) -> None:
    """Checks the arguments of `load` for batches."""
    integer("batch_size", batch_size, at_least=1)
    integer("skip_batches", skip_batches, at_least=0)
    if skip_batches and not repeat:
        raise ValueError(
            "`skip_batches` needs an infinite stream, `repeat=True`. "
            f"Received: skip_batches={skip_batches}, repeat=False"
        )
    if drop_remainder and not repeat and batch_size > len(source):
        raise ValueError(
            f"`batch_size` must be at most {len(source)}, the number of "
            f"images in `{source.info.name}`, or all batches are dropped. "
            f"Received: batch_size={batch_size}"
        )
