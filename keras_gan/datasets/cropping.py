"""Random crops and flips that are the same for all parts of an example."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras_gan.datasets.pictures import Pictures, Size
from keras_gan.utils.arguments import choice, is_integer


@dataclasses.dataclass(frozen=True)
class Cut:
    """A random crop and a random flip, the same for all parts of an example.

    Args:
        crop: Pixels, or `(height, width)`; `None` to crop nothing.
        flip: Whether to mirror half of the examples left to right.
    """

    crop: Any = None
    flip: bool = False

    def __post_init__(self):
        choice("flip", self.flip, (True, False))

    @property
    def size(self) -> Size | None:
        """`(height, width)` after cropping, or `None`."""
        return None if self.crop is None else crop_size(self.crop)

    def check(self, pictures: Pictures) -> tuple[int | None, int | None]:
        """Returns the size of the results, if all images are large enough."""
        if self.size is None:
            return pictures.size
        check_crop(self.size, pictures)
        return self.size

    def draw(
        self, size: Sequence[int], random: np.random.Generator
    ) -> Callable[[np.ndarray], np.ndarray]:
        """Returns a function that cuts arrays `(height, width, ...)`.

        Args:
            size: Their `(height, width)`.
            random: What the crop is drawn from.
        """
        places = [slice(None), slice(None)]
        if self.size is not None:
            places = random_places(size, self.size, random)
        if self.flip and random.random() < 0.5:
            return lambda image: image[places[0], places[1]][:, ::-1]
        return lambda image: image[places[0], places[1]]


def random_places(
    size: Sequence[int], crop: Sequence[int], random: np.random.Generator
) -> list[slice]:
    """Returns the rows and columns of a random crop.

    Args:
        size: `(height, width)` of the image.
        crop: `(height, width)` of the crop.
        random: What it is drawn from.
    """
    starts = [
        int(random.integers(side - part + 1))
        for side, part in zip(size, crop, strict=True)
    ]
    return [
        slice(start, start + part)
        for start, part in zip(starts, crop, strict=True)
    ]


def crop_size(crop: Any) -> Size:
    """Returns a crop as `(height, width)`.

    Args:
        crop: Pixels, or `(height, width)`.

    Raises:
        ValueError: If it is neither.
    """
    sides = crop if isinstance(crop, Sequence) else (crop, crop)
    if len(sides) != 2 or not all(is_integer(s, at_least=1) for s in sides):
        raise ValueError(
            "`crop` must be a number of pixels or (height, width). Received: "
            f"crop={crop!r}. Pass for example `crop=64`."
        )
    return int(sides[0]), int(sides[1])


def check_crop(crop: Size, pictures: Pictures) -> None:
    """Raises a `ValueError` if some images are smaller than a crop."""
    small = [
        (name, size)
        for name, size in zip(pictures.names, pictures.sizes, strict=True)
        if size[0] < crop[0] or size[1] < crop[1]
    ]
    if small:
        name, size = small[0]
        raise ValueError(
            f"`crop` must fit in all images. Received: {crop[0]} x {crop[1]} "
            f"pixels (height x width), and {len(small)} of the {len(pictures)} "
            f"images of `{pictures.source.info.name}` are smaller, such as "
            f"{name} with {size[0]} x {size[1]}. Lower `crop`, or remove them."
        )
