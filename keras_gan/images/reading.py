"""Reading image files into arrays."""

import concurrent.futures
import contextlib
import functools
import os
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import numpy as np

from keras_gan.images.arranging import resize_picture
from keras_gan.images.formats import check_pixels, open_picture
from keras_gan.images.values import MODES

Path = str | os.PathLike
"""The path of a file or folder."""

_ORIENTATION = 0x0112  # the Exif tag of a camera's rotation
_TURNS = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}
# Formats whose orientation is known without decoding the pixels.
_ORIENTED_IN_HEADER = ("JPEG", "MPO", "WEBP")

_LARGE_PIXELS = 2**24


def image_shape(
    file: Path | BinaryIO, *, quick: bool = False
) -> tuple[int, int, int]:
    """Reads an image's `(height, width, channels)`.

    The size is that after the rotation set by a camera. Only formats that
    tell it at the end of the file (PNG and TIFF among them) are decoded, so
    other truncated files are not detected.

    Args:
        file: Path, or binary file object.
        quick: Whether to overlook a rotation that a PNG has behind its pixels,
            which most programs write before them.

    Raises:
        ValueError: If the file is not an image.
        OSError: If the path cannot be opened.

    Example:

    >>> import io
    >>> from keras_gan.images import encode_png
    >>> image_shape(io.BytesIO(encode_png(np.zeros((8, 6, 3), "uint8"))))
    (8, 6, 3)
    """
    with _opened(file) as picture:
        has_none = quick and picture.format == "PNG" and not _has_exif(picture)
        if has_none or picture.format in _ORIENTED_IN_HEADER:
            is_turned = not has_none and _orientation(picture) >= 5
        else:
            picture, is_turned = _upright(picture), False
        width, height = picture.size[:: -1 if is_turned else 1]
        return height, width, _num_channels(picture)


def _has_exif(picture: Any) -> bool:
    return any("exif" in str(key).lower() for key in picture.info)


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
        ValueError: If the file is not an image, is truncated, or has more
            pixels than `PIL.Image.MAX_IMAGE_PIXELS`.
        OSError: If the path cannot be opened.

    Example:

    >>> import io
    >>> from keras_gan.images import encode_png
    >>> file = io.BytesIO(encode_png(np.array([[0, 200]], "uint8")))
    >>> read_image(file).tolist()
    [[[0], [200]]]
    """
    return read_for_size(file, None)[0]


def read_for_size(
    file: Path | BinaryIO, size: Sequence[int] | None
) -> tuple[np.ndarray, tuple[int, int, int]]:
    """Reads an image that will be resized.

    Of very large images only the resized pixels become an array, as `resize`
    gives them, to need less memory.

    Args:
        file: As for `read_image`.
        size: `(height, width)`, or `None` to keep the size.

    Returns:
        What `read_image` returns, but very large images in the given size; and
        the shape `(height, width, channels)` of the image in the file.
    """
    with _opened(file) as picture:
        if picture.width * picture.height <= _LARGE_PIXELS:
            return _read(picture, None)
    return _one_thread().submit(_read_large, file, size).result()


@functools.cache
def _one_thread() -> concurrent.futures.ThreadPoolExecutor:
    """Decodes very large images, one at a time.

    In one thread, because the C library keeps freed memory for each.
    """
    return concurrent.futures.ThreadPoolExecutor(1)


def _read_large(file, size):
    # Opened anew, so that nothing outside of this thread holds its pixels.
    if not isinstance(file, (str, os.PathLike)):
        file.seek(0)
    with _opened(file) as picture:
        return _read(picture, size)


def _read(
    picture: Any, size: Sequence[int] | None
) -> tuple[np.ndarray, tuple[int, int, int]]:
    from PIL import Image

    form = picture.format
    picture = _upright(picture)
    shape = picture.height, picture.width, _num_channels(picture)
    if size:
        if picture.mode[0] in "IF":
            picture = Image.fromarray(_pixels(picture, form)[..., 0])
        picture = resize_picture(_plain(picture), size)
    return _pixels(picture, form), shape


@contextlib.contextmanager
def _opened(file: Path | BinaryIO) -> Iterator[Any]:
    """Opens an image; all that is wrong with it is a `ValueError`."""
    with contextlib.ExitStack() as stack:
        data: Any = file
        if isinstance(file, (str, os.PathLike)):
            data = stack.enter_context(open(file, "rb"))
        try:
            with open_picture(data) as picture:
                check_pixels(picture)
                yield picture
        except Exception as error:  # each decoder raises its own
            raise ValueError(f"`{file}` is not an image: {error}") from error


def _upright(picture: Any) -> Any:
    """Decodes a picture, and applies the rotation set by a camera."""
    from PIL import Image

    picture.load()  # Of a TIFF, this applies it.
    turn = _TURNS.get(_orientation(picture))
    return picture.transpose(Image.Transpose[turn]) if turn else picture


def _orientation(picture: Any) -> int:
    try:
        found = picture.getexif().get(_ORIENTATION, 1)
    except Exception:  # A damaged record of the camera harms no pixel.
        return 1
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def _num_channels(picture: Any) -> int:
    if "transparency" in picture.info or picture.mode[-1] in "Aa":
        return 4
    return 1 if picture.mode in ("1", "L") or picture.mode[0] in "IF" else 3


def _pixels(picture: Any, form: str | None) -> np.ndarray:
    has_16_bits = form in ("PNG", "PPM") and picture.mode == "I"
    if has_16_bits or picture.mode.startswith("I;16"):
        pixels = np.array(picture, "float32")
        pixels /= 257
        return np.round(pixels, out=pixels).astype("uint8")[..., None]
    if picture.mode in ("I", "F"):
        raise ValueError(
            f"pixels of the kind {picture.mode!r} have no range, convert them "
            "to 8 or 16 bits, or pass an array with its `source_range`"
        )
    pixels = np.asarray(_plain(picture))
    return pixels.reshape(*pixels.shape[:2], -1)


def _plain(picture: Any) -> Any:
    """The picture as grayscale, RGB or RGBA."""
    mode = MODES[_num_channels(picture)]
    return picture if picture.mode == mode else picture.convert(mode)
