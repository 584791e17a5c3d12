"""Gray images, and the same in color."""

from typing import TYPE_CHECKING, Any

import numpy as np

from keras_gan.datasets.cropping import Cut
from keras_gan.datasets.examples import Arrays, Examples
from keras_gan.datasets.loading import load
from keras_gan.datasets.pictures import Pictures
from keras_gan.datasets.sources import ImageSize
from keras_gan.images import convert_channels

if TYPE_CHECKING:
    import tensorflow as tf


class ColorizationImages(Examples):
    """Gray images and the same in color, for `load`, opened and checked.

    Args:
        source: As for `colorization_pairs`.
        image_size: As for `colorization_pairs`.
        crop: As for `colorization_pairs`.
        flip: As for `colorization_pairs`.
        **opening: `split`, `num_workers`, `cache` and `progress`, as for
            `open_source`.

    Raises:
        FileNotFoundError: If there is no such file or folder.
        ValueError: As for `colorization_pairs`.

    Example:

    >>> ColorizationImages(np.zeros((10, 8, 8, 3), "uint8")).shapes
    ((8, 8, 1), (8, 8, 3))
    """

    def __init__(
        self,
        source: Any,
        *,
        image_size: ImageSize = None,
        crop: ImageSize = None,
        flip: bool = False,
        **opening: Any,
    ) -> None:
        self._cut = Cut(crop, flip)
        self._pictures = Pictures(source, image_size=image_size, **opening)
        if self._pictures.channels == 1:
            raise ValueError(
                f"The images of `{self._pictures.source.info.name}` must have "
                "color, to learn it from. Received: images that are all or "
                "mostly gray, with one channel. Use images in color."
            )
        size = self._cut.check(self._pictures)
        super().__init__([self._pictures], ((*size, 1), (*size, 3)))

    def draw(self, index: int, random: np.random.Generator) -> Arrays:
        image = self._pictures.read(index)
        cut = self._cut.draw(image.shape[:2], random)
        limits = self._pictures.source.stored_range
        image = convert_channels(cut(image), 3, limits)
        image = self._pictures.scaled(image)
        gray = convert_channels(image, 1, (-1, 1))
        return np.clip(gray, -1.0, 1.0), image


def colorization_pairs(
    source: Any,
    *,
    image_size: ImageSize = None,
    crop: ImageSize = None,
    flip: bool = False,
    split: str | None = None,
    num_workers: int | None = None,
    cache: bool = True,
    **batches: Any,
) -> "tf.data.Dataset":
    """Loads gray versions of images, to be colored, and the images in color.

    Gray is the luma of BT.601, `0.299 red + 0.587 green + 0.114 blue`.

    Args:
        source: Images in color, as for `load`.
        image_size: Pixels or `(height, width)` to resize images to.
        crop: Pixels or `(height, width)` of random crops. Default: none.
        flip: Whether to mirror half of the images left to right.
        split: As for `open_source`.
        num_workers: As for `load`.
        cache: As for `open_source`.
        **batches: `batch_size`, `shuffle`, `seed`, `repeat`, `skip_batches`,
            `drop_remainder` and `shard`, as for `load`. Crops and flips are
            reproducible, too, and the same after `skip_batches`; without
            `shuffle` they are the same in every pass.

    Returns:
        A `tf.data.Dataset` of pairs of float32 images in [-1, 1], of shape
        `(batch, height, width, 1)` and `(batch, height, width, 3)`.

    Raises:
        FileNotFoundError: If there is no such file or folder.
        ValueError: If the images are gray, or an argument is invalid.

    Example:

    >>> images = np.zeros((40, 8, 8, 3), "uint8")
    >>> data = colorization_pairs(images, batch_size=16)
    >>> [part.shape for part in next(iter(data))]
    [TensorShape([16, 8, 8, 1]), TensorShape([16, 8, 8, 3])]
    """
    opened = ColorizationImages(
        source,
        image_size=image_size,
        crop=crop,
        flip=flip,
        split=split,
        num_workers=num_workers,
        cache=cache,
    )
    return load(opened, **batches)
