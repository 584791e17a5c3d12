"""Writing arrays to image files."""

import io
import pathlib
from collections.abc import Iterable
from typing import Any

import numpy as np

from keras_gan.images.reading import Path
from keras_gan.images.values import convert_channels, to_picture
from keras_gan.utils.files import replacing


def encode_png(image: np.ndarray, *, software: str | None = None) -> bytes:
    """Encodes an image as PNG.

    Args:
        image: uint8 array `(height, width[, channels])`.
        software: What to record as the program that made it.

    Example:

    >>> encode_png(np.zeros((8, 8, 1), "uint8"))[1:4]
    b'PNG'
    """
    from PIL.PngImagePlugin import PngInfo

    buffer, info = io.BytesIO(), PngInfo()
    if software is not None:
        info.add_text("Software", software)
    to_picture(image).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def write_image(
    path: Path, image: np.ndarray, *, software: str | None = None
) -> None:
    """Writes an image as PNG, without ever leaving a partial file.

    The image is written to a temporary file, which is then renamed, so a full
    disk or a killed process leaves the previous file untouched.

    Args:
        path: File that ends in `.png`, in an existing folder.
        image: uint8 array `(height, width[, channels])`.
        software: What to record as the program that made it.

    Raises:
        ValueError: If the suffix or the array is wrong.
        OSError: If the file cannot be written.

    Example:

    >>> write_image("black.png", np.zeros((8, 8, 1), "uint8"))
    """
    _check_suffix(path, ".png")
    with replacing(path, shared=True) as aside:
        aside.write_bytes(encode_png(image, software=software))


def write_animation(
    path: Path,
    frames: Iterable[np.ndarray],
    *,
    frames_per_second: float = 8.0,
    hold: float | None = 2.0,
    software: str | None = None,
) -> None:
    """Writes images of one size as an endless animated GIF.

    Args:
        path: File that ends in `.gif`, in an existing folder.
        frames: uint8 arrays `(height, width[, channels])`.
        frames_per_second: Speed, from 1 to 50.
        hold: Seconds for which the last frame is shown. None: as the others.
        software: What to record as the program that made it.

    Raises:
        ValueError: If the suffix is wrong, or there are no frames.
        OSError: If the file cannot be written.

    Example:

    >>> frames = [np.full((8, 8, 1), gray, "uint8") for gray in (0, 255)]
    >>> write_animation("blink.gif", frames, frames_per_second=2)
    """
    _check_suffix(path, ".gif")
    pictures = [_animation_frame(frame) for frame in frames]
    if not pictures:
        raise ValueError("`frames` must hold at least one image. Received: 0")
    durations = [round(1000 / frames_per_second)] * len(pictures)
    if hold is not None:
        durations[-1] = round(1000 * hold)
    buffer = io.BytesIO()
    options: dict[str, Any] = {"duration": durations, "loop": 0}
    options |= {"save_all": True, "comment": (software or "").encode()}
    pictures[0].save(buffer, "GIF", append_images=pictures[1:], **options)
    with replacing(path, shared=True) as aside:
        aside.write_bytes(buffer.getvalue())


def _animation_frame(frame):
    frame = np.asarray(frame)
    if frame.ndim == 3 and frame.shape[-1] == 4:
        frame = convert_channels(frame, 3)
    picture = to_picture(frame)
    # Converting to a palette now keeps each frame at one byte per pixel.
    return picture if picture.mode == "L" else picture.quantize()


def _check_suffix(path: Path, suffix: str) -> None:
    if pathlib.Path(path).suffix.lower() != suffix:
        raise ValueError(
            f"`path` must end in {suffix}. Received: path={str(path)!r}"
        )
