"""Low resolutions of images, as cameras, scaling and the web make them."""

import dataclasses
import io
import math

import numpy as np

from keras_gan.datasets.blur_kernels import random_kernel, random_sinc_kernel
from keras_gan.images import bicubic_resize
from keras_gan.images.resampling import Taps, cubic, resample
from keras_gan.images.values import to_picture

Size = tuple[int, int]
Random = np.random.Generator

_MODES = ("area", "bilinear", "bicubic")
_GRAY_NOISE_SHARE = 0.4
_LAST_SINC_SHARE = 0.8
_QUALITIES = 30, 95


@dataclasses.dataclass(frozen=True)
class _Round:
    """Ranges of one round of blur, scaling, noise and JPEG."""

    blur_share: float
    most_sigma: float
    up_down_keep: tuple[float, float, float]
    scales: tuple[float, float]
    noise_levels: tuple[float, float]
    poisson_scales: tuple[float, float]


_FIRST = _Round(1.0, 3.0, (0.2, 0.7, 0.1), (0.15, 1.5), (1, 30), (0.05, 3))
_SECOND = _Round(0.8, 1.5, (0.3, 0.4, 0.3), (0.3, 1.2), (1, 25), (0.05, 2.5))


def bicubic(image: np.ndarray, scale: int, random: Random) -> np.ndarray:
    """Reduces an image as MATLAB's `imresize`; nothing about it is random.

    Args:
        image: `(height, width, channels)`, bytes or floats.
        scale: Divisor of both sides.
        random: Not used.
    """
    return bicubic_resize(image, scale=1 / scale)


def real(image: np.ndarray, scale: int, random: Random) -> np.ndarray:
    """Degrades and reduces an image with the second-order chain of Real-ESRGAN.

    Twice blur, a change of size, noise and JPEG, and rings of a sinc filter at
    the end, before or after the last JPEG.

    Args:
        image: uint8 `(height, width, 1 or 3)`.
        scale: Divisor of both sides.
        random: What everything is drawn from.

    Returns:
        uint8 `(height / scale, width / scale, channels)`.

    Reference:
        [Wang et al., 2021](https://arxiv.org/abs/2107.10833)
    """
    size = image.shape[0] // scale, image.shape[1] // scale
    degraded = _round(image / 255, _FIRST, image.shape[:2], random)
    degraded = _jpeg(degraded, random)
    degraded = _round(degraded, _SECOND, size, random)

    def at_last_size(image):
        image = _interpolated(image, size, str(random.choice(_MODES)))
        if random.random() >= _LAST_SINC_SHARE:
            return image
        return _blurred(image, random_sinc_kernel(random))

    if random.random() < 0.5:
        degraded = _jpeg(at_last_size(degraded), random)
    else:
        degraded = at_last_size(_jpeg(degraded, random))
    return _bytes(degraded)


DEGRADATIONS = {"bicubic": bicubic, "real": real}
"""Functions of an image, the scale and random numbers, by name."""

# Pixels around a crop, times the scale, that are degraded with it: all that
# the bicubic reduction sees, and most of what the random chain sees.
MARGINS = {"bicubic": 4, "real": 12}


def _round(image: np.ndarray, ranges: _Round, size: Size, random: Random):
    """Blurs, scales (relative to `size`) and adds noise."""
    if random.random() < ranges.blur_share:
        image = _blurred(image, random_kernel(random, ranges.most_sigma))
    least, most = ranges.scales
    scale = (random.uniform(1, most), random.uniform(least, 1), 1.0)[
        random.choice(3, p=ranges.up_down_keep)
    ]
    new = max(1, int(size[0] * scale)), max(1, int(size[1] * scale))
    image = _interpolated(image, new, str(random.choice(_MODES)))
    is_gray = random.random() < _GRAY_NOISE_SHARE
    if random.random() < 0.5:
        sigma = random.uniform(*ranges.noise_levels) / 255
        noise = sigma * random.standard_normal(_of_noise(image, is_gray))
    else:
        noise = _poisson(image, is_gray, random)
        noise *= random.uniform(*ranges.poisson_scales)
    return np.clip(image + noise, 0, 1)


def _of_noise(image: np.ndarray, is_gray: bool) -> tuple[int, ...]:
    return (*image.shape[:2], 1) if is_gray else image.shape


def _poisson(image: np.ndarray, is_gray: bool, random: Random) -> np.ndarray:
    """Noise of counted photons: more of them in bright pixels."""
    image = _bytes(image) / 255
    if is_gray:
        image = image.mean(axis=-1, keepdims=True)
    # As many levels as the image has, as a power of 2.
    levels = 2.0 ** math.ceil(math.log2(max(2, len(np.unique(image)))))
    return random.poisson(image * levels) / levels - image


def _blurred(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    from scipy.signal import fftconvolve

    edge = len(kernel) // 2
    image = np.pad(image, ((edge, edge), (edge, edge), (0, 0)), "reflect")
    blurred = fftconvolve(image, kernel[..., None], "valid", axes=(0, 1))
    return np.clip(blurred, 0, 1)


def _jpeg(image: np.ndarray, random: Random) -> np.ndarray:
    from PIL import Image

    file = io.BytesIO()
    quality = int(random.integers(*_QUALITIES, endpoint=True))
    to_picture(_bytes(image)).save(file, "JPEG", quality=quality)
    with Image.open(file) as picture:
        return np.asarray(picture).reshape(image.shape) / 255


def _bytes(image: np.ndarray) -> np.ndarray:
    return np.floor(np.clip(image, 0, 1) * 255 + 0.5).astype("uint8")


def _interpolated(image: np.ndarray, size: Size, mode: str) -> np.ndarray:
    """Resizes as most programs do, without care for aliasing."""
    taps = [
        _area(old, new) if mode == "area" else _curve(old, new, mode)
        for old, new in zip(image.shape[:2], size, strict=True)
    ]
    return np.clip(resample(image, taps), 0, 1)


def _area(length: int, new_length: int) -> Taps:
    """The share of each old pixel in each new one."""
    ends = np.linspace(0, length, new_length + 1)[:, None]
    start, end = ends[:-1], ends[1:]
    taps = np.floor(start) + np.arange(math.ceil(length / new_length) + 1)
    overlap = np.minimum(end, taps + 1) - np.maximum(start, taps)
    weights = np.clip(overlap, 0, 1) * new_length / length
    return np.clip(taps.astype(int), 0, length - 1), weights


def _curve(length: int, new_length: int, mode: str) -> Taps:
    """Straight lines or cubic curves through the nearest old pixels."""
    centers = (np.arange(new_length) + 0.5) * length / new_length - 0.5
    taps = np.floor(centers)[:, None] + np.arange(-1, 3)
    far = np.abs(centers[:, None] - taps)
    weights = np.clip(1 - far, 0, 1) if mode == "bilinear" else cubic(far)
    return np.clip(taps.astype(int), 0, length - 1), weights
