"""Which files are images, by their names and by their contents."""

import functools
import mimetypes
import os
from typing import Any, BinaryIO

# Pillow recognizes these, but they are no pictures of pixels, or Pillow would
# start another program to read them.
_NOT_READ = {"BUFR", "EPS", "GRIB", "HDF5", "MPEG", "WMF"}
_FREQUENT = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "PPM", "TIFF")
_NO_PICTURES = {"BUFR", "GRIB", "HDF5", "MPEG", "PDF"}


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
        Image.open(file, formats=marked)
    except Image.DecompressionBombError:
        return True
    except Exception:  # each format raises its own
        return False
    return True


def open_picture(file: BinaryIO) -> Any:
    """Opens an image with Pillow; its pixels are not decoded yet.

    Args:
        file: Binary file object.

    Raises:
        ValueError: If the file is not an image, or too large.
    """
    from PIL import Image, UnidentifiedImageError

    Image.init()
    try:
        return Image.open(file, formats=_formats(len(Image.ID)))
    except Image.DecompressionBombError as error:
        reason = str(error).partition(", could")[0]
        raise ValueError(
            f"{reason}, which PIL.Image.MAX_IMAGE_PIXELS can raise"
        ) from error
    except UnidentifiedImageError as error:
        file.seek(0)
        reason = "no known format" if file.read(1) else "it is empty"
        raise ValueError(reason) from error


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
