"""Batches of which a part has labels and the rest has none."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_gan import images as image_tools
from keras_gan.datasets.balancing import balanced_order
from keras_gan.datasets.loading import fixed_seed, load
from keras_gan.datasets.opening import open_source
from keras_gan.datasets.sharding import Shard
from keras_gan.datasets.sources import Source
from keras_gan.utils.arguments import integer
from keras_gan.utils.machine import workers

if TYPE_CHECKING:
    import tensorflow as tf

UNLABELED = -1
_SECOND_ORDER = 0x5EED


def semi_supervised(
    labeled: Any,
    unlabeled: Any,
    *,
    batch_size: int = 128,
    seed: int | None = None,
    repeat: bool = False,
    skip_batches: int = 0,
    shard: Shard | None = None,
    **opening: Any,
) -> "tf.data.Dataset":
    """Loads batches whose first half has labels and whose second half has none.

    For `SemiSupervisedGAN`. The classes appear equally often in the first half,
    however many labels each has, and its images come again and again. The
    second half is drawn from `unlabeled` alone: give all images there, also
    those with labels. A pass has each of them once, less the rest that fills no
    batch, in a new order each time.

    Args:
        labeled: Images with labels, anything that `load` takes.
        unlabeled: The same, whose labels, if there are any, are not used.
        batch_size: Images in a batch, an even number.
        seed: Integer that fixes the orders. Default: as for `load`.
        repeat: Whether the stream is infinite; `fit` then takes
            `steps_per_epoch`.
        skip_batches: Number of batches to skip in an infinite stream.
        shard: `(index, count)` of this process, as for `load`; `count` must
            divide half of `batch_size`.
        **opening: `image_size`, `channels`, `value_range`, `num_workers` and
            `cache`, as for `load`, for both.

    Returns:
        A `tf.data.Dataset` of float32 images `(batch, height, width,
        channels)` and int32 labels `(batch,)`, -1 for the second half.

    Raises:
        FileNotFoundError: If there is no such file or folder.
        ValueError: If there are no labels, a class has none, there are no or
            too few unlabeled images, or the images are of different shapes.

    Example:

    >>> images = np.zeros((6, 8, 8, 1), "uint8")
    >>> few = (images[:2], np.array([0, 1]))
    >>> batches = semi_supervised(few, images, batch_size=4, seed=0)
    >>> images, labels = next(iter(batches))
    >>> sorted(np.asarray(labels).tolist())
    [-1, -1, 0, 1]
    """
    batch_size = integer("batch_size", batch_size, at_least=2)
    if batch_size % 2:
        raise ValueError(
            "`batch_size` must be even: half of the images have labels. "
            f"Received: batch_size={batch_size}. Add one."
        )
    value_range = opening.pop("value_range", (-1, 1))
    _check_any(unlabeled)
    sources = [open_source(one, **opening) for one in (labeled, unlabeled)]
    _check(*sources)
    half = batch_size // 2
    _check_half(half, len(sources[1]), repeat, shard)
    # Both fixed, because they are two streams of the same length.
    seed = fixed_seed(seed)
    without = load(
        sources[1],
        batch_size=half,
        value_range=value_range,
        labels=False,
        repeat=repeat,
        drop_remainder=True,
        seed=seed + _SECOND_ORDER,
        skip_batches=skip_batches,
        shard=shard,
    )
    order: Any = balanced_order("uniform", sources[0], seed=seed, shuffle=True)
    if not repeat:
        taken = half * (len(sources[1]) // half)
        order = _GoingOn(order, len(sources[0]), taken)
    start = skip_batches * half
    known = _endless(sources[0], order, half, value_range, start, shard)
    # TensorFlow is heavy, and other backends do not need it.
    import tensorflow as tf

    def mixed(with_labels, without):
        images, labels = with_labels
        none = tf.fill(tf.shape(without)[:1], tf.cast(UNLABELED, labels.dtype))
        return tf.concat([images, without], 0), tf.concat([labels, none], 0)

    return tf.data.Dataset.zip((known, without)).map(mixed)


def _endless(
    source: Source,
    order: Callable[[int], np.ndarray],
    batch_size: int,
    value_range: Any,
    start: int,
    shard: Shard | None,
) -> "tf.data.Dataset":
    """Batches of labeled images without end."""
    from keras_gan.datasets import pipeline

    numbers = pipeline.image_numbers(
        len(source),
        order=order,
        shuffle=True,
        seed=None,
        endless_from=start,
    )
    numbers = numbers.batch(batch_size, drop_remainder=True)
    numbers = pipeline.part_of_each(numbers, shard or (0, 1))
    num_workers = source.num_workers or workers(None)
    limits = image_tools.check_value_range(value_range)
    return pipeline.fetched(numbers, source, True, limits, num_workers)


class _GoingOn:
    """Orders of labeled images that go on in each iteration of a data set.

    An endless stream counts passes from 0 in each iteration, which would show
    the same labeled images in each pass of the unlabeled ones.

    Args:
        order: Number of a pass -> image numbers.
        length: Images in a pass.
        taken: Images that an iteration takes.
    """

    def __init__(
        self, order: Callable[[int], np.ndarray], length: int, taken: int
    ) -> None:
        self._order, self._length, self._taken = order, length, taken
        self._iterations = 0

    def __call__(self, number: int) -> np.ndarray:
        self._iterations += int(number) == 0
        start = (self._iterations - 1) * self._taken
        first, offset = divmod(start, self._length)
        order = self._order(first + int(number))
        if not offset:
            return order
        after = self._order(first + int(number) + 1)
        return np.concatenate([order[offset:], after[:offset]])


def _check_half(
    half: int, num_unlabeled: int, repeat: bool, shard: Shard | None
) -> None:
    """Checks what half of a batch is made of."""
    if not repeat and half > num_unlabeled:
        raise ValueError(
            f"`batch_size` must be at most {2 * num_unlabeled}, of which half "
            f"are the {num_unlabeled} unlabeled images. Received: batch_size="
            f"{2 * half}. Pass a smaller one, or `repeat=True`."
        )
    if isinstance(shard, tuple) and half % shard[-1]:
        raise ValueError(
            "Half of `batch_size` must be a multiple of the number of "
            f"processes. Received: batch_size={2 * half} and {shard[1]} "
            f"processes. Choose a multiple of {2 * shard[1]}."
        )


def _check_any(unlabeled: Any) -> None:
    number = getattr(unlabeled, "shape", (1,))[0]
    if unlabeled is None or number == 0:
        raise ValueError(
            "`unlabeled` must be images; those of `labeled` may be among them. "
            f"Received: {'None' if unlabeled is None else '0 images'}. Train "
            "an ordinary classifier where there are no others."
        )


def _check(labeled: Any, unlabeled: Any) -> None:
    if labeled.labels is None:
        raise ValueError(
            f"`labeled` must have labels. Received: {labeled.info.name}, which "
            "has none. Put the images of each class in a subfolder of its own, "
            "or pass a pair `(images, labels)`."
        )
    classes = labeled.info.num_classes
    counts = np.bincount(labeled.labels, minlength=classes)
    missing = np.flatnonzero(counts == 0)
    if classes < 2 or missing.size:
        received = (
            f"none of class {', '.join(map(str, missing))}, of {classes}"
            if missing.size
            else f"{classes} class"
        )
        raise ValueError(
            "`labeled` must have images of at least two classes, numbered from "
            f"0, and some of each. Received: {received}."
        )
    shapes = [one.info.image_shape for one in (labeled, unlabeled)]
    if shapes[0] != shapes[1]:
        raise ValueError(
            "Images with and without labels must have the same shape. "
            f"Received: {shapes[0]} and {shapes[1]}. Pass `image_size` and "
            "`channels`."
        )
