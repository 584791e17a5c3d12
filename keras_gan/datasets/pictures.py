"""Images read one by one, in one size or in the sizes that they have."""

import math
import warnings
from typing import Any, Literal

import numpy as np

from keras_gan.datasets.caching import fits_in_memory
from keras_gan.datasets.checking import reason
from keras_gan.datasets.opening import holds_files, open_source
from keras_gan.datasets.sources import (
    ImageSize,
    Source,
    StoredFiles,
    fit_image,
    target_shape,
)
from keras_gan.images import convert_channels, read_image

Size = tuple[int, int]


class Pictures:
    """Images whose sizes may differ; they stay in memory if there is room.

    Args:
        source: As for `open_source`. A `Source` keeps the size it has.
        image_size: Pixels or `(height, width)` to resize to, or `None`.
        channels: 1, 3 or 4 to convert to.
        halves: Whether each image shows two side by side. They become one with
            twice as many channels, the left one first. `"auto"`: unless the
            images are in exactly two folders.
        cache: Whether to keep images in memory.
        **opening: As for `open_source`.

    Attributes:
        source: The opened `Source`.
        sizes: `(height, width)` of each image that `read` returns.
        stored_sizes: The same before resizing.
        channels: Number of channels, of each half.
        halves: Whether images are pairs of halves.
        names: Path of each image; its number where there are no files.

    Raises:
        ValueError: If halves are wanted of an odd width.
    """

    def __init__(
        self,
        source: Any,
        *,
        image_size: ImageSize = None,
        channels: int | None = None,
        halves: bool | Literal["auto"] = False,
        cache: bool = True,
        **opening: Any,
    ) -> None:
        self.source = _opened(source, channels, **opening)
        self._files = None if source is self.source else self.source.files
        if halves == "auto":
            is_two = self._files and self.source.info.num_classes == 2
            halves = not is_two
        self.halves = halves
        self.channels = channels or self.source.info.image_shape[-1]
        self.names = _names(self.source)
        self.stored_sizes = self._stored_sizes(self._files)
        self.sizes = [
            target_shape((*size, self.channels), image_size, channels)[:2]
            for size in self.stored_sizes
        ]
        num_values = sum(map(math.prod, self.sizes)) * self.channels
        num_bytes = self.source.dtype.itemsize * num_values * (1 + halves)
        as_stored = (self.channels,) == self.source.info.image_shape[2:]
        self._is_fitted = self._files is None and not halves and as_stored
        self._is_fitted &= self.sizes == self.stored_sizes
        keep = cache and not self._is_fitted and fits_in_memory(num_bytes)
        self._kept: dict[int, np.ndarray] | None = {} if keep else None

    def __len__(self) -> int:
        return len(self.source)

    @property
    def size(self) -> tuple[int | None, int | None]:
        """`(height, width)` of all images, with None where they differ."""
        height, width = (
            sides[0] if len(set(sides)) == 1 else None
            for sides in zip(*self.sizes, strict=True)
        )
        return height, width

    def read(self, index: int) -> np.ndarray:
        """Returns an image `(height, width, channels)` as it is stored.

        Raises:
            ValueError: If its file has vanished or changed.
        """
        if self._is_fitted:
            return self.source.read(np.array([index]))[0]
        kept = {} if self._kept is None else self._kept
        if index not in kept:
            kept[index] = self._fitted(self._read(index), self.sizes[index])
        return kept[index]

    def scaled(self, image: np.ndarray) -> np.ndarray:
        """Maps what `read` returns to float32 in [-1, 1]."""
        black, white = self.source.stored_range
        image = image.astype("float32")
        if (black, white) != (-1.0, 1.0):
            image = (image - black) / np.float32((white - black) / 2) - 1
        return np.clip(image, -1.0, 1.0)

    def _read(self, index: int) -> np.ndarray:
        if self._files is None:
            return self.source.read(np.array([index]))[0]
        name = self._files.names[index]
        try:
            with self._files.open(name) as file:
                image = read_image(file)
            if image.shape[:2] != self._files.image_shapes[index][:2]:
                raise ValueError("its size has changed")
        except (ValueError, OSError, MemoryError) as error:
            raise ValueError(
                f"`{self.source.info.name}`: its image {name} cannot be read "
                f"any more ({reason(error)}). Restore it."
            ) from error
        return image

    def _fitted(self, image: np.ndarray, size: Size) -> np.ndarray:
        limits = self.source.stored_range
        image = convert_channels(image, self.channels, limits)
        parts = np.split(image, 2, axis=1) if self.halves else [image]
        shape = *size, self.channels
        fitted = [fit_image(part, shape, limits) for part in parts]
        return np.concatenate(fitted, axis=-1) if self.halves else fitted[0]

    def _stored_sizes(self, files: StoredFiles | None) -> list[Size]:
        shapes: list[Any] = [self.source.info.image_shape] * len(self.source)
        if files is not None:
            shapes = list(files.image_shapes)
        if not self.halves:
            return [shape[:2] for shape in shapes]
        for name, (height, width, _) in zip(self.names, shapes, strict=True):
            if width % 2:
                raise ValueError(
                    f"The images of `{self.source.info.name}` must show two of "
                    f"one size side by side. Received: {name} with {height} x "
                    f"{width} pixels (height x width), an odd width. Give the "
                    "two folders of the pairs, or remove it."
                )
        if all(width <= height for height, width, _ in shapes):
            warnings.warn(
                f"`{self.source.info.name}`: its images are no wider than "
                "high, and each is taken for two images side by side. If it is "
                "one image, give the folder of its partners, too.",
                stacklevel=2,
            )
        return [(height, width // 2) for height, width, _ in shapes]


def _opened(source: Any, channels: int | None, **opening: Any) -> Source:
    if isinstance(source, Source):
        return open_source(source, split=opening.get("split"))
    # A pixel of each file, to find those that cannot be read.
    size = 1 if holds_files(source) else None
    return open_source(
        source, image_size=size, channels=channels, cache=False, **opening
    )


def _names(source: Source) -> tuple[str, ...]:
    if source.files is not None:
        return source.files.names
    return tuple(map(str, range(len(source))))
