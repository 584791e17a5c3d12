"""Writing arrays to WAV files."""

import io
import os
import pathlib
import struct
from collections.abc import Sequence

import numpy as np

from keras_gan.sounds.reading import has_wav_suffix
from keras_gan.utils.arguments import integer
from keras_gan.utils.files import replacing

_LARGEST = 2**15
_PAUSE = 0.15


def encode_wav(
    samples: np.ndarray, rate: int, *, software: str | None = None
) -> bytes:
    """Encodes a sound as a WAV file of 16 bits, which all programs play.

    Samples are multiplied by 2^15, rounded and clipped, so a file of 16 bits
    that was read becomes the same again.

    Args:
        samples: `(length, channels)` in [-1, 1].
        rate: Samples in a second.
        software: What to record as the program that made it.

    Raises:
        ValueError: If the samples are no such array, or NaN, or the rate is not
            an integer of at least 1.

    Example:

    >>> encode_wav(np.zeros((80, 1)), 8000)[:4]
    b'RIFF'
    """
    from scipy.io import wavfile

    samples = np.asarray(samples)
    if samples.ndim != 2 or not 1 <= samples.shape[1] < _LARGEST:
        raise ValueError(
            "A sound must be an array (length, channels). Received: shape="
            f"{samples.shape}. Give mono a last axis of 1."
        )
    if np.isnan(samples).any():
        raise ValueError(
            "A sound must be made of numbers. Received: NaN. If a generator "
            "made it, its training has diverged: go back to an earlier "
            "checkpoint and lower the learning rate."
        )
    integer("rate", rate, at_least=1)
    scaled = np.round(samples.astype("float64") * _LARGEST)
    numbers = np.clip(scaled, -_LARGEST, _LARGEST - 1).astype("<i2")
    buffer = io.BytesIO()
    wavfile.write(buffer, rate, numbers)
    content = buffer.getvalue()
    return content if software is None else _marked(content, software)


def write_wav(
    path: str | os.PathLike, samples: np.ndarray, *, rate: int
) -> None:
    """Writes a sound as a WAV file, without ever leaving a partial file.

    Args:
        path: File that ends in `.wav`, in an existing folder; what is there is
            replaced.
        samples: `(length, channels)` in [-1, 1].
        rate: Samples in a second.

    Raises:
        ValueError: If the suffix, the samples or the rate are wrong.
        OSError: If the file cannot be written.

    Example:

    >>> write_wav("silence.wav", np.zeros((8000, 1)), rate=8000)
    """
    if not has_wav_suffix(str(path)):
        raise ValueError(
            "`path` must end in .wav. Received: "
            f"path={os.fspath(path)!r}. Rename it."
        )
    content = encode_wav(samples, rate)
    with replacing(pathlib.Path(path), shared=True) as aside:
        aside.write_bytes(content)


def _marked(content: bytes, software: str) -> bytes:
    """A WAV file with the name of the program that made it."""
    text = software.encode() + b"\0"
    text += b"\0" * (len(text) % 2)
    info = b"INFOISFT" + struct.pack("<I", len(text)) + text
    whole = content[8:] + b"LIST" + struct.pack("<I", len(info)) + info
    return content[:4] + struct.pack("<I", len(whole)) + whole


def joined(sounds: Sequence[np.ndarray] | np.ndarray, rate: int) -> np.ndarray:
    """Joins sounds, with a short pause between them, to listen to them all.

    Args:
        sounds: Arrays `(length, channels)` of the same number of channels.
        rate: Samples in a second.

    Returns:
        Array `(length, channels)`.

    Example:

    >>> joined(np.ones((2, 100, 1)), rate=1000).shape
    (350, 1)
    """
    pause = np.zeros((round(_PAUSE * rate), sounds[0].shape[-1]), "float32")
    parts = [part for sound in sounds for part in (sound, pause)]
    return np.concatenate(parts[:-1])
