"""Images of a low and of a high resolution."""

from typing import TYPE_CHECKING, Any

import numpy as np

from keras_gan.datasets.cropping import check_crop, crop_size
from keras_gan.datasets.degradation import DEGRADATIONS, MARGINS
from keras_gan.datasets.examples import Arrays, Examples
from keras_gan.datasets.loading import load
from keras_gan.datasets.pictures import Pictures, Size
from keras_gan.datasets.sharpening import sharpened_part
from keras_gan.utils.arguments import choice, integer

if TYPE_CHECKING:
    import tensorflow as tf

SCALES = (1, 2, 3, 4)
# In pixels of the low resolution, as in BasicSR: larger ones cost time.
_LARGEST_CROP = 32


class SuperResolutionImages(Examples):
    """Images of two resolutions, for `load`, opened and checked.

    Args:
        source: As for `super_resolution_pairs`.
        scale: As for `super_resolution_pairs`.
        crop: As for `super_resolution_pairs`.
        degradation: As for `super_resolution_pairs`.
        sharpen: As for `super_resolution_pairs`.
        flip: As for `super_resolution_pairs`.
        rotate: As for `super_resolution_pairs`.
        channels: As for `super_resolution_pairs`.
        **opening: `split`, `num_workers`, `cache` and `progress`, as for
            `open_source`.

    Raises:
        FileNotFoundError: If there is no such file or folder.
        ValueError: As for `super_resolution_pairs`.

    Example:

    >>> images = np.zeros((10, 34, 40, 3), "uint8")
    >>> SuperResolutionImages(images, scale=4).shapes
    ((8, 8, 3), (32, 32, 3))
    """

    def __init__(
        self,
        source: Any,
        *,
        scale: int = 2,
        crop: Any = "auto",
        degradation: str = "bicubic",
        sharpen: bool = False,
        flip: bool = True,
        rotate: bool = True,
        channels: int | None = None,
        **opening: Any,
    ) -> None:
        scale = integer("scale", scale, at_least=1)
        self.scale = choice("scale", scale, SCALES)
        self._degrade = DEGRADATIONS[
            choice("degradation", degradation, DEGRADATIONS)
        ]
        self._sharpen = choice("sharpen", sharpen, (True, False))
        self._flip = choice("flip", flip, (True, False))
        self._rotate = choice("rotate", rotate, (True, False))
        self._margin = MARGINS[degradation] * scale
        self._pictures = Pictures(source, channels=channels, **opening)
        _check_kind(self._pictures, scale, degradation)
        if sharpen:
            _check_bytes("sharpen=True", self._pictures)
        self._crop = _crop(crop, scale, self._pictures)
        height, width = self._crop or _whole(self._pictures, scale)
        low = height and height // scale, width and width // scale
        channels = self._pictures.channels
        shapes = (*low, channels), (height, width, channels)
        super().__init__([self._pictures], shapes)

    def draw(self, index: int, random: np.random.Generator) -> Arrays:
        image, scale = self._pictures.read(index), self.scale
        sides = [side - side % scale for side in image.shape[:2]]
        sizes = self._crop or sides
        # On the grid of the low resolution.
        starts = [
            scale * int(random.integers((side - size) // scale + 1))
            for side, size in zip(sides, sizes, strict=True)
        ]
        # The same low resolution as if the whole image had been reduced.
        around = [
            slice(
                max(start - self._margin, 0),
                min(start + size + self._margin, side),
            )
            for start, size, side in zip(starts, sizes, sides, strict=True)
        ]
        inside = [
            slice(start - place.start, start - place.start + size)
            for start, size, place in zip(starts, sizes, around, strict=True)
        ]
        high = image[around[0], around[1]]
        if self._sharpen:
            high = sharpened_part(image, around)
        low = self._degrade(high, scale, random)
        rows, columns = (
            slice(place.start // scale, place.stop // scale) for place in inside
        )
        turned = self._turns(random)
        return tuple(
            self._pictures.scaled(turned(part))
            for part in (low[rows, columns], high[inside[0], inside[1]])
        )

    def _turns(self, random: np.random.Generator) -> Any:
        """A random flip and a random rotation; none of whole images."""
        if self._crop is None:
            return lambda image: image
        is_flipped = self._flip and random.random() < 0.5
        is_square = self._crop[0] == self._crop[1]
        turns = int(random.integers(4)) * self._rotate
        turns = turns if is_square else turns // 2 * 2

        def turned(image):
            image = image[:, ::-1] if is_flipped else image
            return np.rot90(image, turns)

        return turned


def super_resolution_pairs(
    source: Any,
    *,
    scale: int = 2,
    crop: Any = "auto",
    degradation: str = "bicubic",
    sharpen: bool = False,
    flip: bool = True,
    rotate: bool = True,
    channels: int | None = None,
    split: str | None = None,
    num_workers: int | None = None,
    cache: bool = True,
    **batches: Any,
) -> "tf.data.Dataset":
    """Loads images of a low resolution, and the same of a high resolution.

    The images may be photographs of different sizes, of which random crops
    are taken. Their low resolution is made here: by `"bicubic"` reduction as
    MATLAB's, which benchmarks use, or by the chain of blur, noise, changes of
    size and JPEG of Real-ESRGAN (`"real"`), for pictures as they are found.

    Args:
        source: The images in their high resolution, as for `load`.
        scale: 2, 3 or 4: how much larger the high resolution is. With
            `"real"` also 1: nothing but the degradation is undone.
        crop: Pixels or `(height, width)` of random crops of the high
            resolution, multiples of `scale`. `"auto"`: the largest that fits in
            all images, up to 32 times `scale`. `None`: whole images, without
            flips and rotations; if their sizes differ, in batches of one.
        degradation: `"bicubic"` or `"real"`.
        sharpen: Whether to sharpen the images first, by unsharp masking, as
            Real-ESRGAN was trained: its results are sharper, too. The low
            resolution is then one of the sharpened images.
        flip: Whether to mirror half of the crops left to right.
        rotate: Whether to rotate crops by multiples of 90 degrees.
        channels: 1, 3 or 4 to convert images to. Default: the number that most
            of them have.
        split: As for `open_source`.
        num_workers: As for `load`.
        cache: As for `open_source`.
        **batches: `batch_size`, `shuffle`, `seed`, `repeat`, `skip_batches`,
            `drop_remainder` and `shard`, as for `load`. All that is random is
            reproducible, and the same after `skip_batches`; without `shuffle`
            it is the same in every pass.

    Returns:
        A `tf.data.Dataset` of pairs of float32 images in [-1, 1], of shape
        `(batch, height / scale, width / scale, channels)` and `(batch, height,
        width, channels)`.

    Raises:
        FileNotFoundError: If there is no such file or folder.
        ValueError: If an image is smaller than `crop`, or an argument is
            invalid.

    Example:

    >>> images = np.zeros((40, 32, 48, 3), "uint8")
    >>> data = super_resolution_pairs(images, crop=16, batch_size=8)
    >>> [part.shape for part in next(iter(data))]
    [TensorShape([8, 8, 8, 3]), TensorShape([8, 16, 16, 3])]
    """
    opened = SuperResolutionImages(
        source,
        scale=scale,
        crop=crop,
        degradation=degradation,
        sharpen=sharpen,
        flip=flip,
        rotate=rotate,
        channels=channels,
        split=split,
        num_workers=num_workers,
        cache=cache,
    )
    return load(opened, **batches)


def _check_kind(pictures: Pictures, scale: int, degradation: str) -> None:
    if degradation == "bicubic":
        if scale == 1:
            raise ValueError(
                "`scale` must be 2, 3 or 4 for `degradation='bicubic'`, which "
                "does nothing else. Received: scale=1. Pass "
                "`degradation='real'` to restore images of the same size."
            )
        return
    _check_bytes("degradation='real'", pictures)


def _check_bytes(option: str, pictures: Pictures) -> None:
    is_bytes = pictures.source.dtype == np.uint8
    if pictures.channels == 4 or not is_bytes:
        raise ValueError(
            f"`{option}` needs images of bytes, gray or RGB, as JPEG has them. "
            f"Received: {pictures.source.dtype} with {pictures.channels} "
            "channels. Set `channels=3`, and convert arrays with "
            "`keras_gan.images.to_uint8`."
        )


def _whole(pictures: Pictures, scale: int) -> tuple[int | None, int | None]:
    height, width = pictures.size
    return (
        height and height - height % scale,
        width and width - width % scale,
    )


def _crop(crop: Any, scale: int, pictures: Pictures) -> Size | None:
    """The crop in pixels of the high resolution; `None` for whole images."""
    smallest = min(min(size) for size in pictures.sizes)
    if smallest < scale:
        raise ValueError(
            f"The images of `{pictures.source.info.name}` must have at least "
            f"{scale} pixels in each direction, for `scale={scale}`. "
            f"Received: one with {smallest}. Remove the small ones, or lower "
            "`scale`."
        )
    if crop is None:
        return None
    if isinstance(crop, str) and crop == "auto":
        side = min(smallest, _LARGEST_CROP * scale) // scale * scale
        return side, side
    size = crop_size(crop)
    if any(side % scale for side in size):
        raise ValueError(
            f"`crop` must be a multiple of `scale`. Received: crop={crop} and "
            f"scale={scale}. Round it to "
            f"{tuple(max(scale, side - side % scale) for side in size)}."
        )
    check_crop(size, pictures)
    return size
