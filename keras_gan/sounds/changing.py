"""Changing the rate, the channels, the length and the loudness of sounds."""

import math

import numpy as np

from keras_gan.utils.arguments import integer


def resample(samples: np.ndarray, rate: int, new_rate: int) -> np.ndarray:
    """Changes the number of samples in a second.

    A polyphase filter with a Kaiser window removes what the lower of the two
    rates cannot hold, frequencies above half of it.

    Args:
        samples: `(length, channels)`.
        rate: Samples in a second.
        new_rate: The same of the result.

    Returns:
        Float32 array `(ceil(length * new_rate / rate), channels)`.

    Raises:
        ValueError: If a rate is not an integer of at least 1.

    Example:

    >>> resample(np.zeros((441, 2)), 44_100, 16_000).shape
    (160, 2)
    """
    integer("rate", rate, at_least=1)
    integer("new_rate", new_rate, at_least=1)
    samples = np.asarray(samples, "float32")
    if rate == new_rate:
        return samples
    from scipy.signal import resample_poly

    common = math.gcd(rate, new_rate)
    found = resample_poly(samples, new_rate // common, rate // common, axis=0)
    return found.astype("float32")


def convert_channels(samples: np.ndarray, channels: int) -> np.ndarray:
    """Converts between mono and stereo.

    The mean of all channels is what is heard of them in mono, and mono is the
    same on both sides in stereo.

    Args:
        samples: `(length, channels)`, of any number of channels.
        channels: 1 or 2.

    Returns:
        Array `(length, channels)`.

    Raises:
        ValueError: If `channels` is something else.

    Example:

    >>> convert_channels(np.array([[0.2, 0.4]]), 1).round(1).tolist()
    [[0.3]]
    """
    if channels not in (1, 2):
        raise ValueError(
            "`channels` must be 1 (mono) or 2 (stereo). Received: "
            f"channels={channels!r}. Choose one of these."
        )
    if samples.shape[-1] == channels:
        return samples
    return samples.mean(axis=-1, keepdims=True).repeat(channels, axis=-1)


def fit_length(samples: np.ndarray, length: int) -> np.ndarray:
    """Leaves the end of a sound out, or adds silence there.

    Args:
        samples: `(length, channels)`.
        length: Samples of the result.

    Returns:
        Array `(length, channels)`.

    Example:

    >>> fit_length(np.ones((2, 1)), 3)[:, 0].tolist()
    [1.0, 1.0, 0.0]
    """
    samples = samples[:length]
    return np.pad(samples, ((0, length - len(samples)), (0, 0)))


def normalize(samples: np.ndarray) -> np.ndarray:
    """Makes a sound as loud as can be: its largest magnitude becomes 1.

    Silence stays as it is.

    Args:
        samples: `(length, channels)`.

    Returns:
        Array `(length, channels)` in [-1, 1].

    Example:

    >>> normalize(np.array([[0.1], [-0.5]])).tolist()
    [[0.2], [-1.0]]
    """
    peak = np.abs(samples).max(initial=0.0)
    return samples / peak if peak > 0 else samples
