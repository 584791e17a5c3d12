"""Reading image files into arrays."""

import io
import os
import pathlib
from typing import Any, BinaryIO

import numpy as np

from keras_gan.images.values import MODES

Path = str | os.PathLike

IMAGE_SUFFIXES = (
    ".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp",
)  # fmt: skip

_ORIENTATION = 0x0112  # the Exif tag of a camera's rotation


def image_shape(file: Path | BinaryIO) -> tuple[int, int, int]:
    """Reads an image's `(height, width, channels)` from its header.

    The pixels are not decoded, so truncated files are not detected.

    Args:
        file: Path, or binary file object.

    Raises:
        ValueError: If the file is not an image.
        OSError: If the path cannot be opened.

    Example:

    >>> from keras_gan.images import encode_png
    >>> image_shape(io.BytesIO(encode_png(np.zeros((8, 6, 3), "uint8"))))
    (8, 6, 3)
    """
    with _opened(file) as picture:
        width, height = picture.size
        if _orientation(picture) >= 5:
            width, height = height, width
        return height, width, _num_channels(picture)


def read_image(file: Path | BinaryIO) -> np.ndarray:
    """Reads an image of any format that Pillow knows.

    Palettes are resolved, 16-bit grayscale is reduced to 8 bits, the rotation
    set by a camera is applied, and of an animation only the first frame is
    read.

    Args:
        file: Path, or binary file object.

    Returns:
        uint8 array `(height, width, channels)` with 1, 3 or 4 channels, as
        in the file.

    Raises:
        ValueError: If the file is not an image or is truncated.
        OSError: If the path cannot be opened.

    Example:

    >>> from keras_gan.images import encode_png
    >>> file = io.BytesIO(encode_png(np.array([[0, 200]], "uint8")))
    >>> read_image(file).tolist()
    [[[0], [200]]]
    """
    from PIL import ImageOps

    with _opened(file) as picture:
        try:
            picture.load()
            if _orientation(picture) > 1:
                picture = ImageOps.exif_transpose(picture)
            return _pixels(picture)
        except Exception as error:  # each decoder raises its own
            raise ValueError(f"`{file}` is not an image: {error}") from error


def _opened(file):
    from PIL import Image

    is_path = isinstance(file, (str, os.PathLike))
    data = io.BytesIO(pathlib.Path(file).read_bytes()) if is_path else file
    try:
        return Image.open(data)
    except Exception as error:
        reason = "no known format" if data.seek(0, 2) else "it is empty"
        raise ValueError(f"`{file}` is not an image: {reason}") from error


def _orientation(picture: Any) -> int:
    # For other formats the query may decode the whole file.
    if picture.format not in ("JPEG", "MPO", "TIFF", "WEBP"):
        return 1
    return picture.getexif().get(_ORIENTATION, 1)


def _num_channels(picture: Any) -> int:
    if "transparency" in picture.info or picture.mode[-1] in "Aa":
        return 4
    return 1 if picture.mode in ("1", "L") or picture.mode[0] in "IF" else 3


def _pixels(picture: Any) -> np.ndarray:
    if picture.mode.startswith("I;16"):
        pixels = np.round(np.asarray(picture, "float32") / 257)
        return pixels.astype("uint8")[..., None]
    if picture.mode in ("I", "F"):
        raise ValueError(f"pixels of the kind {picture.mode!r} have no range")
    channels = _num_channels(picture)
    pixels = np.asarray(picture.convert(MODES[channels]))
    return pixels.reshape(*pixels.shape[:2], channels)
