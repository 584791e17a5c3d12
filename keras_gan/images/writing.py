"""Arrays to image files."""

import io
import os
import pathlib
from collections.abc import Iterable

import numpy as np

from keras_gan.images.values import convert_channels
from keras_gan.images.arranging import to_picture

Path = str | os.PathLike


def encode_png(image: np.ndarray) -> bytes:
    """Encodes a uint8 image `(height, width[, channels])` as PNG."""
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
    picture = to_picture(frame)
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
