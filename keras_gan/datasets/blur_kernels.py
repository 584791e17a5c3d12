"""Kernels of blurring lenses and processing, as Real-ESRGAN draws them."""

import math
from collections.abc import Callable

import numpy as np

_SIZES = range(7, 22, 2)
# Share of each family, and whether both axes have one width.
_FAMILIES = (
    ("gaussian", True, 0.45),
    ("gaussian", False, 0.25),
    ("generalized", True, 0.12),
    ("generalized", False, 0.03),
    ("plateau", True, 0.12),
    ("plateau", False, 0.03),
)
_SINC_SHARE = 0.1

_FORMS: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "gaussian": lambda distance, beta: np.exp(-0.5 * distance),
    "generalized": lambda distance, beta: np.exp(-0.5 * distance**beta),
    "plateau": lambda distance, beta: 1 / (1 + distance**beta),
}
# Ranges of the exponent below and above 1, which are equally frequent.
_EXPONENTS = {"gaussian": (1, 1), "generalized": (0.5, 4), "plateau": (1, 2)}


def random_kernel(random: np.random.Generator, most_sigma: float) -> np.ndarray:
    """Draws a kernel of a blur, `(size, size)` with the sum 1.

    Args:
        random: What it is drawn from.
        most_sigma: The largest standard deviation, in pixels.
    """
    size = int(random.choice(_SIZES))
    if random.random() < _SINC_SHARE:
        least = math.pi / 3 if size < 13 else math.pi / 5
        return sinc_kernel(random.uniform(least, math.pi), size)
    shares = [share for *_, share in _FAMILIES]
    form, is_round, _ = _FAMILIES[random.choice(len(_FAMILIES), p=shares)]
    widths = random.uniform(0.2, most_sigma, 2)
    if is_round:
        widths[1] = widths[0]
    angle = random.uniform(-math.pi, math.pi)
    low, high = _EXPONENTS[form]
    below = random.random() < 0.5
    beta = random.uniform(low, 1) if below else random.uniform(1, high)
    return blur_kernel(form, size, widths, angle, beta)


def random_sinc_kernel(random: np.random.Generator) -> np.ndarray:
    """Draws a kernel that makes rings around edges, as sharpening does."""
    size = int(random.choice(_SIZES))
    return sinc_kernel(random.uniform(math.pi / 3, math.pi), size)


def blur_kernel(
    form: str, size: int, widths: np.ndarray, angle: float, beta: float
) -> np.ndarray:
    """A kernel of the squared distance from its center, in widths.

    Args:
        form: `"gaussian"`, `"generalized"` (another exponent) or `"plateau"`
            (with a flat top).
        size: Odd number of pixels.
        widths: Standard deviations along its two axes.
        angle: Of the first axis, in radians.
        beta: The exponent.
    """
    places = np.arange(size) - size // 2
    x, y = np.meshgrid(places, places)
    along = x * math.cos(angle) + y * math.sin(angle)
    across = y * math.cos(angle) - x * math.sin(angle)
    distance = (along / widths[0]) ** 2 + (across / widths[1]) ** 2
    kernel = _FORMS[form](distance, beta)
    return kernel / kernel.sum()


def sinc_kernel(cutoff: float, size: int) -> np.ndarray:
    """The round low-pass filter with a sharp cutoff, in radians a pixel.

    Args:
        cutoff: From 0 to pi.
        size: Odd number of pixels.
    """
    from scipy.special import j1

    places = np.arange(size) - size // 2
    distance = np.hypot(*np.meshgrid(places, places))
    distance[size // 2, size // 2] = 1
    kernel = cutoff * j1(cutoff * distance) / (2 * math.pi * distance)
    kernel[size // 2, size // 2] = cutoff**2 / (4 * math.pi)
    return kernel / kernel.sum()
