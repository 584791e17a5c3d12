"""Opened datasets: what they contain, and how their images are read."""

import dataclasses
import hashlib
import math
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO

import numpy as np

from keras_gan import images as image_tools
from keras_gan.datasets.caching import fits_in_memory
from keras_gan.utils.arguments import is_integer
from keras_gan.utils.records import Count, Units

ImageSize = int | Sequence[int] | None
OpenFile = Callable[[str], BinaryIO]


@dataclasses.dataclass(frozen=True)
class DatasetInfo:
    """Describes a dataset.

    Attributes:
        name: Name of the dataset in messages.
        num_images: Number of images that can be read, or rows of a table.
        image_shape: `(height, width, channels)` of each image, after resizing;
            `(columns,)` of a table.
        num_classes: Number of classes, or `None` if there are no labels.
        class_names: Names of the classes in the order of the labels, or `None`.
        skipped: Names of files that are left out, most often because they
            cannot be read.
        split: `"train"`, `"val"` or `"test"`: the part of the data set that
            these images are, or `None` if it has no such parts.

    Example:

    >>> info = DatasetInfo("faces", num_images=500, image_shape=(64, 64, 3))
    >>> info.num_classes is None
    True
    """

    name: str
    num_images: Count
    image_shape: tuple[Units, ...]
    num_classes: Count | None = None
    class_names: tuple[str, ...] | None = None
    skipped: tuple[str, ...] = ()
    split: str | None = None


@dataclasses.dataclass(frozen=True)
class StoredFiles:
    """The files that images are read from, one per image, in order.

    Attributes:
        names: Relative paths, with `/` as the separator.
        image_shapes: `(height, width, channels)` of each stored image.
        open: Function from a name to a binary file object.
        marks: Function from names to numbers that most likely change with the
            content of these files.
    """

    names: tuple[str, ...]
    image_shapes: tuple[tuple[int, int, int], ...]
    open: OpenFile
    marks: Callable[[Sequence[str]], list[int]]

    def read_bytes(self, name: str) -> bytes:
        """The content of a file."""
        with self.open(name) as file:
            return file.read()


class Source:
    """Images of one shape that can be read by index.

    Subclasses implement `read`. `open_source` makes the right source.

    Args:
        info: The `DatasetInfo`.
        stored_range: `(black, white)` of the images that `read` returns.
        labels: int32 array `(num_images,)`, or `None`.

    Attributes:
        files: `StoredFiles` if each image is a file of its own, or `None`.
        sources: Other sources that this one reads from.
        failure: Why images can no longer be read, once that happened.
        num_workers: Threads that read batches, if `load` is not told a number;
            `None` for its default.
        batches: Function that makes a `tf.data.Dataset` of the options of
            `load`, or `None` where `load` does.

    Example:

    >>> class Noise(Source):
    ...     def read(self, indices):
    ...         random = np.random.default_rng(0)
    ...         shape = (len(indices), *self.info.image_shape)
    ...         return random.integers(0, 256, shape, "uint8")
    >>> noise = Noise(DatasetInfo("noise", 100, (8, 8, 1)), (0.0, 255.0))
    >>> dataset = keras_gan.datasets.load(noise, batch_size=50)
    >>> [batch.shape[0] for batch in dataset]
    [50, 50]
    """

    files: StoredFiles | None = None
    sources: tuple["Source", ...] = ()
    failure: Exception | None = None
    num_workers: int | None = None
    batches: Callable[..., Any] | None = None

    def __init__(
        self,
        info: DatasetInfo,
        stored_range: tuple[float, float],
        labels: np.ndarray | None = None,
    ) -> None:
        self.info = info
        self.stored_range = stored_range
        self.labels = labels

    def __len__(self) -> int:
        return self.info.num_images

    @property
    def dtype(self) -> np.dtype:
        """The dtype of the images that `read` returns."""
        return np.dtype("uint8")

    def read(self, indices: np.ndarray) -> np.ndarray:
        """Returns images `(len(indices), height, width, channels)`."""
        raise NotImplementedError

    def resident(self) -> np.ndarray | None:
        """All images as `read` returns them, if they are in memory."""
        return None


class ArraySource(Source):
    """Images in memory, resized and converted when they are read.

    Args:
        info: The `DatasetInfo`, with the shape after resizing.
        stored_range: `(black, white)` of `images`.
        images: `(num_images, height, width, channels)`, any numeric dtype.
        labels: int32 array `(num_images,)`, or `None`.
        cache: Whether to keep all resized images, if there is room for them.
    """

    def __init__(
        self,
        info: DatasetInfo,
        stored_range: tuple[float, float],
        images: np.ndarray,
        labels: np.ndarray | None = None,
        cache: bool = True,
    ) -> None:
        super().__init__(info, stored_range, labels)
        self._images = images
        self._sha256: str | None = None
        size = math.prod((images.dtype.itemsize, len(self), *info.image_shape))
        if not self.is_resident and cache and fits_in_memory(size):
            self._sha256 = self.sha256()  # Of what does not depend on resizing.
            self._images = self.read(np.arange(len(self)))

    @property
    def dtype(self) -> np.dtype:
        return self._images.dtype

    @property
    def is_resident(self) -> bool:
        """Whether `images` already have their final shape."""
        return self._images.shape[1:] == self.info.image_shape

    def resident(self) -> np.ndarray | None:
        return self._images if self.is_resident else None

    def sha256(self) -> str:
        """A hash of the images as they were given."""
        if self._sha256 is not None:
            return self._sha256
        found = hashlib.sha256()
        for image in self._images:
            found.update(image.tobytes())
        return found.hexdigest()

    def read(self, indices: np.ndarray) -> np.ndarray:
        if self.is_resident:
            return self._images[indices]
        shape = self.info.image_shape
        images = np.empty((len(indices), *shape), self.dtype)
        for row, index in enumerate(indices):
            images[row] = fit_image(
                self._images[index], shape, self.stored_range
            )
        return images


def fit_image(
    image: np.ndarray,
    image_shape: Sequence[int],
    value_range: Sequence[float] = (0, 255),
) -> np.ndarray:
    """Fits one image to `image_shape`, cropping it if the aspect differs.

    Args:
        image: `(height, width, channels)`.
        image_shape: `(height, width, channels)` of the result.
        value_range: `(black, white)` of `image`.
    """
    height, width, channels = image_shape
    image = image_tools.convert_channels(image, channels, value_range)
    return image_tools.resize(image, (height, width))


def target_shape(
    stored_shape: tuple[int, int, int],
    image_size: ImageSize,
    channels: int | None,
) -> tuple[int, int, int]:
    """The shape of images after resizing and conversion."""
    size: Sequence = stored_shape[:2]
    if image_size is not None:
        if isinstance(image_size, Sequence):
            size = image_size
        else:
            size = (image_size, image_size)
        fit = [is_integer(side, at_least=1) for side in size]
        if len(size) != 2 or not all(fit):
            raise ValueError(
                "`image_size` must be a number of pixels or (height, width). "
                f"Received: image_size={image_size!r}"
            )
    if channels not in (None, 1, 3, 4):
        raise ValueError(
            "`channels` must be 1 (grayscale), 3 (RGB), 4 (RGBA) or None (as "
            f"the images are). Received: channels={channels!r}"
        )
    height, width = size
    return height, width, channels or stored_shape[-1]
