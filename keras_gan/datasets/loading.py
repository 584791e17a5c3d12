"""From a source to a tf.data.Dataset."""

import random
from typing import TYPE_CHECKING, Any, Literal

from keras_gan import images as image_tools
from keras_gan.datasets.balancing import Balance, balanced_order
from keras_gan.datasets.opening import open_source
from keras_gan.datasets.sources import ImageSize, Source
from keras_gan.utils.arguments import integer

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
) -> "tf.data.Dataset":
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
    limits = image_tools.check_value_range(value_range)
    opened = open_source(source, image_size=image_size, channels=channels)
    labelled = _wants_labels(opened, labels)
    _check_batches(opened, batch_size, repeat, skip_batches, drop_remainder)
    order = None
    if balance is not None:
        order = balanced_order(
            balance, opened, seed=_fixed(seed), shuffle=shuffle
        )
    elif repeat:
        seed = _fixed(seed)
    # TensorFlow is heavy, and no part of Keras on other backends.
    from keras_gan.datasets import pipeline

    indices = pipeline.image_numbers(
        len(opened),
        order=order,
        shuffle=shuffle,
        seed=seed,
        endless_from=skip_batches * batch_size if repeat else None,
    )
    indices = indices.batch(batch_size, drop_remainder or repeat)
    return pipeline.fetched(indices, opened, labelled, limits)


def _fixed(seed: int | None) -> int:
    # Python's generator is one that `keras.utils.set_random_seed` sets.
    return random.randrange(2**31) if seed is None else int(seed)


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
    integer("batch_size", batch_size, at_least=1)
    integer("skip_batches", skip_batches, at_least=0)
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
