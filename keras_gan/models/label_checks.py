"""Checks of labels of which some are -1, before training starts."""

import warnings

import numpy as np

from keras_gan.models import batch as batches
from keras_gan.models import data_checks
from keras_gan.models.labeling import UNLABELED, missing
from keras_gan.utils.stack import level_outside

# With fewer labeled images, most batches would have hardly any.
_LEAST_SHARE = 0.1


def check_arrays(images, labels, image_shape, num_classes) -> None:
    """Raises an error if images or labels in memory cannot be used.

    Args:
        images: Array of images, a dict of both, or a data set.
        labels: Their labels, -1 for none, or None.
        image_shape: Shape of one image.
        num_classes: Number of classes.
    """
    if isinstance(images, dict):
        images, labels = batches.parts_of(images, labels)
    given = labels
    if data_checks.in_memory(images):
        if labels is None:
            raise ValueError(missing())
        labels = np.asarray(labels)
        if labels.dtype.kind in "iu":
            _check_values(labels, len(images), num_classes)
            given = np.maximum(labels, 0)
    data_checks.check_arrays(images, given, image_shape, num_classes)


def _check_values(labels, num_images, num_classes) -> None:
    if len(labels) != num_images:
        raise ValueError(
            "There must be a label for each image, -1 for none. Received: "
            f"{len(labels)} labels and {num_images} images. Fill the labels "
            "up with -1."
        )
    wrong = labels[(labels < UNLABELED) | (labels >= num_classes)]
    if wrong.size:
        received = f"{wrong.size} others, for example {wrong.flat[0]}"
        raise ValueError(wrong_labels(received, num_classes))


def wrong_labels(received: str, num_classes: int) -> str:
    """The error message for labels out of their range."""
    return (
        f"Labels must be in [0, {num_classes}), or -1 for images without. "
        f"Received: {received}. Number the classes from 0, or increase "
        "`num_classes`."
    )


def check_classes(images, labels, num_classes) -> None:
    """Checks that the labels in memory are worth training with.

    Raises:
        ValueError: If a class has no labeled image.

    Warns:
        UserWarning: If there are no unlabeled images, or very few labels.
    """
    if isinstance(images, dict):
        images, labels = batches.parts_of(images, labels)
    if labels is None or not data_checks.in_memory((images, labels)):
        return
    labels = np.asarray(labels).ravel()
    known = labels[labels != UNLABELED]
    counts = np.bincount(known.astype("int64"), minlength=num_classes)
    missing = np.flatnonzero(counts == 0)
    if missing.size:
        raise ValueError(
            "Each class must have labeled images. Received: none of "
            f"{missing.size} of {num_classes} classes "
            f"({', '.join(map(str, missing))}), {len(known)} labels in all. "
            "Label some, or leave these classes out."
        )
    _warn_of_shares(len(known), len(labels))


def _warn_of_shares(num_labels: int, num_images: int) -> None:
    message = None
    if num_labels == num_images:
        message = (
            f"All {num_images:,} images have labels, so there is nothing to "
            "learn from unlabeled ones, and this trains an ordinary "
            "classifier. Mark images without labels by -1."
        )
    elif num_labels < _LEAST_SHARE * num_images:
        message = (
            f"Only {num_labels:,} of {num_images:,} images have labels, so "
            "most batches have hardly any. Use `keras_gan.datasets."
            "semi_supervised`, whose batches are labeled by half."
        )
    if message:
        warnings.warn(message, stacklevel=level_outside())
