"""Batches of two domains whose images are not paired."""

from typing import TYPE_CHECKING, Any

from keras_gan.datasets.balancing import Balance
from keras_gan.datasets.loading import load
from keras_gan.datasets.opening import open_source
from keras_gan.datasets.sources import ImageSize
from keras_gan.images import Range
from keras_gan.utils.arguments import integer

if TYPE_CHECKING:
    import tensorflow as tf


def domains(
    first: Any,
    second: Any,
    *,
    image_size: ImageSize = None,
    channels: int | None = None,
    batch_size: int = 64,
    value_range: Range = (-1, 1),
    shuffle: bool = True,
    seed: int | None = None,
    balance: Balance = None,
    split: str | None = None,
    num_workers: int | None = None,
) -> "tf.data.Dataset":
    """Loads images of two domains that may differ in number and content.

    Each batch has as many images of one domain as of the other, each in an
    order of its own. A pass ends when the larger domain has been seen once;
    the smaller one begins anew in between. What is left of a domain after its
    last whole batch is left out of that pass; the next has another order
    (without `shuffle`, the same images are left out each time).

    Args:
        first: Images of the first domain, as `load` takes them.
        second: Images of the second domain.
        image_size: Pixels, or `(height, width)`, to resize both domains to.
        channels: 1, 3 or 4 to convert both domains to.
        batch_size: Images of each domain in a batch.
        value_range: `(black, white)` of the returned images.
        shuffle: Whether to draw a new order of each domain for each pass.
        seed: Integer that fixes the orders of both domains, which differ.
        balance: Shares of the classes of both domains, as in `load`.
        split: The split of both domains, as in `load`.
        num_workers: Threads that decode images, as in `open_source`; a
            `Source` keeps its own number.

    Returns:
        A `tf.data.Dataset` of pairs of float32 images `(batch, height, width,
        channels)`, for `CoupledGAN.fit`.

    Raises:
        ValueError: If a domain is smaller than a batch, or an argument is not
            as `load` has it.

    Example:

    >>> images = np.zeros((40, 8, 8, 1), "uint8")
    >>> data = domains(images, 255 - images[:20], batch_size=16)
    >>> [len(pair) for pair in data]
    [2, 2]
    """
    if seed is not None:
        seed = integer("seed", seed, at_least=0)
    sources = [
        open_source(
            one,
            image_size=image_size,
            channels=channels,
            split=split,
            num_workers=num_workers,
        )
        for one in (first, second)
    ]
    streams = [
        load(
            source,
            batch_size=batch_size,
            value_range=value_range,
            shuffle=shuffle,
            balance=balance,
            # With one seed, domains of one size would be in one order: pairs.
            seed=None if seed is None else seed + number,
            labels=False,
            drop_remainder=True,
        ).repeat()
        for number, source in enumerate(sources)
    ]
    num_batches = max(map(len, sources)) // batch_size
    return type(streams[0]).zip(tuple(streams)).take(num_batches)
