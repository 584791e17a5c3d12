"""Orders in which classes come in the shares that were asked for."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_gan.datasets.sources import DatasetInfo, Source
from keras_gan.utils.arguments import is_integer, is_number

Balance = str | Mapping[Any, float] | None
"""`"uniform"`, or `{class number or name: share}`, or as the images are."""

# How far from 1 the sum of shares may be: they are often thirds and the like.
_TOLERANCE = 1e-6
# Stream of random numbers that mixes the classes; class c has stream c + 1.
_MIXING = 0


class BalancedOrder:
    """Image numbers, pass after pass, with the classes in given shares.

    A pass has as many places as there are images. Each class has a share of
    them, and fills its places from shuffled passes through its own images, one
    after the other, so that none comes a second time before all have come
    once. A class has `num_images * share` places in a pass, rounded down or up
    such that the mean over passes is that number.

    The order of a pass is a function of `seed` and its number alone.

    Args:
        labels: Integers `(num_images,)`, from 0.
        shares: One number a class, at least 0, that sum to 1.
        seed: Integer that fixes the orders.
        shuffle: Whether images come in random order. Otherwise those of a
            class come in theirs, and are spread evenly over the pass.

    Example:

    >>> order = BalancedOrder([0, 0, 0, 1], [0.5, 0.5], seed=0, shuffle=False)
    >>> order(0).tolist(), order(1).tolist()
    ([0, 3, 1, 3], [2, 3, 0, 3])
    """

    def __init__(
        self, labels: Any, shares: Any, *, seed: int, shuffle: bool = True
    ) -> None:
        labels, shares = np.asarray(labels), np.asarray(shares, "float64")
        self._classes = np.flatnonzero(shares)
        self._images = [np.flatnonzero(labels == c) for c in self._classes]
        self._num_images = len(labels)
        self._seed = seed % 2**64
        self._shuffle = shuffle
        # Where each class ends when a pass is laid out class by class.
        ends = np.cumsum(shares[self._classes])
        # Rounded, so that thirds of 30 images are 10, and not a hair more.
        self._ends = (ends / ends[-1] * self._num_images).round(6)

    def __call__(self, number: int) -> np.ndarray:
        """Image numbers `(num_images,)` of one pass, counted from 0."""
        first, end = self._taken_before(number), self._taken_before(number + 1)
        taken = [
            self._of_class(index, *bounds)
            for index, bounds in enumerate(zip(first, end, strict=True))
        ]
        order = np.empty(self._num_images, "int64")
        # In whatever way classes are mixed, each keeps the order of its own.
        places = np.repeat(np.arange(len(taken)), end - first)
        places = places[self._mixture(int(number), end - first)]
        for index, images in enumerate(taken):
            order[places == index] = images
        return order

    def _taken_before(self, number: int) -> np.ndarray:
        """Images of each class in the first `number` passes.

        A pass takes the points 0 + u, 1 + u, ... of the line on which the
        classes lie end to end, so that no class is an image from its share. Its
        u is its number with the binary digits mirrored (van der Corput), which
        fills [0, 1) evenly, and lets whole blocks of passes be counted at once.
        """
        whole = np.floor(self._ends)
        left = self._ends - whole
        taken, offset, number = int(number) * whole, 0.0, int(number)
        for bit in reversed(range(number.bit_length())):
            size = 2**bit
            if number & size:
                # These passes have the offsets offset + 0/size, + 1/size, ...
                taken += np.clip(np.ceil((left - offset) * size), 0, size)
                offset += 0.5 / size
        return np.diff(taken.astype("int64"), prepend=0)

    def _of_class(self, index: int, first: int, end: int) -> np.ndarray:
        """The images from the `first`-th to before the `end`-th of a class."""
        images = self._images[index]
        if not self._shuffle:
            return images[np.arange(first, end) % len(images)]
        first_pass, start = divmod(first, len(images))
        passes = range(first_pass, math.ceil(end / len(images)))
        stream = int(self._classes[index]) + 1
        keys = self._keys(stream, passes, len(images))
        return images[
            keys.argsort(kind="stable").ravel()[start:][: end - first]
        ]

    def _mixture(self, number: int, counts: np.ndarray) -> np.ndarray:
        """How to rearrange the places of a pass, which come class by class."""
        if self._shuffle:
            keys = self._keys(
                _MIXING, range(number, number + 1), self._num_images
            )
            return keys[0].argsort(kind="stable")
        when = [(np.arange(count) + 0.5) / count for count in counts if count]
        return np.concatenate(when).argsort(kind="stable")

    def _keys(self, stream: int, rows: range, length: int) -> np.ndarray:
        """Random integers `(len(rows), length)`, the same on every machine.

        Philox counts in blocks of four numbers, so each row begins a block, and
        any row is found without those before it.
        """
        blocks = -(-length // 4)
        generator = np.random.Philox(
            key=np.array([self._seed, stream], "uint64"),
            counter=rows.start * blocks,
        )
        keys = generator.random_raw(len(rows) * blocks * 4)
        return keys.reshape(len(rows), blocks * 4)[:, :length]


def balanced_order(
    balance: Balance, source: Source, *, seed: int, shuffle: bool
) -> BalancedOrder:
    """The order that `balance` asks for.

    Args:
        balance: `"uniform"` or `{class number or name: share}`.
        source: The images and their labels.
        seed: Integer that fixes the orders.
        shuffle: Whether images come in random order.

    Raises:
        ValueError: If there are no labels, or the shares are not shares of
            classes that have images.
    """
    info, labels = source.info, source.labels
    if labels is None:
        raise ValueError(
            f"`balance` needs classes, and `{info.name}` has none. Received: "
            f"balance={balance!r}. Put the images of each class in a "
            "sub-folder of its own, add `labels` to the .npz, or leave "
            "`balance` out."
        )
    shares = _class_shares(balance, info, labels)
    return BalancedOrder(labels, shares, seed=seed, shuffle=shuffle)


def _class_shares(
    balance: Any, info: DatasetInfo, labels: np.ndarray
) -> np.ndarray:
    """What is asked for, checked, as one share a class."""
    counts = np.bincount(labels, minlength=info.num_classes or 0)
    if isinstance(balance, str) and balance == "uniform":
        return (counts > 0) / np.count_nonzero(counts)
    if not isinstance(balance, Mapping):
        raise ValueError(
            '`balance` must be None, "uniform" or shares as {class: share}. '
            f"Received: balance={balance!r}"
        )
    shares = np.zeros(len(counts))
    for key, share in _checked_shares(balance, info, len(counts)).items():
        shares[key] = share
    empty = np.flatnonzero((shares > 0) & (counts == 0))
    if len(empty):
        raise ValueError(
            "`balance` must leave out classes without images. Received: "
            f"balance={balance!r}, and `{info.name}` has no image of class "
            f"{empty[0]}. Add images of it, or give its share to others."
        )
    return shares


def _checked_shares(
    balance: Mapping[Any, Any], info: DatasetInfo, num_classes: int
) -> dict[int, float]:
    """The shares by class number."""
    classes = [_class_number(key, info, num_classes) for key in balance]
    if len(set(classes)) < len(classes):
        raise ValueError(
            "`balance` must name each class once, by its number or its name. "
            f"Received: balance={balance!r}"
        )
    shares = list(balance.values())
    fit = all(
        is_number(share) and 0 <= share <= 1 + _TOLERANCE for share in shares
    )
    if not fit or abs(sum(shares) - 1) > _TOLERANCE:
        raise ValueError(
            "`balance` must give shares of at least 0 that sum to 1. "
            f"Received: balance={balance!r}. Classes that are not named are "
            "left out."
        )
    return dict(zip(classes, map(float, shares), strict=True))


def _class_number(key: Any, info: DatasetInfo, num_classes: int) -> int:
    names = info.class_names or ()
    if isinstance(key, str) and key in names:
        return names.index(key)
    if is_integer(key, at_least=0) and key < num_classes:
        return int(key)
    listed = ", ".join(map(repr, names[:10])) + ", ..." * (len(names) > 10)
    raise ValueError(
        f"`balance` must name classes by numbers from 0 to {num_classes - 1}"
        + f" or as {listed}" * bool(listed)
        + f". Received: {key!r}"
    )
