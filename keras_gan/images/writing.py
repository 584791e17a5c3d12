"""Arrays to image files."""

import io
import pathlib
from collections.abc import Iterable

import numpy as np

from keras_gan.images.reading import Path
from keras_gan.images.values import convert_channels, to_picture
from keras_gan.utils.files import replacing


def encode_png(image: np.ndarray) -> bytes:
    """Returns an image as the bytes of a PNG file.

    Args:
        image: uint8 array `(height, width[, channels])`.

    Example:

    >>> encode_png(np.zeros((8, 8, 1), "uint8"))[1:4]
    b'PNG'
    """
    buffer = io.BytesIO()
    to_picture(image).save(buffer, "PNG")
    return buffer.getvalue()


def write_image(path: Path, image: np.ndarray) -> None:
    """Writes an image as PNG; the file is whole or is not there.

    The bytes go to a file beside it, which is then renamed: a full disk or a
    killed process leaves what was there before.

    Args:
        path: File that ends in `.png`, in a folder that is there.
        image: uint8 array `(height, width[, channels])`.

    Raises:
        ValueError: If the suffix or the array is another one.
        OSError: If the file cannot be written.

    Example:

    >>> write_image("black.png", np.zeros((8, 8, 1), "uint8"))
    """
    _check_suffix(path, ".png")
    with replacing(path, shared=True) as aside:
        aside.write_bytes(encode_png(image))


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

    Raises:
        ValueError: If the suffix is another one, or there are no frames.
        OSError: If the file cannot be written.

    Example:

    >>> frames = [np.full((8, 8, 1), grey, "uint8") for grey in (0, 255)]
    >>> write_animation("blink.gif", frames, frames_per_second=2)
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
    with replacing(path, shared=True) as aside:
        aside.write_bytes(buffer.getvalue())


def _animation_frame(frame):
    frame = np.asarray(frame)
    if frame.ndim == 3 and frame.shape[-1] == 4:
        frame = convert_channels(frame, 3)
    picture = to_picture(frame)
    # A palette now and not when saving keeps a frame at a byte a pixel.
    return picture if picture.mode == "L" else picture.quantize()


def _check_suffix(path: Path, suffix: str) -> None:
    if pathlib.Path(path).suffix.lower() != suffix:
        raise ValueError(
            f"`path` must end in {suffix}. Received: path={str(path)!r}"
        )
