"""What can be wrong with images that a metric is given."""

from typing import Any

import numpy as np
from keras import ops

from keras_gan.images import Range

FAULTS = ("images", "range", "features")
"""Why a batch is refused; `faults` counts in this order."""

# Rounding in a data set's scaling; beyond it values are in another range. Less
# than half a byte of 255: images in [-1, 1] are not bytes.
_SLACK = 0.0019


def faults(
    images: Any, features: Any, value_range: Range | None, strict: bool
) -> Any:
    """Which faults a batch has, float32 `(3,)`, in the order of `FAULTS`.

    Args:
        images: Tensor `(batch, ...)`, or `None` where there are only features.
        features: Tensor `(batch, num_features)`.
        value_range: `(low, high)` of images; `None`: any. Vectors, which are
            not images, may have any values too.
        strict: Whether each value must lie in the range. Otherwise their mean
            must be near it: networks that end linearly overshoot a little,
            and byte values taken for floats do so by a hundred times.
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
    # Images that are NaN make features that are.
    return ops.stack([nan, far, broken * (1.0 - nan)])


def message(kind: str, found: Any, value_range: Range | None) -> str:
    """What to say of refused batches.

    Args:
        kind: `"real"` or `"fake"`.
        found: Number of batches with each fault, `(3,)`.
        value_range: `(low, high)` that was expected.
    """
    found = np.asarray(found)
    texts = {
        "images": (
            f"The {kind} images must be finite. Received: NaN or infinity. "
            "Mend the data; if a generator drew them, its training diverged."
        ),
        "range": (
            f"The {kind} images must be in `value_range={_pair(value_range)}`. "
            "Received: values beyond that range. Make the metric with the "
            "range they have, bytes with `value_range=(0, 255)`, or scale "
            "them: `images / 127.5 - 1.0`."
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
