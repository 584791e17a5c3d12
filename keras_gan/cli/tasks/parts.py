"""Data of which some is held back, to measure and show what was learned."""

import dataclasses
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_gan.datasets import DatasetInfo, load
from keras_gan.datasets.subsets import subset

_MOST_HELD_OUT = 64
_NUM_SAMPLES = 16
# Which images are held back depends on their number only.
_SEED = 16


@dataclasses.dataclass(frozen=True)
class Parts:
    """Images to train on, and others to measure with.

    Attributes:
        whole: All opened images, for their description.
        training: Those to train on.
        held_out: Those to measure with; `None` if there is only one image.
        num_held_out: How many of `whole` are not trained on.
    """

    whole: Any
    training: Any
    held_out: Any
    num_held_out: int

    def __len__(self) -> int:
        return len(self.training)

    @property
    def info(self) -> DatasetInfo:
        """Description of all images."""
        return self.whole.info

    @property
    def failure(self) -> Exception | None:
        """Why images can no longer be read, once that happened."""
        every = (self.whole, self.training, self.held_out)
        return next((x.failure for x in every if x and x.failure), None)

    @property
    def shown(self) -> Any:
        """Images for samples: those held back, if there are any."""
        return self.held_out or self.training


def parted(
    whole: Any,
    open_split: Callable[[str], Any],
    number: int | None = None,
) -> Parts:
    """Holds some images back.

    Where there is a split for validation or for tests, some of its images are
    used, and all others are trained on.

    Args:
        whole: The opened images.
        open_split: Function from the name of a split to its images.
        number: How many to hold back where there are no splits. Default:
            about a tenth.
    """
    if whole.info.split == "train":
        for name in ("val", "test"):
            try:
                other = open_split(name)
            except ValueError:  # There is no such split.
                continue
            # From all of it: examples may be in the order of their classes.
            number = min(len(other), _MOST_HELD_OUT)
            few = np.linspace(0, len(other) - 1, number).astype(int)
            return Parts(whole, whole, subset(other, few), 0)
    if number is None:
        number = number_to_hold(len(whole))
    if number == 0:
        return Parts(whole, whole, None, 0)
    order = np.random.default_rng(_SEED).permutation(len(whole))
    return Parts(
        whole,
        subset(whole, np.sort(order[number:])),
        subset(whole, order[:number]),
        number,
    )


def number_to_hold(num_images: int) -> int:
    """Returns how many of some images to hold back: about a tenth.

    Args:
        num_images: How many there are.

    Example:

    >>> number_to_hold(1), number_to_hold(86), number_to_hold(60_000)
    (0, 9, 64)
    """
    return min(_MOST_HELD_OUT, -(-num_images // 10), num_images - 1)


def first_examples(source: Any, **options: Any) -> tuple[np.ndarray, ...]:
    """Returns the parts of the first examples of a source as arrays.

    Args:
        source: What `load` takes.
        **options: As for `load`.
    """
    number = min(_NUM_SAMPLES, len(source))
    batches = load(source, batch_size=number, shuffle=False, seed=0, **options)
    (batch,) = itertools.islice(iter(batches), 1)
    parts = batch if isinstance(batch, tuple) else (batch,)
    return tuple(np.asarray(part) for part in parts)
