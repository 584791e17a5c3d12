"""Decoded images in memory, as far as there is room for them."""

from collections.abc import Sequence

import numpy as np

from keras_gan.utils.machine import available_memory

# Of the memory that is free when a data set is opened; training needs the rest.
_SHARE = 0.5


def fits_in_memory(num_bytes: float) -> bool:
    """Whether images of so many bytes may stay in memory.

    Args:
        num_bytes: Size of all images of a data set, decoded.
    """
    return num_bytes <= _SHARE * available_memory()


class KeptImages:
    """The images of a data set, as far as they have been decoded.

    Memory is taken as images arrive, also from several threads.

    Args:
        num_images: How many there are.
        image_shape: `(height, width, channels)` of each.
        dtype: Data type of them.

    Attributes:
        images: Array `(num_images, height, width, channels)`.
        has: Whether an image is there.
    """

    def __init__(
        self,
        num_images: int,
        image_shape: tuple[int, ...],
        dtype: str = "uint8",
    ) -> None:
        self.images = np.empty((num_images, *image_shape), dtype)
        self.has = np.zeros(num_images, bool)

    def put(self, index: int, image: np.ndarray) -> None:
        """Keeps an image."""
        self.images[index] = image
        self.has[index] = True  # Last, because other threads read it.

    def leave(self, indices: Sequence[int]) -> None:
        """Leaves only images at these indices, which ascend, in their order."""
        for new, old in enumerate(indices):
            if new != old:  # In place: there may be no room for a copy.
                self.images[new] = self.images[old]
        self.images = self.images[: len(indices)]
        self.has = self.has[indices]
