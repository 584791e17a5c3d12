"""The images that `translate` and `classify` read: a folder, zip or file."""

import collections
import contextlib
import math
import os
import pathlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import numpy as np

from keras_gan.datasets.archives import Members
from keras_gan.datasets.checking import reason, warn_left_out
from keras_gan.datasets.listing import Listing
from keras_gan.images import has_image_suffix, is_image, read_image
from keras_gan.utils.archives import open_archive


class PictureFiles:
    """Image files by their names, read one at a time.

    Args:
        path: A folder, a .zip or one image.
        what: What it is, for errors.
        decode: Function from a binary file object to an image. Default:
            `read_image`.

    Attributes:
        names: Paths of the images, with `/` as the separator.
        broken: Why images that were read could not be, by their names.

    Raises:
        FileNotFoundError: If there is no such file or folder.
        ValueError: If there are no images.
    """

    def __init__(
        self,
        path: str,
        what: str = "IMAGES",
        decode: Callable[[BinaryIO], np.ndarray] = read_image,
    ) -> None:
        self.path = path
        self._decode = decode
        self._members: Members | None = None
        self._root = pathlib.Path(path)
        if self._root.is_dir():
            names = Listing(path).names
        elif not self._root.exists():
            raise FileNotFoundError(
                f"There is no file or folder `{path}` for {what}."
            )
        elif self._root.suffix.lower() == ".zip":
            self._members = Members(
                open_archive(
                    path,
                    "a zip archive",
                    "Copy it again, or unpack it and use the folder.",
                )
            )
            names = self._members.names
        else:
            names = [self._root.name]
            self._root = self._root.parent
        self.names = list(filter(self._is_image, names))
        if not self.names:
            raise ValueError(
                f"`{path}` holds no images for {what}. Expected files of a "
                "format that Pillow reads, such as .png or .jpg."
            )
        self.broken: dict[str, str] = {}

    def read(self, name: str) -> np.ndarray | None:
        """Returns an image; `None` if it cannot be read.

        Args:
            name: One of `names`.
        """
        try:
            with self._open(name) as file:
                return self._decode(file)
        except (ValueError, OSError, MemoryError) as error:
            self.broken[name] = reason(error)
            return None

    def warn_broken(self) -> None:
        """Warns of what could not be read.

        Raises:
            ValueError: If it was everything.
        """
        if len(self.broken) == len(self.names):
            name, why = min(self.broken.items())
            raise ValueError(
                f"None of the {len(self.names)} images of `{self.path}` can "
                f"be read. The first: {name} ({why}). Replace these files."
            )
        warn_left_out(self.path, self.broken, "cannot be read")

    def _open(self, name: str) -> BinaryIO:
        if self._members is not None:
            return self._members.open(name)
        return open(self._root / name, "rb")

    def _is_image(self, name: str) -> bool:
        if has_image_suffix(name):
            return True
        with contextlib.suppress(ValueError, OSError, MemoryError):
            with self._open(name) as file:
                return is_image(file)
        return False


def written_names(names: list[str]) -> list[str]:
    """Names of PNG files for images: the same, with another suffix.

    Args:
        names: Names of the images.

    Example:

    >>> written_names(["a/x.jpg", "y.jpg", "y.tif"])
    ['a/x.png', 'y.jpg.png', 'y.tif.png']
    """
    short = [f"{os.path.splitext(name)[0]}.png" for name in names]
    counts = collections.Counter(map(str.lower, short))
    return [
        one if counts[one.lower()] == 1 else f"{name}.png"
        for one, name in zip(short, names, strict=True)
    ]


def in_batches(
    files: Any, most: int, most_pixels: float = math.inf
) -> Iterator[tuple[list[int], list[np.ndarray]]]:
    """Yields the numbers of images and these, of one shape and in order.

    Args:
        files: The images: an object with `names` and `read`.
        most: How many there are at once.
        most_pixels: Pixels in all of them; a larger image comes alone.
    """
    numbers: list[int] = []
    images: list[np.ndarray] = []
    for number, name in enumerate(files.names):
        image = files.read(name)
        if image is None:
            continue
        pixels = (len(images) + 1) * math.prod(image.shape[:2])
        if images and (
            len(images) == most
            or image.shape != images[0].shape
            or pixels > most_pixels
        ):
            yield numbers, images
            numbers, images = [], []
        numbers.append(number)
        images.append(image)
    if images:
        yield numbers, images
