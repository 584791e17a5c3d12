"""Images in the shape and the range that a classifier was trained with."""

from typing import BinaryIO

import numpy as np

from keras_gan import datasets
from keras_gan import images as image_tools
from keras_gan.cli.picture_files import PictureFiles
from keras_gan.datasets.sources import fit_image
from keras_gan.images.reading import read_for_size

Shape = tuple[int, int, int]


class FittedFiles(PictureFiles):
    """Image files as they are read for training, in [-1, 1].

    Args:
        path: A folder, a .zip or one image.
        shape: `(height, width, channels)` of the images.

    Attributes:
        kind: What `names` are.
        num_resized: How many images that were read had another size.
    """

    kind = "file"

    def __init__(self, path: str, shape: Shape) -> None:
        self.num_resized = 0
        self._shape = shape
        super().__init__(path, decode=self._fitted)

    def _fitted(self, file: BinaryIO) -> np.ndarray:
        image, stored = read_for_size(file, self._shape[:2])
        self.num_resized += stored[:2] != self._shape[:2]
        return image_tools.from_uint8(fit_image(image, self._shape))


class FittedArrays:
    """Images of an array, in [-1, 1].

    Args:
        data: The path of an .npz, or a built-in name.
        shape: `(height, width, channels)` of the images.
        split: As for `open_source`.

    Attributes:
        kind: What `names` are.
        names: The number of each image.
        num_resized: How many images that were read had another size.
    """

    kind = "index"

    def __init__(self, data: str, shape: Shape, split: str | None) -> None:
        self._source = datasets.open_source(data, split=split)
        self._shape = shape
        self.names = [str(number) for number in range(len(self._source))]
        self.num_resized = 0

    def read(self, name: str) -> np.ndarray:
        """Returns an image.

        Args:
            name: One of `names`.
        """
        (image,) = self._source.read(np.array([int(name)]))
        self.num_resized += image.shape[:2] != self._shape[:2]
        black, white = self._source.stored_range
        image = fit_image(image, self._shape, (black, white))
        image = (image.astype("float32") - black) * 2 / (white - black) - 1
        return np.clip(image, -1, 1)

    def warn_broken(self) -> None:
        """Does nothing: an array is read as a whole."""
