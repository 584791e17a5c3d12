"""Pairs of images: one to start from, and the one to make of it."""

from typing import TYPE_CHECKING, Any

import numpy as np

from keras_gan.datasets.cropping import Cut
from keras_gan.datasets.examples import Arrays, Examples
from keras_gan.datasets.loading import load
from keras_gan.datasets.npz import open_npz_pair
from keras_gan.datasets.pairing import partners
from keras_gan.datasets.pictures import Pictures
from keras_gan.datasets.sources import ImageSize
from keras_gan.utils.arguments import choice

if TYPE_CHECKING:
    import tensorflow as tf

DIRECTIONS = ("left_to_right", "right_to_left")


class PairedImages(Examples):
    """Pairs of images for `load`, opened and checked.

    Args:
        first: As for `pairs`.
        second: As for `pairs`.
        image_size: As for `pairs`.
        channels: As for `pairs`.
        crop: As for `pairs`.
        flip: As for `pairs`.
        direction: As for `pairs`.
        strict: As for `pairs`.
        **opening: `split`, `num_workers`, `cache` and `progress`, as for
            `open_source`.

    Raises:
        FileNotFoundError: If there is no such file or folder.
        ValueError: As for `pairs`.

    Example:

    >>> images = np.zeros((10, 8, 16, 1), "uint8")
    >>> PairedImages(images).shapes
    ((8, 8, 1), (8, 8, 1))
    """

    def __init__(
        self,
        first: Any,
        second: Any = None,
        *,
        image_size: ImageSize = None,
        channels: int | None = None,
        crop: ImageSize = None,
        flip: bool = False,
        direction: str = "left_to_right",
        strict: bool = False,
        **opening: Any,
    ) -> None:
        choice("direction", direction, DIRECTIONS)
        self._step = 1 if direction == "left_to_right" else -1
        self._cut = Cut(crop, flip)
        options = {"image_size": image_size, "channels": channels, **opening}
        if second is None:
            first, second = open_npz_pair(first) or (first, None)
        halves: Any = "auto" if second is None else False
        self._sides = [Pictures(first, halves=halves, **options)]
        if second is not None:
            self._sides.append(Pictures(second, **options))
        self._pairs = self._matched(strict)
        _check_sizes(self._sides, self._pairs, image_size is not None)
        sizes = [self._cut.check(one) for one in self._sides]
        shapes = [
            (*size, one.channels)
            for size, one in zip(sizes, self._sides, strict=True)
        ]
        first_shape, second_shape = (shapes * 2)[:2][:: self._step]
        super().__init__(
            self._sides, (first_shape, second_shape), len(self._pairs)
        )

    def draw(self, index: int, random: np.random.Generator) -> Arrays:
        first, second = self._sides[0], self._sides[-1]
        number, partner = self._pairs[index]
        image = first.read(number)
        images = (
            np.split(image, 2, axis=-1)
            if first.halves
            else [image, second.read(partner)]
        )
        cut = self._cut.draw(image.shape[:2], random)
        parts = [
            side.scaled(cut(one))
            for side, one in zip((first, second), images, strict=True)
        ]
        return tuple(parts[:: self._step])

    def _matched(self, strict: bool) -> list[tuple[int, int]]:
        """Indices of the images of each pair."""
        first, second = self._sides[0], self._sides[-1]
        data = first.source.info.name, second.source.info.name
        numbers: list[Any] = [range(len(first)), range(len(second))]
        if first.halves:
            return list(zip(numbers[0], numbers[0], strict=True))
        if first is second:
            labels, folders = first.source.labels, first.source.info.class_names
            assert labels is not None and folders is not None
            numbers = [np.flatnonzero(labels == label) for label in (0, 1)]
            data = f"{data[0]}/{folders[0]}", f"{data[1]}/{folders[1]}"
        have_names = [side.source.files is not None for side in (first, second)]
        if all(have_names):
            names = (
                [first.names[number] for number in numbers[0]],
                [second.names[number] for number in numbers[1]],
            )
            return [
                (int(numbers[0][a]), int(numbers[1][b]))
                for a, b in partners(data, names, strict=strict)
            ]
        if any(have_names) or len(first) != len(second):
            raise ValueError(
                "Both sides of pairs must be folders or zips, whose images are "
                "matched by name, or both arrays of the same number of images. "
                f"Received: `{data[0]}` with {len(first)} images and "
                f"`{data[1]}` with {len(second)}. Remove images without a "
                "partner, or save both sides in the same form."
            )
        return list(zip(*numbers, strict=True))


def pairs(
    first: Any,
    second: Any = None,
    *,
    image_size: ImageSize = None,
    channels: int | None = None,
    crop: ImageSize = None,
    flip: bool = False,
    direction: str = "left_to_right",
    strict: bool = False,
    split: str | None = None,
    num_workers: int | None = None,
    cache: bool = True,
    **batches: Any,
) -> "tf.data.Dataset":
    """Loads pairs of images, such as a drawing and its photograph.

    Files are matched by their names without extension. Images without a
    partner are left out with a warning that counts and names them. Both images
    of a pair are cropped and flipped alike. `image_size=286, crop=256,
    flip=True` are the random crops of pix2pix.

    Args:
        first: The images to start from: a folder, a zip, an `.npz` or an array,
            as for `load`.
        second: Their partners, likewise; those of arrays are in the same
            order. Default: `first` has two folders (the first one in
            alphabetical order has the sources), or is an `.npz` with the arrays
            `sources` and `targets`, or else the two images of each pair are
            side by side in one.
        image_size: Pixels or `(height, width)` to resize each image to.
        channels: 1, 3 or 4 to convert to. Default: as the images of each side
            are.
        crop: Pixels or `(height, width)` of random crops. Default: none.
        flip: Whether to mirror half of the pairs left to right.
        direction: `"left_to_right"`, or `"right_to_left"`, where source and
            target change places, in folders, too.
        strict: Whether images without a partner are an error.
        split: As for `open_source`.
        num_workers: As for `load`.
        cache: As for `open_source`.
        **batches: `batch_size`, `shuffle`, `seed`, `repeat`, `skip_batches`,
            `drop_remainder` and `shard`, as for `load`. Crops and flips are
            reproducible, too, and the same after `skip_batches`; without
            `shuffle` they are the same in every pass.

    Returns:
        A `tf.data.Dataset` of pairs of float32 images `(batch, height, width,
        channels)` in [-1, 1], for `Pix2Pix.fit`.

    Raises:
        FileNotFoundError: If there is no such file or folder.
        ValueError: If there are no pairs, the sizes of a pair differ, or an
            argument is invalid.

    Example:

    >>> images = np.zeros((40, 8, 8, 3), "uint8")
    >>> data = pairs(images, 255 - images, crop=6, batch_size=16)
    >>> [part.shape for part in next(iter(data))]
    [TensorShape([16, 6, 6, 3]), TensorShape([16, 6, 6, 3])]
    """
    opened = PairedImages(
        first,
        second,
        image_size=image_size,
        channels=channels,
        crop=crop,
        flip=flip,
        direction=direction,
        strict=strict,
        split=split,
        num_workers=num_workers,
        cache=cache,
    )
    return load(opened, **batches)


def _check_sizes(sides: list[Pictures], matched, resized: bool) -> None:
    first, second = sides[0], sides[-1]
    odd = [
        (i, j)
        for i, j in matched
        if not _alike(first.stored_sizes[i], second.stored_sizes[j], resized)
    ]
    if odd:
        here, there = (
            f"{side.names[n]} with {side.stored_sizes[n][0]} x "
            f"{side.stored_sizes[n][1]}"
            for side, n in zip((first, second), odd[0], strict=True)
        )
        what = "proportions" if resized else "size"
        cure = "" if resized else ", or pass `image_size` if they are scaled"
        raise ValueError(
            f"Both images of a pair must have the same {what}. Received: "
            f"{len(odd)} pairs of which they differ, such as {here} and "
            f"{there} pixels (height x width). Crop or remove them{cure}."
        )


def _alike(first, second, resized: bool) -> bool:
    if not resized:
        return tuple(first) == tuple(second)
    # Sides of scaled images are rounded to whole pixels.
    return abs(first[1] / first[0] * second[0] - second[1]) <= 1
