"""Examples of several arrays that are made of images as they are read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from keras_gan.datasets.balancing import Balance
from keras_gan.datasets.loading import (
    check_batches,
    fixed_seed,
    wants_labels,
)
from keras_gan.datasets.pictures import Pictures
from keras_gan.datasets.sharding import Shard, check_shard
from keras_gan.datasets.sources import DatasetInfo, Source
from keras_gan.utils.arguments import optional_seed
from keras_gan.utils.machine import workers

if TYPE_CHECKING:
    import tensorflow as tf

Shape = tuple[int | None, int | None, int]
Arrays = tuple[np.ndarray, ...]

# One of the streams of random numbers that belong to a seed.
_STREAM = 16


class Examples(Source):
    """Examples of several parts, such as a source and its target.

    Subclasses implement `draw`, which may crop, flip, mask or degrade at
    random. `load` makes batches of them. What is random depends only on the
    seed and on the place of an example in the stream, so a stream that
    continues an earlier one (`skip_batches`) is the same as one that never
    stopped, and without `shuffle` each pass of a finite dataset is the same.

    Args:
        pictures: What the examples are made of, of equal numbers or the first
            of the number of examples.
        shapes: Shape of each part; None for sides that differ.

    Attributes:
        shapes: Shape of each part.
        sources: The opened sources that the examples are read from.

    Example:

    >>> images = np.zeros((10, 8, 8, 3), "uint8")
    >>> pairs = keras_gan.datasets.ColorizationImages(images, crop=4)
    >>> isinstance(pairs, Examples), pairs.shapes
    (True, ((4, 4, 1), (4, 4, 3)))
    """

    def __init__(
        self,
        pictures: Sequence[Pictures],
        shapes: tuple[Shape, ...],
        num_examples: int | None = None,
    ) -> None:
        self.sources = tuple(one.source for one in pictures)
        first = self.sources[0].info
        skipped = [name for one in self.sources for name in one.info.skipped]
        if num_examples is None:
            num_examples = first.num_images
        info = DatasetInfo(
            name=" and ".join(dict.fromkeys(s.info.name for s in self.sources)),
            num_images=num_examples,
            image_shape=shapes[-1],  # type: ignore[arg-type]
            skipped=tuple(skipped),
            split=first.split,
        )
        super().__init__(info, (-1.0, 1.0))
        self.shapes = shapes
        self.num_workers = self.sources[0].num_workers

    @property
    def dtype(self) -> np.dtype:
        return np.dtype("float32")

    def draw(self, index: int, random: np.random.Generator) -> Arrays:
        """Returns one example, float32 arrays with images in [-1, 1].

        Args:
            index: Its number, from 0.
            random: What its crop and the like are drawn from.
        """
        raise NotImplementedError

    def batch(self, seed: int, numbers: np.ndarray) -> list[np.ndarray]:
        """Returns a batch of examples, one array for each part.

        Args:
            seed: Integer of 0 or more.
            numbers: Place in the stream and index of each, `(batch, 2)`.
        """
        try:
            drawn = [
                self.draw(index, _generator(seed, place))
                for place, index in numbers.tolist()
            ]
        except ValueError as error:
            self.failure = error
            raise
        return [np.stack(part) for part in zip(*drawn, strict=True)]

    def read(self, indices: np.ndarray) -> np.ndarray:
        """Returns the last parts of examples, which are the targets.

        Args:
            indices: Their numbers. Crops and the like are the same each time.
        """
        return self.batch(0, np.stack([indices, indices], axis=1))[-1]

    def batches(
        self,
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
        """Makes batches of the parts of examples; all options are `load`'s."""
        self._check(value_range, batch_size, balance)
        wants_labels(self, labels)
        check_batches(self, batch_size, repeat, skip_batches, drop_remainder)
        all_full = repeat or drop_remainder
        seeded = seed is not None or not shuffle
        part = check_shard(shard, len(self), batch_size, all_full, seeded)
        seed = fixed_seed(optional_seed(seed))
        from keras_gan.datasets import pipeline

        endless_from = skip_batches * batch_size if repeat else None
        numbers = pipeline.places(len(self), shuffle, seed, endless_from)
        numbers = numbers.batch(batch_size, all_full)
        numbers = pipeline.part_of_each(numbers, part)
        if num_workers is None:
            num_workers = self.num_workers or workers(None)
        return pipeline.drawn(numbers, self, seed, num_workers)

    def _check(self, limits: Any, batch_size: int, balance: Balance) -> None:
        name = self.info.name
        if tuple(limits) != (-1.0, 1.0):
            raise ValueError(
                f"`value_range` of `{name}` must be (-1, 1): pairs and the "
                f"like are made in this range. Received: {limits}. Leave it "
                "out, and scale the batches."
            )
        if balance is not None:
            raise ValueError(
                f"`balance` needs classes, and the images of `{name}` have "
                f"none. Received: balance={balance!r}. Leave it out."
            )
        if any(None in shape for shape in self.shapes) and batch_size > 1:
            raise ValueError(
                f"The images of `{name}` have different sizes, so a batch can "
                "only hold one of them whole. Received: batch_size="
                f"{batch_size}. Set `crop` or `image_size` (on the command "
                "line `--image-size`), or `batch_size=1`."
            )


def _generator(seed: int, place: int) -> np.random.Generator:
    """Random numbers for one place in a stream, whatever was drawn before."""
    key = np.array([seed % 2**64, _STREAM], "uint64")
    counter = np.array([0, 0, place, 0], "uint64")
    return np.random.Generator(np.random.Philox(key=key, counter=counter))
