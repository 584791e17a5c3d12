"""Batches of two domains whose images are not paired."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from keras_gan.datasets.balancing import Balance
from keras_gan.datasets.cropping import Cut
from keras_gan.datasets.examples import Arrays, Examples
from keras_gan.datasets.loading import load, wants_labels
from keras_gan.datasets.opening import open_source
from keras_gan.datasets.pictures import Pictures
from keras_gan.datasets.sharding import Shard
from keras_gan.datasets.sources import DatasetInfo, ImageSize, Source
from keras_gan.images import Range
from keras_gan.utils.arguments import integer

if TYPE_CHECKING:
    import tensorflow as tf


class CroppedImages(Examples):
    """Images of which random crops are taken, for `load`.

    Args:
        source: As for `open_source`.
        image_size: Pixels or `(height, width)` to resize images to.
        channels: 1, 3 or 4 to convert images to.
        crop: Pixels or `(height, width)` of random crops. Default: none.
        flip: Whether to mirror half of the images left to right.
        **opening: As for `open_source`.
    """

    def __init__(
        self,
        source: Any,
        *,
        image_size: ImageSize = None,
        channels: int | None = None,
        crop: ImageSize = None,
        flip: bool = False,
        **opening: Any,
    ) -> None:
        self._cut = Cut(crop, flip)
        self._pictures = Pictures(
            source, image_size=image_size, channels=channels, **opening
        )
        size = self._cut.check(self._pictures)
        super().__init__([self._pictures], ((*size, self._pictures.channels),))

    def draw(self, index: int, random: np.random.Generator) -> Arrays:
        image = self._pictures.read(index)
        cut = self._cut.draw(image.shape[:2], random)
        return (self._pictures.scaled(cut(image)),)


class DomainImages(Source):
    """Images of two domains, for `load`, opened and checked.

    Args:
        first: As for `domains`.
        second: As for `domains`.
        image_size: As for `domains`.
        channels: As for `domains`.
        crop: As for `domains`.
        flip: As for `domains`.
        **opening: `split`, `num_workers`, `cache` and `progress`, as for
            `open_source`.

    Raises:
        FileNotFoundError: If there is no such file or folder.
        ValueError: If a domain has one image only, or an argument is invalid.

    Example:

    >>> images = np.zeros((40, 8, 8, 1), "uint8")
    >>> opened = DomainImages(images, 255 - images[:20])
    >>> len(opened), [len(source) for source in opened.sources]
    (40, [40, 20])
    """

    def __init__(
        self,
        first: Any,
        second: Any,
        *,
        image_size: ImageSize = None,
        channels: int | None = None,
        crop: ImageSize = None,
        flip: bool = False,
        **opening: Any,
    ) -> None:
        options = {"image_size": image_size, "channels": channels, **opening}
        opened: Callable[..., Source] = open_source
        if crop is not None or flip:
            opened = CroppedImages
            options |= {"crop": crop, "flip": flip}
        self.sources = opened(first, **options), opened(second, **options)
        for source in self.sources:
            if len(source) < 2:
                raise ValueError(
                    "A domain must have at least 2 images, to learn what they "
                    f"have in common. Received: 1 in `{source.info.name}`. "
                    "Add more, or use `StyleTransfer` for a single image."
                )
        infos = [source.info for source in self.sources]
        info = DatasetInfo(
            name=" and ".join(info.name for info in infos),
            num_images=max(map(len, self.sources)),
            image_shape=infos[0].image_shape,
            skipped=tuple(name for info in infos for name in info.skipped),
            split=infos[0].split,
        )
        super().__init__(info, self.sources[0].stored_range)
        self.num_workers = self.sources[0].num_workers

    @property
    def failure(self) -> Exception | None:  # type: ignore[override]
        """Why images of a domain can no longer be read."""
        found = [source.failure for source in self.sources]
        return next(filter(None, found), None)

    def read(self, indices: np.ndarray) -> np.ndarray:
        """Returns images of the second domain."""
        second = self.sources[1]
        return second.read(indices % len(second))

    def batches(
        self,
        *,
        batch_size: int,
        shuffle: bool,
        seed: int | None,
        repeat: bool,
        labels: bool | Literal["auto"],
        drop_remainder: bool,
        **options: Any,
    ) -> "tf.data.Dataset":
        """Makes pairs of batches, one of each domain, in place of `load`.

        Args:
            batch_size: As for `load`.
            shuffle: As for `load`.
            seed: As for `load`.
            repeat: As for `load`.
            labels: As for `load`; there are none.
            drop_remainder: Not used: all batches are full.
            **options: As for `load`.
        """
        wants_labels(self, labels)
        if seed is not None:
            seed = integer("seed", seed, at_least=0)
        streams = [
            load(
                source,
                batch_size=batch_size,
                shuffle=shuffle,
                # With one seed, domains of one size would be in one order.
                seed=None if seed is None else seed + number,
                labels=False,
                repeat=repeat,
                drop_remainder=True,
                **options,
            )
            for number, source in enumerate(self.sources)
        ]
        if repeat:
            return type(streams[0]).zip(tuple(streams))
        streams = [stream.repeat() for stream in streams]
        num_batches = len(self) // batch_size
        return type(streams[0]).zip(tuple(streams)).take(num_batches)


def domains(
    first: Any,
    second: Any,
    *,
    image_size: ImageSize = None,
    channels: int | None = None,
    crop: ImageSize = None,
    flip: bool = False,
    batch_size: int = 64,
    value_range: Range = (-1, 1),
    shuffle: bool = True,
    seed: int | None = None,
    repeat: bool = False,
    skip_batches: int = 0,
    balance: Balance = None,
    split: str | None = None,
    num_workers: int | None = None,
    cache: bool = True,
    shard: Shard | None = None,
) -> "tf.data.Dataset":
    """Loads images of two domains that may differ in number and content.

    Each batch has as many images of one domain as of the other, each in an
    order of its own. A pass ends when the larger domain has been seen once;
    the smaller one begins anew in between. What is left of a domain after its
    last whole batch is left out of that pass; the next has another order
    (without `shuffle`, the same images are left out each time). With
    `repeat=True`, nothing is left out.

    Args:
        first: Images of the first domain, as `load` takes them.
        second: Images of the second domain.
        image_size: Pixels, or `(height, width)`, to resize both domains to.
        channels: 1, 3 or 4 to convert both domains to.
        crop: Pixels or `(height, width)` of random crops. Default: none.
        flip: Whether to mirror half of the images left to right.
        batch_size: Images of each domain in a batch.
        value_range: `(black, white)` of the returned images, as in `load`;
            (-1, 1) with `crop` or `flip`.
        shuffle: Whether to draw a new order of each domain for each pass.
        seed: Integer that fixes the orders of both domains, which differ.
        repeat: Whether the stream is infinite.
        skip_batches: Number of batches to skip in an infinite stream.
        balance: Shares of the classes of both domains, as in `load`.
        split: The split of both domains, as in `load`.
        num_workers: Threads that decode images, as in `open_source`; a
            `Source` keeps its own number.
        cache: As for `open_source`.
        shard: The part of this process, as in `load`.

    Returns:
        A `tf.data.Dataset` of pairs of float32 images `(batch, height, width,
        channels)`, for `CoupledGAN.fit` and `CycleGAN.fit`.

    Raises:
        ValueError: If a domain is smaller than a batch, or an argument is not
            as `load` has it.

    Example:

    >>> images = np.zeros((40, 8, 8, 1), "uint8")
    >>> data = domains(images, 255 - images[:20], batch_size=16)
    >>> [len(pair) for pair in data]
    [2, 2]
    """
    opened = DomainImages(
        first,
        second,
        image_size=image_size,
        channels=channels,
        crop=crop,
        flip=flip,
        split=split,
        num_workers=num_workers,
        cache=cache,
    )
    return load(
        opened,
        batch_size=batch_size,
        value_range=value_range,
        shuffle=shuffle,
        seed=seed,
        repeat=repeat,
        skip_batches=skip_batches,
        balance=balance,
        shard=shard,
    )
