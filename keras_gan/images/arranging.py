"""Resizing images and arranging them in a grid."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from keras_gan.images.values import (
    Range,
    check_image_shape,
    to_picture,
    to_uint8,
)


def image_grid(
    images: ArrayLike,
    columns: int | None = None,
    padding: int = 2,
    *,
    value_range: Range = (-1, 1),
    scale: int | None = None,
) -> np.ndarray:
    """Arranges images in rows, left to right and top to bottom.

    Args:
        images: `(num_images, height, width, channels)`, or without channels
            for grayscale.
        columns: Images in a row. Default: a nearly square grid.
        padding: White pixels between and around images.
        value_range: `(low, high)` of `images`; ignored for uint8 images.
        scale: Integer factor of enlargement. Default: small images are
            enlarged to about 48 pixels.

    Returns:
        uint8 array `(height, width, channels)`.

    Example:

    >>> image_grid(np.zeros((6, 8, 8, 1)), columns=3, scale=4).shape
    (70, 104, 1)
    """
    images = to_uint8(images, value_range)
    if images.ndim == 3:
        images = images[..., None]
    num_images, *shape = images.shape if images.ndim else (0,)
    height, width, channels = check_image_shape(shape)
    if not num_images:
        raise ValueError("`images` must hold at least one image. Received: 0")
    if scale is None:
        scale = max(1, 48 // max(height, width))
    columns = min(columns or math.ceil(math.sqrt(num_images)), num_images)
    rows = math.ceil(num_images / columns)
    images = images.repeat(scale, axis=1).repeat(scale, axis=2)
    step_y, step_x = height * scale + padding, width * scale + padding
    size = (rows * step_y + padding, columns * step_x + padding)
    grid = np.full((*size, channels), 255, "uint8")
    for index, image in enumerate(images):
        y = index // columns * step_y + padding
        x = index % columns * step_x + padding
        grid[y : y + height * scale, x : x + width * scale] = image
    return grid


def resize(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resizes one image with an antialiased Lanczos filter.

    The filter grows with the reduction, so fine detail is averaged and does
    not cause aliasing. To keep the aspect ratio, the image is first cropped
    around its center to the aspect ratio of `size`.

    Args:
        image: `(height, width, channels)`, uint8 or float.
        size: `(height, width)` in pixels.

    Returns:
        Array `(*size, channels)` of the same dtype; floats are clipped to the
        smallest and largest value of `image`.

    Example:

    >>> resize(np.zeros((30, 20, 3), "uint8"), (8, 8)).shape
    (8, 8, 3)
    """
    from PIL import Image

    height, width, channels = check_image_shape(image.shape)
    if (height, width) == tuple(size):
        return image
    if image.dtype == np.uint8:
        # All channels at once, so transparent pixels do not bleed color.
        resized = np.asarray(resize_picture(to_picture(image), size))
        return resized.reshape(*size, channels)
    planes = [
        np.asarray(resize_picture(Image.fromarray(plane), size))
        for plane in np.moveaxis(image.astype("float32"), -1, 0)
    ]
    resized = np.stack(planes, axis=-1)
    return np.clip(resized, image.min(), image.max()).astype(image.dtype)


def resize_picture(picture: Any, size: Sequence[int]) -> Any:
    """`resize` for a picture of Pillow.

    Args:
        picture: The picture.
        size: `(height, width)` in pixels.
    """
    from PIL import Image

    return picture.resize(
        (size[1], size[0]),  # Pillow puts the width first
        Image.Resampling.LANCZOS,
        _center_box(picture.height, picture.width, size),
    )


def _center_box(height, width, size):
    """The largest (left, top, right, bottom) in the proportions of `size`."""
    factor = min(height / size[0], width / size[1])
    box_height, box_width = size[0] * factor, size[1] * factor
    left, top = (width - box_width) / 2, (height - box_height) / 2
    # Pillow refuses boxes that exceed the picture by a rounding error.
    return (
        max(left, 0.0),
        max(top, 0.0),
        min(left + box_width, width),
        min(top + box_height, height),
    )
