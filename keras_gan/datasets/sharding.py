"""Checks of the part of the data that belongs to one of several processes."""

from typing import Any

from keras_gan.utils.arguments import is_integer

Shard = tuple[int, int]
"""`(index, count)`: the number of this process, from 0, and of all."""


def check_shard(
    shard: Any,
    num_images: int,
    batch_size: int,
    all_full: bool,
    seeded: bool,
) -> Shard:
    """Returns a shard whose processes never wait for each other's batches.

    Args:
        shard: What the user gave; `None` for one process.
        num_images: How many there are in a pass.
        batch_size: Images in a batch, over all processes.
        all_full: Whether every batch has that size.
        seeded: Whether all processes know the same order.

    Raises:
        ValueError: If it is no shard, or the processes would get different
            numbers of images or different orders.
    """
    if shard is None:
        return 0, 1
    index, count = _pair(shard)
    if batch_size % count:
        raise ValueError(
            "`batch_size` counts the images of all processes, so the number "
            f"of processes must divide it. Received: batch_size={batch_size} "
            f"and shard={shard}. Choose a multiple of {count}."
        )
    if not all_full and num_images % count:
        raise ValueError(
            f"The last batch of {num_images:,} images cannot be divided into "
            f"equal parts for {count} processes. Received: shard={shard}. "
            "Use `repeat=True` or `drop_remainder=True`."
        )
    if not seeded:
        raise ValueError(
            "`seed` must be the same integer in all processes, which would "
            "draw different orders without it. Received: seed=None and "
            f"shard={shard}. Set `seed`, or `shuffle=False`."
        )
    return index, count


def _pair(shard: Any) -> Shard:
    is_pair = isinstance(shard, tuple | list) and len(shard) == 2
    if is_pair and all(is_integer(one, at_least=0) for one in shard):
        index, count = map(int, shard)
        if index < count:
            return index, count
    raise ValueError(
        "`shard` must be `(index, count)`: the number of this process, from "
        "0, and how many there are. "
        f"Received: shard={shard!r}"
    )
