"""Checks of the images that a metric receives."""

from typing import Any

import numpy as np
from keras import ops

from keras_gan.images import Range

FAULTS = ("images", "range", "features")
"""Reasons to reject a batch, in the order of `faults`."""

# Tolerance for rounding when a dataset is scaled, as a share of the range. It
# is less than half a level of 255: images in [-1, 1] are not bytes.
_SLACK = 0.0019


def faults(
    images: Any, features: Any, value_range: Range | None, strict: bool
) -> Any:
    """Returns which faults a batch has, float32 `(3,)`, as in `FAULTS`.

    Args:
        images: Tensor `(batch, ...)`, or `None` if there are only features.
        features: Tensor `(batch, num_features)`.
        value_range: `(low, high)` of images; `None`: any. Vectors may have any
            values.
        strict: Whether each value must be in the range. Otherwise only the mean
            must be near it: networks with a linear output exceed it slightly,
            while byte values exceed it by far.
    """
    broken = _any(ops.logical_not(ops.isfinite(features)))
    if images is None:
        return ops.stack(
            [ops.zeros_like(broken), ops.zeros_like(broken), broken]
        )
    images = ops.cast(images, "float32")
    nan = _any(ops.logical_not(ops.isfinite(images)))
    far = ops.zeros_like(nan)
    if value_range is not None and len(images.shape) > 2:
        low, high = value_range
        span = high - low
        values, slack = images, _SLACK * span
        if not strict:
            values, slack = ops.mean(images), span
        far = _any((values < low - slack) | (values > high + slack))
    # NaN images are the cause of their NaN features.
    return ops.stack([nan, far, broken * (1.0 - nan)])


def message(kind: str, found: Any, value_range: Range | None) -> str:
    """Returns the error message for rejected batches.

    Args:
        kind: `"real"` or `"fake"`.
        found: Number of batches with each fault, `(3,)`.
        value_range: Expected `(low, high)`.
    """
    found = np.asarray(found)
    texts = {
        "images": (
            f"The {kind} images must be finite. Received: NaN or infinity. "
            "Fix the data; if a generator made them, its training diverged."
        ),
        "range": (
            f"The {kind} images must be in `value_range={_pair(value_range)}`. "
            "Received: values outside of it. Make the metric with the range of "
            "the images, `value_range=(0, 255)` for bytes, or scale them: "
            "`images / 127.5 - 1.0`."
        ),
        "features": (
            f"The features of {kind} images must be finite. Received: NaN or "
            "infinity. The feature extractor must compute in float32."
        ),
    }
    wrong = [i for i in range(len(FAULTS)) if found[i]]
    return " ".join(texts[FAULTS[i]] for i in wrong)


def _pair(value_range):
    return value_range and tuple(value_range)


def _any(condition):
    return ops.cast(ops.any(condition), "float32")
