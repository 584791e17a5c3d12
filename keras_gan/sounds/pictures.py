"""Pictures of sounds: the waveform, and the spectrogram below it."""

import numpy as np
from numpy.typing import ArrayLike

WIDTH = 128
WAVE_HEIGHT, BANDS = 32, 64
_BLUE = np.array([31, 119, 180], "uint8")
# What is quieter than a full-scale sine by this is white, in decibels.
_FLOOR = 80.0


def sound_picture(samples: ArrayLike) -> np.ndarray:
    """Draws a sound: its waveform in blue, and its spectrogram in gray.

    From left to right is time. Of the waveform each column has a line from the
    lowest to the highest sample there. Below, each column has the strengths of
    frequencies, the lowest at the bottom and half of the rate at the top,
    white for 80 dB below a sine that is as loud as can be, and black for that.

    Args:
        samples: `(length, channels)` in [-1, 1]; the mean of the channels is
            shown.

    Returns:
        uint8 array `(97, 128, 3)`.

    Raises:
        ValueError: If the samples are no such array, or NaN.

    Example:

    >>> sound_picture(np.sin(np.arange(4000.0))[:, None]).shape
    (97, 128, 3)
    """
    samples = np.asarray(samples, "float32")
    if samples.ndim != 2 or not samples.size or not np.isfinite(samples).all():
        raise ValueError(
            "A sound must be an array (length, channels) of finite numbers. "
            f"Received: shape={samples.shape}. If a generator made it, its "
            "training may have diverged."
        )
    mono = samples.mean(axis=1)
    gray = 255 - np.round(255 * _strengths(mono)).astype("uint8")
    line = np.full((1, WIDTH, 3), 200, "uint8")
    spectrogram = gray[::-1, :, None].repeat(3, axis=2)
    return np.concatenate([_wave(mono), line, spectrogram])


def _wave(mono: np.ndarray) -> np.ndarray:
    """A line in each column, from the lowest to the highest sample there."""
    chart = np.full((WAVE_HEIGHT, WIDTH, 3), 255, "uint8")
    edges = np.linspace(0, len(mono), WIDTH + 1).astype(int)
    rows = np.arange(WAVE_HEIGHT)
    for column, (start, end) in enumerate(zip(edges, edges[1:], strict=False)):
        part = mono[start : max(end, start + 1)]
        top, bottom = (
            round((1 - value) / 2 * (WAVE_HEIGHT - 1))
            for value in (part.max(), part.min())
        )
        chart[(rows >= top) & (rows <= bottom), column] = _BLUE
    return chart


def _strengths(mono: np.ndarray) -> np.ndarray:
    """Strengths in [0, 1] of frequencies, `(BANDS, WIDTH)`, low ones first."""
    from scipy.signal import get_window

    # Windows are twice as long as the steps, and long enough for the bands.
    hop = max(-(-len(mono) // WIDTH), BANDS)
    size = 2 * hop
    starts = np.linspace(0, len(mono), WIDTH, endpoint=False).astype(int)
    padded = np.pad(mono, hop)
    frames = padded[np.minimum(starts, len(mono))[:, None] + np.arange(size)]
    window = get_window("hann", size)
    spectrum = np.abs(np.fft.rfft(frames * window, axis=1))[:, 1:].T
    # A sine that is as loud as can be has the amplitude 1.
    amplitudes = 2.0 * spectrum / window.sum()
    edges = np.linspace(0, hop, BANDS, endpoint=False).astype(int)
    highest = np.maximum.reduceat(amplitudes, edges, axis=0)
    decibels = 20 * np.log10(np.maximum(highest, 1e-12))
    return np.clip(1 + decibels / _FLOOR, 0, 1)
