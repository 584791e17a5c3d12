"""What is wrong with images and labels before any training."""

import hashlib
import math
from collections.abc import Sequence

import numpy as np

from keras_gan.callbacks.health.judging import certainty, rounded
from keras_gan.utils.findings import Finding

_BEFORE = "before the first round"
_MOST_COPIES = 0.1
# To look through them takes a fraction of a second.
_MOST_BYTES = 64 * 2**20
_MOST_IMAGES = 10_000


def most_images(shape: Sequence[int]) -> int:
    """Returns how many images are looked through for copies.

    Args:
        shape: That of an image, whose values are float32.
    """
    return min(_MOST_IMAGES, _MOST_BYTES // (4 * math.prod(shape)))


def duplicate_images(images: np.ndarray) -> Finding | None:
    """Finds images that are copies of others, value by value.

    Args:
        images: Array `(n, ...)`.
    """
    rows = np.ascontiguousarray(images)
    different = len({hashlib.blake2b(image).digest() for image in rows})
    share = 1 - different / len(images)
    if share < _MOST_COPIES:
        return None
    return Finding(
        "duplicate_images",
        certainty([share], _MOST_COPIES, 0.5),
        {
            "copies": len(images) - different,
            "of_images": len(images),
            "share": rounded(share),
        },
        "Remove the copies from DATA: the GAN draws these images more often, "
        "and images that are held back do not show what it memorizes.",
        _BEFORE,
    )


def constant_labels(
    labels: np.ndarray | None, num_classes: int | None
) -> Finding | None:
    """Finds labels that are all the same, of a GAN with several classes.

    Args:
        labels: Integers `(n,)`, or None.
        num_classes: Number of classes of the GAN, or None.
    """
    if labels is None or num_classes is None or num_classes < 2:
        return None
    if len(labels) < 2 or (labels != labels[0]).any():
        return None
    return Finding(
        "constant_labels",
        0.99,
        {"label": int(labels[0]), "of_images": len(labels)},
        "Check how the labels were made: a sub-folder for each class, or "
        "`labels` in the .npz. Without classes, leave `--conditional` out "
        "(in Python `num_classes=`).",
        _BEFORE,
    )
