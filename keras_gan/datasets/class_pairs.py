"""Pairs of different images of one class."""

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_gan.datasets.examples import Arrays, Examples
from keras_gan.datasets.loading import load
from keras_gan.datasets.pictures import Pictures
from keras_gan.datasets.sources import ImageSize
from keras_gan.utils.stack import level_outside

if TYPE_CHECKING:
    import tensorflow as tf


class ClassPairs(Examples):
    """Pairs of different images of one class for `load`, opened and checked.

    Args:
        source: As for `class_pairs`.
        image_size: As for `class_pairs`.
        channels: As for `class_pairs`.
        **opening: `split`, `num_workers`, `cache` and `progress`, as for
            `open_source`.

    Attributes:
        num_classes: Number of classes of two images or more.

    Raises:
        FileNotFoundError: If there is no such file or folder.
        ValueError: As for `class_pairs`.

    Example:

    >>> images = np.zeros((10, 8, 8, 1), "uint8")
    >>> data = ClassPairs((images, np.repeat([0, 1], 5)))
    >>> len(data), data.shapes
    (10, ((8, 8, 1), (8, 8, 1)))
    """

    def __init__(
        self,
        source: Any,
        *,
        image_size: ImageSize = None,
        channels: int | None = None,
        **opening: Any,
    ) -> None:
        self._pictures = Pictures(
            source, image_size=image_size, channels=channels, **opening
        )
        opened = self._pictures.source
        self._members, self._of_class = _members(opened)
        self.num_classes = len(self._of_class)
        shape = (*self._pictures.size, self._pictures.channels)
        number = len(self._members)
        super().__init__([self._pictures], (shape, shape), number)

    def draw(self, index: int, random: np.random.Generator) -> Arrays:
        label, place = self._members[index]
        images = self._of_class[label]
        # From 1 on: never the image itself.
        other = place + random.integers(1, len(images))
        return tuple(
            self._pictures.scaled(self._pictures.read(int(number)))
            for number in (images[place], images[other % len(images)])
        )


def class_pairs(
    source: Any,
    *,
    image_size: ImageSize = None,
    channels: int | None = None,
    split: str | None = None,
    num_workers: int | None = None,
    cache: bool = True,
    **batches: Any,
) -> "tf.data.Dataset":
    """Makes pairs of different images of one class, without the class.

    Each image of a class of two or more is the first of one pair in every
    pass; the second is any other image of its class, drawn anew each time. A
    class of one image gives no pairs, with a warning that counts them;
    `DAGAN.augment` can still start from its image.

    Args:
        source: Images with classes, as for `load`: a folder of one sub-folder
            per class, a zip of one, an `.npz`, or arrays `(images, labels)`.
        image_size: Pixels or `(height, width)` to resize images to.
        channels: 1, 3 or 4 to convert images to. Default: as they are.
        split: As for `open_source`.
        num_workers: As for `load`.
        cache: As for `open_source`.
        **batches: `batch_size`, `shuffle`, `seed`, `repeat`, `skip_batches`,
            `drop_remainder` and `shard`, as for `load`. Without `shuffle` the
            pairs are the same in every pass.

    Returns:
        A `tf.data.Dataset` of pairs of float32 images `(batch, height, width,
        channels)` in [-1, 1], for `DAGAN.fit`.

    Raises:
        FileNotFoundError: If there is no such file or folder.
        ValueError: If the images have no classes, no class has two images, or
            an argument is invalid.

    Example:

    >>> data = class_pairs("digits", batch_size=16)
    >>> [part.shape for part in next(iter(data))]
    [TensorShape([16, 8, 8, 1]), TensorShape([16, 8, 8, 1])]
    """
    opened = ClassPairs(
        source,
        image_size=image_size,
        channels=channels,
        split=split,
        num_workers=num_workers,
        cache=cache,
    )
    return load(opened, **batches)


def _members(source) -> tuple[list[tuple[int, int]], list[np.ndarray]]:
    """Class of each image and its place there, and the images of classes."""
    name, labels = source.info.name, source.labels
    if labels is None:
        raise ValueError(
            f"The images of `{name}` must have classes, because both images of "
            "a pair are of one class. Received: images without labels. Pass "
            "`(images, labels)`, or a folder with one sub-folder per class."
        )
    of_class = [np.flatnonzero(labels == one) for one in np.unique(labels)]
    enough = [images for images in of_class if len(images) > 1]
    alone = len(of_class) - len(enough)
    if not enough:
        raise ValueError(
            f"At least one class of `{name}` must have two images, which make "
            f"a pair. Received: {len(of_class)} classes of one image each. Add "
            "images, or train on other classes: the trained model can start "
            "from single images."
        )
    if alone:
        warnings.warn(
            f"`{name}`: {alone} of its {len(of_class)} classes have one image "
            "only and give no pairs to train on. The trained model can start "
            "from them all the same (`DAGAN.augment`).",
            stacklevel=level_outside(),
        )
    places = [(i, j) for i, one in enumerate(enough) for j in range(len(one))]
    return places, enough
