"""Unsharp masking, as Real-ESRGAN sharpens what it learns from."""

import numpy as np

# OpenCV's Gaussian of 51 pixels.
_SIGMA, _RADIUS = 8.0, 25
_WEIGHT, _THRESHOLD = 0.5, 10.0
# Pixels around a part that it depends on: the mask is blurred, too.
REACH = 2 * _RADIUS


def sharpened(image: np.ndarray) -> np.ndarray:
    """Sharpens an image where it differs from its blurred self.

    ```
    detail = image - blur(image)
    share = blur(|detail| > 10)
    result = image + share * (clip(image + detail / 2, 0, 255) - image)
    ```

    so that flat areas, whose noise would be amplified, stay as they are.

    Args:
        image: uint8 `(height, width, channels)`.

    Returns:
        uint8 of the same shape.

    Reference:
        [Wang et al., 2021](https://arxiv.org/abs/2107.10833)
    """
    floats = image.astype("float64")
    detail = floats - _blurred(floats)
    share = _blurred((np.abs(detail) > _THRESHOLD).astype("float64"))
    sharp = np.clip(floats + _WEIGHT * detail, 0, 255)
    return np.rint(floats + share * (sharp - floats)).astype("uint8")


def sharpened_part(image: np.ndarray, places: list[slice]) -> np.ndarray:
    """A part of an image as if the whole had been sharpened.

    Args:
        image: uint8 `(height, width, channels)`.
        places: Rows and columns of the part.
    """
    starts = [max(place.start - REACH, 0) for place in places]
    around = [
        slice(start, place.stop + REACH)
        for start, place in zip(starts, places, strict=True)
    ]
    rows, columns = (
        slice(place.start - start, place.stop - start)
        for start, place in zip(starts, places, strict=True)
    )
    return sharpened(image[around[0], around[1]])[rows, columns]


def _blurred(image: np.ndarray) -> np.ndarray:
    from scipy.ndimage import gaussian_filter

    return gaussian_filter(
        image, (_SIGMA, _SIGMA, 0), mode="mirror", radius=(_RADIUS, _RADIUS, 0)
    )
