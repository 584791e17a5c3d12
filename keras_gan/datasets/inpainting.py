"""Images with holes, and the images without."""

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_gan.datasets.cropping import Cut
from keras_gan.datasets.examples import Arrays, Examples
from keras_gan.datasets.loading import load
from keras_gan.datasets.masks import KINDS, draw_mask
from keras_gan.datasets.pictures import Pictures, Size
from keras_gan.datasets.sources import ImageSize

if TYPE_CHECKING:
    import tensorflow as tf


class InpaintingImages(Examples):
    """Images with holes and without, for `load`, opened and checked.

    Args:
        source: As for `inpainting_pairs`.
        masks: As for `inpainting_pairs`.
        image_size: As for `inpainting_pairs`.
        channels: As for `inpainting_pairs`.
        crop: As for `inpainting_pairs`.
        flip: As for `inpainting_pairs`.
        **opening: `split`, `num_workers`, `cache` and `progress`, as for
            `open_source`.

    Raises:
        FileNotFoundError: If there is no such file or folder.
        ValueError: As for `inpainting_pairs`.

    Example:

    >>> InpaintingImages("digits").shapes
    ((8, 8, 2), (8, 8, 1))
    """

    def __init__(
        self,
        source: Any,
        *,
        masks: Any = "free_form",
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
        _check_room(self._cut.size, self._pictures)
        channels = self._pictures.channels
        shapes = (*size, channels + 1), (*size, channels)
        super().__init__([self._pictures], shapes)
        self._kind = masks if isinstance(masks, str) else None
        self._masks = None
        if self._kind not in KINDS:
            _check_path(self._kind)
            self._masks = _OwnMasks(masks, size, self.num_workers)
            self.sources += (self._masks.source,)

    def draw(self, index: int, random: np.random.Generator) -> Arrays:
        image = self._pictures.read(index)
        cut = self._cut.draw(image.shape[:2], random)
        image = self._pictures.scaled(cut(image))
        if self._masks is None:
            mask = draw_mask(str(self._kind), image.shape[:2], random)
        else:
            mask = self._masks.draw(random)
        # Known pixels stay as they are, bit for bit.
        holed = np.where(mask > 0, np.float32(0), image)
        return np.concatenate([holed, mask], axis=-1), image


class _OwnMasks:
    """Masks from files or arrays, checked."""

    def __init__(self, masks: Any, size, num_workers: int | None) -> None:
        if None in size:
            raise ValueError(
                "`masks` of your own need images of one size. Received: images "
                "of different sizes. Set `image_size` or `crop` to the size of "
                "the masks, or use masks that are drawn, such as "
                "masks='free_form'."
            )
        pictures = Pictures(masks, channels=1, num_workers=num_workers)
        self.source = pictures.source
        self._pictures = pictures
        self._check_sizes(size)
        # White may be 255, 1.0, or 1 in images of labels.
        peaks = [pictures.read(n).max() for n in range(len(pictures))]
        black = self.source.stored_range[0]
        self._middle = black + (float(max(peaks)) - black) / 2
        self._check_holes()

    def draw(self, random: np.random.Generator) -> np.ndarray:
        return self._mask(int(random.integers(len(self._pictures))))

    def _mask(self, number: int) -> np.ndarray:
        return (self._pictures.read(number) > self._middle).astype("float32")

    def _check_sizes(self, size: tuple[int, int]) -> None:
        one = self._pictures
        others = [n for n, s in enumerate(one.sizes) if tuple(s) != size]
        if others:
            height, width = one.sizes[others[0]]
            raise ValueError(
                f"`masks` must have the size of the images, {size[0]} x "
                f"{size[1]} pixels (height x width). Received: {len(others)} "
                f"masks of another size, such as {one.names[others[0]]} with "
                f"{height} x {width}. Resize them, or set `image_size` or "
                "`crop` to their size."
            )

    def _check_holes(self) -> None:
        for wrong, words in (
            (np.all, "hole and nothing else"),
            (lambda mask: not mask.any(), "no hole"),
        ):
            numbers = [
                n for n in range(len(self._pictures)) if wrong(self._mask(n))
            ]
            if numbers:
                raise ValueError(
                    "`masks` must be white in holes and black elsewhere. "
                    f"Received: {len(numbers)} masks with {words}, such as "
                    f"{self._pictures.names[numbers[0]]}. Remove or invert "
                    "them."
                )


def _check_room(crop: Size | None, pictures: Pictures) -> None:
    sizes = pictures.sizes if crop is None else [crop]
    if min(map(min, sizes)) < 2:
        raise ValueError(
            "Images must be at least 2 pixels high and wide, for a hole and "
            f"something around it. Received: {min(sizes, key=min)} "
            f"in `{pictures.source.info.name}`. Remove the small ones, or "
            "resize them with `image_size`."
        )


def _check_path(masks: str | None) -> None:
    if masks is not None and not os.path.exists(masks):
        raise ValueError(
            f"`masks` must be one of {', '.join(KINDS)}, or a folder, zip or "
            f".npz of masks. Received: masks={masks!r}, and there is no such "
            "file. Correct the name or the path."
        )


def inpainting_pairs(
    source: Any,
    *,
    masks: Any = "free_form",
    image_size: ImageSize = None,
    channels: int | None = None,
    crop: ImageSize = None,
    flip: bool = False,
    split: str | None = None,
    num_workers: int | None = None,
    cache: bool = True,
    **batches: Any,
) -> "tf.data.Dataset":
    """Loads images with holes, to be filled, and the same without.

    The source is `image * (1 - mask)` with the mask, 1 in holes, as its last
    channel. Each image gets another mask each time.

    Args:
        source: The images, as for `load`.
        masks: `"free_form"` (a box and strokes of a pen, as DeepFill v2),
            `"strokes"`, `"box"`, or masks of your own, which are drawn at
            random: a folder, a zip, an `.npz` or an array
            of images of the size of the images, white in holes.
        image_size: Pixels or `(height, width)` to resize images to.
        channels: 1, 3 or 4 to convert images to. Default: the number that most
            of them have.
        crop: Pixels or `(height, width)` of random crops. Default: none.
        flip: Whether to mirror half of the images left to right.
        split: As for `open_source`.
        num_workers: As for `load`.
        cache: As for `open_source`.
        **batches: `batch_size`, `shuffle`, `seed`, `repeat`, `skip_batches`,
            `drop_remainder` and `shard`, as for `load`. Crops, flips and masks
            are reproducible, too, and the same after `skip_batches`; without
            `shuffle` they are the same in every pass.

    Returns:
        A `tf.data.Dataset` of pairs of float32 images in [-1, 1], of shape
        `(batch, height, width, channels + 1)` and `(batch, height, width,
        channels)`.

    Raises:
        FileNotFoundError: If there is no such file or folder.
        ValueError: If masks have another size, cover everything or nothing, or
            an argument is invalid.

    Example:

    >>> data = inpainting_pairs("digits", masks="box", batch_size=16)
    >>> [part.shape for part in next(iter(data))]
    [TensorShape([16, 8, 8, 2]), TensorShape([16, 8, 8, 1])]
    """
    opened = InpaintingImages(
        source,
        masks=masks,
        image_size=image_size,
        channels=channels,
        crop=crop,
        flip=flip,
        split=split,
        num_workers=num_workers,
        cache=cache,
    )
    return load(opened, **batches)
