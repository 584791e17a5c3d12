"""Writing arrays to video files, with the program ffmpeg."""

import shutil
import subprocess
from collections.abc import Iterable

import numpy as np

from keras_gan.images.reading import Path
from keras_gan.images.values import check_uint8, convert_channels
from keras_gan.utils.files import replacing


def check_ffmpeg() -> str:
    """Returns the path of ffmpeg, which must be on this machine.

    Raises:
        ValueError: If it is not.

    Example:

    >>> found = shutil.which("ffmpeg")
    >>> found is None or check_ffmpeg() == found
    True
    """
    found = shutil.which("ffmpeg")
    if found is None:
        raise ValueError(
            "Videos need the program ffmpeg, which is not on this machine. "
            "Install it (apt install ffmpeg, brew install ffmpeg, conda "
            "install ffmpeg), or write a .gif or a folder of images."
        )
    return found


def write_video(
    path: Path,
    frames: Iterable[np.ndarray],
    *,
    frames_per_second: float = 24.0,
    software: str | None = None,
) -> None:
    """Writes images of one size as an H.264 video, which any program plays.

    Sides of an odd number of pixels get one row or column of white more,
    because the format has none.

    Args:
        path: File that ends in `.mp4`, in an existing folder.
        frames: uint8 arrays `(height, width, channels)`, at least one.
        frames_per_second: Speed.
        software: What to record as the program that made it.

    Raises:
        ValueError: If ffmpeg is not on this machine, or fails.
        OSError: If the file cannot be written.

    Example:

    >>> frames = np.zeros((2, 4, 4, 3), "uint8")
    >>> if shutil.which("ffmpeg"):
    ...     write_video("black.mp4", frames)
    """
    program = check_ffmpeg()
    pixels = np.stack([_even(convert_channels(one, 3)) for one in frames])
    height, width = pixels.shape[1:3]
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}"]
    made = ["-c:v", "libx264", "-crf", "18", "-pix_fmt", "yuv420p"]
    made += ["-metadata", f"comment={software or ''}"]
    with replacing(path, shared=True) as aside:
        done = subprocess.run(
            [program, "-loglevel", "error", "-y", *raw]
            + ["-r", f"{frames_per_second:g}", "-i", "-", *made, str(aside)],
            input=check_uint8(pixels).tobytes(),
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )
        if done.returncode:
            reason = done.stderr.decode(errors="replace").strip()
            raise ValueError(
                f"ffmpeg could not write `{path}`: {reason or 'no reason'}. "
                "Write a .gif or a folder of images instead."
            )


def _even(image: np.ndarray) -> np.ndarray:
    height, width, _ = image.shape
    sides = ((0, height % 2), (0, width % 2), (0, 0))
    return np.pad(image, sides, constant_values=255)
