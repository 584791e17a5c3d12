"""Reading WAV files into arrays."""

import io
import os
import struct
from typing import BinaryIO

import numpy as np

Path = str | os.PathLike

_SUFFIXES = (".wav", ".wave")
_ORDERS = {b"RIFF": "<", b"RIFX": ">"}
_HEADER = 12
# Programs that write into a pipe do not know the size, and give the largest.
_UNKNOWN_SIZE = 0x7FFF0000


def read_wav(file: Path | BinaryIO) -> tuple[np.ndarray, int]:
    """Reads a WAV file.

    Integers of 8, 16, 24, 32 and 64 bits are divided by their largest
    magnitude; floats are clipped to [-1, 1].

    Args:
        file: Path, or binary file object.

    Returns:
        `(samples, rate)`: float32 array `(length, channels)` in [-1, 1], and
        the number of samples in a second.

    Raises:
        ValueError: If the file is no WAV file, is compressed or cut off, or
            has no samples, or some that are NaN or infinite.
        OSError: If the path cannot be opened.

    Example:

    >>> samples = np.sin(np.arange(800.0))[:, None]
    >>> keras_gan.sounds.write_wav("tone.wav", samples, rate=8000)
    >>> found, rate = read_wav("tone.wav")
    >>> found.shape, rate
    ((800, 1), 8000)
    """
    from scipy.io import wavfile

    if isinstance(file, str | os.PathLike):
        with open(file, "rb") as opened:
            content = opened.read()
    else:
        content = file.read()
    essential = _essential(content)
    try:
        rate, samples = wavfile.read(io.BytesIO(essential))
    except Exception as error:  # SciPy raises what its parts raise.
        text = " ".join(str(error).split()).replace(": ", " ")
        told = f"a file that SciPy refuses, {text}"
        raise ValueError(_refusal(told)) from error
    if samples.ndim == 1:
        samples = samples[:, None]
    if not samples.size or rate < 1:
        raise ValueError(_refusal("a file without samples"))
    return _scaled(samples), int(rate)


def has_wav_suffix(name: str) -> bool:
    """Whether a file is a WAV file by its name.

    Args:
        name: Name or path of the file.

    Example:

    >>> has_wav_suffix("drums/kick.WAV"), has_wav_suffix("kick.mp3")
    (True, False)
    """
    return os.path.splitext(name)[1].lower() in _SUFFIXES


def _essential(content: bytes) -> bytes:
    """A file with only the chunks that say what its samples are.

    SciPy warns of other chunks, such as those of cue points, and warnings
    cannot be turned off in one thread alone.
    """
    order = _ORDERS.get(content[:4])
    if order is None or content[8:_HEADER] != b"WAVE":
        raise ValueError(_refusal("a file of another kind"))
    chunks = _chunks(content, order)
    form, data = chunks.get(b"fmt "), chunks.get(b"data")
    if form is None or len(form) < 16 or data is None:
        raise ValueError(_refusal("a file without samples"))
    (block,) = struct.unpack(order + "H", form[12:14])
    data = data[: len(data) - len(data) % max(block, 1)]
    parts = [b"WAVE"]
    for name, body in ((b"fmt ", form), (b"data", data)):
        size = struct.pack(order + "I", len(body))
        parts += [name, size, body, b"\0" * (len(body) % 2)]
    whole = b"".join(parts)
    return content[:4] + struct.pack(order + "I", len(whole)) + whole


def _chunks(content: bytes, order: str) -> dict[bytes, bytes]:
    """The first chunk of each name."""
    found: dict[bytes, bytes] = {}
    at = _HEADER
    while at + 8 <= len(content):
        name = content[at : at + 4]
        (size,) = struct.unpack(order + "I", content[at + 4 : at + 8])
        body = content[at + 8 : at + 8 + size]
        if name == b"data" and len(body) < size < _UNKNOWN_SIZE:
            raise ValueError(_refusal("a file that is cut off"))
        found.setdefault(name, body)
        at += 8 + size + size % 2
    return found


def _scaled(samples: np.ndarray) -> np.ndarray:
    """Samples of any type as float32 in [-1, 1]."""
    if samples.dtype.kind == "f":
        if not np.isfinite(samples).all():
            raise ValueError(_refusal("samples that are NaN or infinite"))
        return np.clip(samples, -1, 1).astype("float32")
    # Those of at most 8 bits have no sign, and SciPy puts others leftmost.
    middle = 128.0 if samples.dtype.kind == "u" else 0.0
    largest = 2.0 ** (8 * samples.dtype.itemsize - 1)
    return ((samples - middle) / largest).astype("float32")


def _refusal(received: str) -> str:
    return (
        "A sound must be a WAV file of integers or floats, not compressed; "
        "`ffmpeg -i INPUT OUTPUT.wav` makes one of most others. Received: "
        + received
    )
