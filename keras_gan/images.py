"""Images as arrays and as files: value ranges, grids, reading, writing.

Arrays are channels last, `(height, width, channels)`, with 1 channel
(greyscale), 3 (RGB) or 4 (RGBA). Files are read and written by Pillow, which
is imported when it is first needed.
"""

import io
import math
import os
import pathlib
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import ArrayLike

Path = str | os.PathLike
Range = Sequence[float]

IMAGE_SUFFIXES = (
    ".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp",
)  # fmt: skip

_MODES = {1: "L", 3: "RGB", 4: "RGBA"}
_GREY_WEIGHTS = np.array([0.299, 0.587, 0.114], "float32")  # ITU-R BT.601
_ORIENTATION = 0x0112  # the Exif tag of a camera's rotation


def to_uint8(images: ArrayLike, value_range: Range = (-1, 1)) -> np.ndarray:
    """Maps images from `value_range` to bytes, 0 to 255.

    `round(255 (images - low) / (high - low))`; values outside the range are
    clipped. An array that is uint8 already is returned as it is.

    Args:
        images: Array of floats or integers, any shape.
        value_range: `(low, high)` of `images`.

    Example:

    >>> to_uint8(np.array([-1.0, 0.0, 1.0, 3.0])).tolist()
    [0, 128, 255, 255]
    """
    images = np.asarray(images)
    if images.dtype == np.uint8:
        return images
    low, high = check_value_range(value_range)
    images = np.asarray(images, "float32")
    if np.isnan(images).any():
        raise ValueError(
            "`images` holds NaN, which no picture can show. If a generator "
            "drew them, its training has diverged: go back to an earlier "
            "checkpoint and lower the learning rate."
        )
    # Half up, not half to even: 0.0 is 128 on every machine.
    bytes_ = np.floor((images - low) / (high - low) * 255 + 0.5)
    return np.clip(bytes_, 0, 255).astype("uint8")


def from_uint8(images: ArrayLike, value_range: Range = (-1, 1)) -> np.ndarray:
    """Maps bytes, 0 to 255, to float32 images in `value_range`.

    `low + (high - low) images / 255`; `to_uint8` brings the bytes back.

    Args:
        images: uint8 array, any shape.
        value_range: `(low, high)` of the result.

    Example:

    >>> from_uint8(np.array([0, 255], "uint8")).tolist()
    [-1.0, 1.0]
    """
    low, high = check_value_range(value_range)
    floats = (
        _check_uint8(images).astype("float32") / np.float32(255 / (high - low))
        + low
    )
    return np.clip(floats, low, high).astype("float32")


def check_value_range(value_range: Range) -> tuple[float, float]:
    """Returns `value_range` as two floats, or says what is wrong with it."""
    try:
        low, high = (float(end) for end in value_range)
    except (TypeError, ValueError):
        low, high = math.nan, math.nan
    if not (low < high and math.isfinite(high - low)):
        raise ValueError(
            "`value_range` must be two numbers, the lower one first, such as "
            f"(-1, 1). Received: value_range={value_range!r}"
        )
    return low, high


def check_image_shape(shape: Sequence[int]) -> tuple[int, int, int]:
    """Returns `shape` if an image can have it, or raises a `ValueError`."""
    shape = tuple(shape)
    if len(shape) != 3 or shape[-1] not in _MODES or not all(shape):
        raise ValueError(
            "An image has the shape (height, width, channels) with 1 channel "
            f"(greyscale), 3 (RGB) or 4 (RGBA). Received: shape={shape}"
        )
    return shape


def _check_uint8(images: ArrayLike) -> np.ndarray:
    images = np.asarray(images)
    if images.dtype != np.uint8:
        raise ValueError(
            "Images must be bytes, of dtype uint8. "
            f"Received: an array of {images.dtype}. Call `to_uint8` first."
        )
    return images


def image_grid(
    images: ArrayLike,
    columns: int | None = None,
    padding: int = 2,
    *,
    value_range: Range = (-1, 1),
    scale: int | None = None,
) -> np.ndarray:
    """Lays images out in rows, left to right and top to bottom.

    Args:
        images: `(num_images, height, width, channels)`, or without channels
            for greyscale.
        columns: Images in a row. Left out, the grid is nearly square.
        padding: Pixels of white between images and around them.
        value_range: `(low, high)` of `images`; uint8 images have their own.
        scale: Whole factor by which each pixel is repeated. Left out, small
            images are repeated until they are about 48 pixels wide.

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


def convert_channels(
    image: np.ndarray, channels: int, value_range: Range = (0, 255)
) -> np.ndarray:
    """Turns greyscale, RGB and RGBA into one another, in the dtype given.

    RGB becomes greyscale by the weights .299, .587, .114; greyscale is
    repeated; what is transparent is laid over white; a new alpha is opaque.

    Args:
        image: Array whose last axis is the channels: 1, 3 or 4.
        channels: 1, 3 or 4.
        value_range: `(black, white)` of `image`.

    """
    check_image_shape((*image.shape[:-1], channels)[-3:])
    if image.shape[-1] == channels:
        return image
    low, high = value_range
    pixels = image.astype("float32")
    if pixels.shape[-1] == 4:
        alpha = (pixels[..., 3:] - low) / (high - low)
        pixels = pixels[..., :3] * alpha + high * (1 - alpha)
    if channels == 1:
        pixels = (pixels @ _GREY_WEIGHTS)[..., None]
    elif pixels.shape[-1] == 1:
        pixels = pixels.repeat(3, axis=-1)
    if channels == 4:
        opaque = np.full_like(pixels[..., :1], high)
        pixels = np.concatenate([pixels, opaque], axis=-1)
    if np.issubdtype(image.dtype, np.integer):
        pixels = np.round(pixels)
    return pixels.astype(image.dtype)


def resize(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resizes one image with an antialiased Lanczos filter.

    The filter grows with the reduction, so that fine detail is averaged and
    does not turn into false patterns. To keep the aspect ratio, the middle of
    the image is cut to that of `size` first.

    Args:
        image: `(height, width, channels)`, uint8 or float.
        size: `(height, width)` in pixels.

    Returns:
        Array `(*size, channels)` of the same dtype; floats keep within the
        least and the greatest value of `image`.

    Example:

    >>> resize(np.zeros((30, 20, 3), "uint8"), (8, 8)).shape
    (8, 8, 3)
    """
    from PIL import Image

    height, width, channels = check_image_shape(image.shape)
    if (height, width) == tuple(size):
        return image
    box = _centre_box(height, width, size)
    target = (size[1], size[0])  # Pillow says width first
    lanczos = Image.Resampling.LANCZOS
    if image.dtype == np.uint8:
        # As one picture, so that transparent pixels lend no colour.
        resized = np.asarray(_picture(image).resize(target, lanczos, box))
        return resized.reshape(*size, channels)
    planes = [
        np.asarray(Image.fromarray(plane).resize(target, lanczos, box))
        for plane in np.moveaxis(image.astype("float32"), -1, 0)
    ]
    resized = np.stack(planes, axis=-1)
    return np.clip(resized, image.min(), image.max()).astype(image.dtype)


def _centre_box(height, width, size):
    """The largest (left, top, right, bottom) with the aspect of `size`."""
    factor = min(height / size[0], width / size[1])
    box_height, box_width = size[0] * factor, size[1] * factor
    left, top = (width - box_width) / 2, (height - box_height) / 2
    return left, top, left + box_width, top + box_height


def _picture(image):
    """A Pillow image of a uint8 array."""
    from PIL import Image

    image = _check_uint8(image)
    image = image[..., None] if image.ndim == 2 else image
    check_image_shape(image.shape)
    squeezed = image[..., 0] if image.shape[-1] == 1 else image
    return Image.fromarray(np.ascontiguousarray(squeezed))


def image_shape(file: Path | BinaryIO) -> tuple[int, int, int]:
    """Reads an image's `(height, width, channels)` from its first bytes."""
    with _opened(file) as picture:
        width, height = picture.size
        if _orientation(picture) >= 5:
            width, height = height, width
        return height, width, _num_channels(picture)


def read_image(file: Path | BinaryIO) -> np.ndarray:
    """Reads an image of any format that Pillow knows.

    Palettes are resolved, 16-bit greyscale is brought to 8 bits, a camera's
    rotation is applied, and of an animation the first frame is taken.

    Args:
        file: Path, or binary file object.

    Returns:
        uint8 array `(height, width, channels)`, 1, 3 or 4 channels as the
        file has them.

    Raises:
        ValueError: If the file is not an image or breaks off.
        OSError: If the path cannot be opened.
    """
    from PIL import ImageOps

    with _opened(file) as picture:
        try:
            picture.load()
            if _orientation(picture) > 1:
                picture = ImageOps.exif_transpose(picture)
            return _pixels(picture)
        except Exception as error:  # each decoder has errors of its own
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
    # Asking any other format can decode the whole file.
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
    pixels = np.asarray(picture.convert(_MODES[channels]))
    return pixels.reshape(*pixels.shape[:2], channels)


def encode_png(image: np.ndarray) -> bytes:
    """Encodes a uint8 image `(height, width[, channels])` as PNG."""
    buffer = io.BytesIO()
    _picture(image).save(buffer, "PNG")
    return buffer.getvalue()


def write_image(path: Path, image: np.ndarray) -> None:
    """Writes an image as PNG; the file is whole or is not there.

    The bytes go to a file beside it, which is then renamed: a full disk or a
    killed process leaves what was there before.

    Args:
        path: File that ends in `.png`, in a folder that is there.
        image: uint8 array `(height, width[, channels])`.
    """
    _check_suffix(path, ".png")
    _replace_file(path, encode_png(image))


def write_animation(
    path: Path,
    frames: Iterable[np.ndarray],
    *,
    frames_per_second: float = 8.0,
    hold: float = 2.0,
) -> None:
    """Writes images of one size as an animated GIF that runs for ever.

    Args:
        path: File that ends in `.gif`, in a folder that is there.
        frames: uint8 arrays `(height, width[, channels])`.
        frames_per_second: Speed, from 1 to 50.
        hold: Seconds that the last frame stays.
    """
    _check_suffix(path, ".gif")
    pictures = [_animation_frame(frame) for frame in frames]
    if not pictures:
        raise ValueError("`frames` must hold at least one image. Received: 0")
    durations = [round(1000 / frames_per_second)] * len(pictures)
    durations[-1] = round(1000 * hold)
    buffer = io.BytesIO()
    options = {"duration": durations, "loop": 0, "save_all": True}
    pictures[0].save(buffer, "GIF", append_images=pictures[1:], **options)
    _replace_file(path, buffer.getvalue())


def _animation_frame(frame):
    frame = np.asarray(frame)
    if frame.ndim == 3 and frame.shape[-1] == 4:
        frame = convert_channels(frame, 3)
    picture = _picture(frame)
    # A palette now and not when saving keeps a frame at a byte a pixel.
    return picture if picture.mode == "L" else picture.quantize()


def _check_suffix(path: Path, suffix: str) -> None:
    if pathlib.Path(path).suffix.lower() != suffix:
        raise ValueError(
            f"`path` must end in {suffix}. Received: path={str(path)!r}"
        )


def _replace_file(path: Path, data: bytes) -> None:
    path = pathlib.Path(path)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(aside, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)
