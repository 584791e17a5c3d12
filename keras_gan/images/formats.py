"""Which files are images, by their names and by their contents."""

import contextlib
import functools
import mimetypes
import os
import struct
from collections.abc import Iterable
from typing import Any, BinaryIO

# Pillow recognizes these, but they are no pictures of pixels, or Pillow would
# start another program to read them.
_NOT_READ = {"BUFR", "EPS", "GRIB", "HDF5", "MPEG", "WMF"}
_FREQUENT = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "PPM", "TIFF")
_NO_PICTURES = {"BUFR", "GRIB", "HDF5", "MPEG", "PDF"}
# As many bytes as formats are shown, and what they raise for other formats.
_MARK_BYTES = 16
_NOT_OF_THE_FORMAT = (SyntaxError, IndexError, TypeError, struct.error)


def has_image_suffix(name: str) -> bool:
    """Whether the name of a file says that it is an image.

    This also holds for images that are not read, such as `.svg`.

    Args:
        name: Name or path, in upper or lower case.

    Example:

    >>> has_image_suffix("a/scan.PGM"), has_image_suffix("notes.txt")
    (True, False)
    """
    return _is_image_suffix(os.path.splitext(name)[1].lower())


def is_image(file: BinaryIO) -> bool:
    """Whether the content of a file is an image, whatever its name.

    Only formats whose files begin with a mark of their own are recognized.

    Args:
        file: Binary file object.

    Example:

    >>> import io
    >>> from keras_gan.images import encode_png
    >>> is_image(io.BytesIO(encode_png(np.zeros((4, 4, 3), "uint8"))))
    True
    >>> is_image(io.BytesIO(b"some text"))
    False
    """
    from PIL import Image

    Image.init()
    formats = _formats(len(Image.ID))
    marked = [name for name in formats if Image.OPEN[name][1] is not None]
    try:
        return _opened(file, marked) is not None
    except Exception:  # each format raises its own
        return False


def open_picture(file: BinaryIO) -> Any:
    """Opens an image with Pillow; its pixels are not decoded yet.

    Args:
        file: Binary file object.

    Raises:
        ValueError: If the file is not an image.
    """
    from PIL import Image

    Image.init()
    picture = _opened(file, _formats(len(Image.ID)))
    if picture is None:
        file.seek(0)
        raise ValueError("no known format" if file.read(1) else "it is empty")
    return picture


def check_pixels(picture: Any) -> None:
    """Refuses images that would take too much memory.

    Args:
        picture: An image of Pillow.

    Raises:
        ValueError: If it has more than `PIL.Image.MAX_IMAGE_PIXELS`.
    """
    from PIL import Image

    most = Image.MAX_IMAGE_PIXELS
    if most is not None and picture.width * picture.height > most:
        raise ValueError(
            f"{picture.height} x {picture.width} pixels, more than the limit "
            f"of {most:,} in all, which PIL.Image.MAX_IMAGE_PIXELS can raise"
        )


def _opened(file: BinaryIO, formats: Iterable[str]) -> Any:
    """`PIL.Image.open`, without warnings of its own; `None` for no image.

    Filters of warnings are those of all threads, so they cannot be used.
    """
    from PIL import Image

    file.seek(0)
    start = file.read(_MARK_BYTES)
    for name in formats:
        factory, accepts = Image.OPEN[name]
        with contextlib.suppress(*_NOT_OF_THE_FORMAT):
            # Text says why it is not accepted.
            is_likely = accepts is None or accepts(start)
            if is_likely and not isinstance(is_likely, str):
                file.seek(0)
                return factory(file, "")
    return None


@functools.cache
def _formats(number: int) -> tuple[str, ...]:
    """The formats that are read, frequent ones first.

    Args:
        number: How many Pillow knows, to which plugins may add.
    """
    from PIL import Image

    del number
    others = [name for name in Image.ID if name not in _FREQUENT]
    return tuple(n for n in (*_FREQUENT, *others) if n not in _NOT_READ)


@functools.cache
def _is_image_suffix(suffix: str) -> bool:
    from PIL import Image

    form = Image.registered_extensions().get(suffix)
    if form is not None:
        return form not in _NO_PICTURES
    kind, _ = mimetypes.MimeTypes().guess_type(f"x{suffix}", strict=False)
    return (kind or "").startswith("image/")
