"""Orders of images with given shares of the classes."""

import math
import reprlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_gan.datasets.sources import DatasetInfo, Source
from keras_gan.utils.arguments import is_integer, is_number

Balance = str | Mapping[Any, float] | None
"""`"uniform"`, `{class number or name: share}`, or None: as they are."""

# Tolerance of the sum of shares, which are often thirds and the like.
_TOLERANCE = 1e-6
# Stream of random numbers that mixes the classes; class c uses stream c + 1.
_MIXING = 0


class BalancedOrder:
    """Image numbers, pass after pass, with the classes in given shares.

    A pass has as many places as there are images. Each class has a share of
    the places and fills them with shuffled passes through its own images, so
    no image is repeated before all images of its class have been used. A
    class has `num_images * share` places in a pass, rounded down or up so that
    the mean over passes is exact.

    The order of a pass depends only on `seed` and the number of the pass.

    Args:
        labels: Integers `(num_images,)`, from 0.
        shares: One number per class, at least 0, with sum 1.
        seed: Integer that fixes the orders.
        shuffle: Whether the order is random. Otherwise the images of a class
            keep their order and are spread evenly over the pass.

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
        # Where each class ends if a pass is sorted by class.
        ends = np.cumsum(shares[self._classes])
        # Rounded, so that a third of 30 images is exactly 10.
        self._ends = (ends / ends[-1] * self._num_images).round(6)

    def __call__(self, number: int) -> np.ndarray:
        """Image numbers `(num_images,)` of one pass, counted from 0."""
        first, end = self._taken_before(number), self._taken_before(number + 1)
        taken = [
            self._of_class(index, *bounds)
            for index, bounds in enumerate(zip(first, end, strict=True))
        ]
        order = np.empty(self._num_images, "int64")
        # However classes are mixed, the images of each keep their order.
        places = np.repeat(np.arange(len(taken)), end - first)
        places = places[self._mixture(int(number), end - first)]
        for index, images in enumerate(taken):
            order[places == index] = images
        return order

    def _taken_before(self, number: int) -> np.ndarray:
        """Number of images of each class in the first `number` passes.

        The classes are intervals on a line, and a pass takes the points 0 + u,
        1 + u, ..., so each class is less than one image away from its share.
        The offset u is the van der Corput sequence (the number of the pass with
        its binary digits mirrored), which fills [0, 1) evenly and allows whole
        blocks of passes to be counted at once.
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
        """The images `first` to `end - 1` of a class."""
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
        """A permutation of the places of a pass that is sorted by class."""
        if self._shuffle:
            keys = self._keys(
                _MIXING, range(number, number + 1), self._num_images
            )
            return keys[0].argsort(kind="stable")
        when = [(np.arange(count) + 0.5) / count for count in counts if count]
        return np.concatenate(when).argsort(kind="stable")

    def _keys(self, stream: int, rows: range, length: int) -> np.ndarray:
        """Random integers `(len(rows), length)`, the same on every machine.

        Philox produces blocks of four numbers. Each row starts a new block, so
        any row can be computed without the rows before it.
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
    """Makes the order for `balance`.

    Args:
        balance: `"uniform"` or `{class number or name: share}`.
        source: The images and their labels.
        seed: Integer that fixes the orders.
        shuffle: Whether the order is random.

    Raises:
        ValueError: If there are no labels, or the shares are not valid shares
            of classes that have images.
    """
    info, labels = source.info, source.labels
    if labels is None or labels.ndim > 1:
        raise ValueError(
            f"`balance` needs classes, and `{info.name}` has none. Received: "
            f"balance={balance!r}. Put the images of each class in a "
            "subfolder of its own, add `labels` to the .npz, or omit "
            "`balance`."
        )
    shares = _class_shares(balance, info, labels)
    return BalancedOrder(labels, shares, seed=seed, shuffle=shuffle)


def _class_shares(
    balance: Any, info: DatasetInfo, labels: np.ndarray
) -> np.ndarray:
    """Checks `balance` and returns one share per class."""
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
            f"{empty[0]}. Add images of this class, or set its share to 0."
        )
    return shares


def _checked_shares(
    balance: Mapping[Any, Any], info: DatasetInfo, num_classes: int
) -> dict[int, float]:
    """The shares by class number."""
    found = by_class_number(
        "balance", balance, info.class_names or (), num_classes
    )
    fit = all(
        is_number(share) and 0 <= share <= 1 + _TOLERANCE
        for share in found.values()
    )
    if not fit or abs(sum(found.values()) - 1) > _TOLERANCE:
        raise ValueError(
            "`balance` must give shares of at least 0 that sum to 1. "
            f"Received: balance={balance!r}. Classes that are not named have "
            "the share 0."
        )
    return {number: float(share) for number, share in found.items()}


def by_class_number(
    argument: str,
    values: Mapping[Any, Any],
    names: Sequence[str],
    num_classes: int,
) -> dict[int, Any]:
    """Returns values given by the names or numbers of classes, by number.

    Example:

    >>> by_class_number("counts", {"dog": 3, 0: 1}, ("cat", "dog"), 2)
    {1: 3, 0: 1}
    """
    found: dict[int, Any] = {}
    for key, value in values.items():
        number = class_number(argument, key, names, num_classes)
        if number in found:
            name = names[number] if names else number
            raise ValueError(
                f"`{argument}` must name each class once, by its number or its "
                f"name. Received: {name!r} twice."
            )
        found[number] = value
    return found


def class_number(
    argument: str, key: Any, names: Sequence[str], num_classes: int
) -> int:
    """Returns the number of a class that is given by its name or number.

    Args:
        argument: What it is given in, for the error.
        key: A name, or an integer.
        names: The names of all classes; none if they are not known.
        num_classes: The number of classes.

    Raises:
        ValueError: If there is no such class.
    """
    if isinstance(key, str) and key in names:
        return names.index(key)
    if is_integer(key, at_least=0) and key < num_classes:
        return int(key)
    listed = ", ".join(map(repr, names[:10])) + ", ..." * (len(names) > 10)
    raise ValueError(
        f"`{argument}` must name classes by numbers from 0 to {num_classes - 1}"
        + f" or as {listed}" * bool(listed)
        + f". Received: {reprlib.repr(key)}"
    )
