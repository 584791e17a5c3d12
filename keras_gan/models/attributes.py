"""Attributes of images: losses and checks of data, for `StarGAN`."""

import warnings
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan.models import batch as batches
from keras_gan.utils.stack import level_outside
from keras_gan.utils.tensors import batch_mean, shapes_agree

# Rows of exclusive attributes may be rounded.
_TOLERANCE = 1e-3


# Losses ----------------------------------------------------------------------


def class_loss(logits, targets, exclusive):
    """Mean cross-entropy of attribute logits, summed over the attributes."""
    if exclusive:
        entropies = -targets * ops.log_softmax(logits, axis=-1)
    else:
        entropies = ops.softplus(logits) - targets * logits
    return batch_mean(ops.sum(entropies, axis=-1))


def accuracy(logits, targets, exclusive):
    """Fraction of attributes (of images, if exclusive) that are recognized."""
    if exclusive:
        return batch_mean(ops.argmax(logits, -1) == ops.argmax(targets, -1))
    return batch_mean((logits > 0.0) == (targets > 0.5))


def probabilities(logits, exclusive) -> np.ndarray:
    """Probabilities of attributes from their logits, both NumPy arrays."""
    if exclusive:
        powers = np.exp(logits - logits.max(-1, keepdims=True))
        return powers / powers.sum(-1, keepdims=True)
    return 0.5 + 0.5 * np.tanh(0.5 * logits)


# Data ------------------------------------------------------------------------


def of_data(data) -> Any:
    """Returns the attributes in data that `fit` passes to a step, or None."""
    images, own, _ = keras.utils.unpack_x_y_sample_weight(data)
    return batches.parts_of(images, own)[1] if isinstance(images, dict) else own


def unpack(attributes, count, exclusive) -> tuple:
    """Returns attributes of a batch as float32 rows, and 1 if some are wrong.

    Args:
        attributes: Tensor `(batch, count)` of numbers in [0, 1]; exclusive
            attributes also as integers `(batch,)`.
        count: Number of attributes.
        exclusive: Whether each image has exactly one of them.
    """
    if attributes is None:
        raise ValueError(_missing(count))
    if is_label(attributes.shape, exclusive):
        batches.check_labels(attributes.shape, attributes.dtype, count)
        labels = ops.reshape(ops.cast(attributes, "int32"), (-1,))
        wrong = ops.logical_or(labels < 0, labels >= count)
        rows = ops.one_hot(ops.clip(labels, 0, count - 1), count)
        return ops.cast(rows, "float32"), _any(wrong)
    check_rows(attributes.shape, count, exclusive)
    rows = ops.reshape(ops.cast(attributes, "float32"), (-1, count))
    right = ops.all(ops.logical_and(rows >= 0.0, rows <= 1.0), axis=-1)
    if exclusive:
        error = ops.abs(ops.sum(rows, axis=-1) - 1.0)
        right = ops.logical_and(right, error < _TOLERANCE)
    # The run ends after this step. Its weights must not become NaN before.
    rows = ops.where(right[:, None], rows, 0.0)
    return rows, _any(ops.logical_not(right))


def is_label(shape, exclusive) -> bool:
    """Whether attributes are given as one integer per image."""
    return exclusive and tuple(shape[1:]) in ((), (1,))


def check_rows(shape, count, exclusive) -> None:
    """Raises an error if attributes do not have a column for each."""
    accepted = [(count,), *[()] * (count == 1)]
    if any(shapes_agree(tuple(shape[1:]), one) for one in accepted):
        return
    cure = "Give each image a row with one number per attribute."
    if len(shape) == 1 and not exclusive:
        cure = (
            "Integers `(batch,)` are for images that each have exactly one of "
            "the attributes: `StarGAN(..., exclusive=True)`."
        )
    raise ValueError(
        f"Attributes must have the shape (batch, {count}). Received: shape "
        f"{tuple(shape)}. {cure}"
    )


def check_array(attributes, num_images, count, exclusive) -> None:
    """Checks all attributes of data that is in memory.

    Raises:
        ValueError: If their shape, number or values are wrong.
    """
    if attributes is None:
        raise ValueError(_missing(count))
    array = as_array(attributes)
    if array.dtype.kind not in "OSU" and len(array) != num_images:
        raise ValueError(
            "There must be attributes for each image. Received: "
            f"{num_images} images and {len(array)} rows of attributes. "
            "Remove those without a partner."
        )
    if array.dtype.kind in "OSU" and array.ndim > 1:
        raise ValueError(
            "Attributes must be numbers. Received: texts or objects. Encode "
            "each attribute as 0 or 1."
        )
    _, wrong = unpack(array, count, exclusive)
    if float(wrong):
        raise ValueError(wrong_values(count, exclusive))


def as_array(attributes) -> np.ndarray:
    """Attributes, which may be a tensor, as a NumPy array."""
    if ops.is_tensor(attributes):
        return ops.convert_to_numpy(attributes)
    return np.asarray(attributes)


def warn_if_constant(attributes, count, exclusive) -> None:
    """Warns if attributes in memory are the same for all images.

    A generator cannot learn to change what never differs: it would return its
    inputs.
    """
    rows = ops.convert_to_numpy(
        unpack(as_array(attributes), count, exclusive)[0]
    )
    constant = np.flatnonzero((rows == rows[:1]).all(axis=0))
    if exclusive and len(constant) < count:
        return  # A class without images is no reason to worry.
    if len(constant):
        shown = ", ".join(map(str, constant[:8]))
        shown += ", ..." if len(constant) > 8 else ""
        warnings.warn(
            f"All {len(rows)} images have the same value of attribute(s) "
            f"{shown}, so the generator cannot learn to change them, and "
            "returns its inputs. Check how the attributes were read: the "
            "column of the table, or the level of folders that are classes.",
            stacklevel=level_outside(),
        )


def wrong_values(count, exclusive) -> str:
    """The error message for attributes out of range."""
    if exclusive:
        return (
            f"Exclusive attributes must be integers in [0, {count}), or rows "
            "of 0 and 1 with a sum of 1. Received: others. Images that have "
            "several attributes at once need `exclusive=False`."
        )
    return (
        "Attributes must be numbers in [0, 1]. Received: others, or NaN. "
        "Encode each as 0 or 1."
    )


def targets(name, given, num_images, count, exclusive) -> np.ndarray:
    """Returns wanted attributes as float32 rows, one per image.

    Args:
        name: Name of the argument, for errors.
        given: Row `(count,)` for all images, or rows `(num_images, count)`,
            with NaN where an image keeps its own; if exclusive, also an integer
            or integers `(num_images,)`.
        num_images: Number of images.
        count: Number of attributes.
        exclusive: Whether each image has exactly one attribute.

    Raises:
        ValueError: If there are not as many, or they are not in [0, 1].
    """
    array = as_array(given)
    if exclusive and array.dtype.kind in "iu" and array.ndim < 2:
        if not ((array >= 0) & (array < count)).all():
            raise ValueError(wrong_values(count, exclusive))
        array = np.eye(count, dtype="float32")[array]
    try:
        if array.shape[-1:] != (count,):
            raise ValueError("It would be repeated.")
        rows = np.broadcast_to(array.astype("float32"), (num_images, count))
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"`{name}` must be a row of {count} numbers, or one row for "
            f"each of the {num_images} images. Received: {given!r}. Pass NaN "
            "for attributes that stay as they are."
        ) from error
    if not (np.isnan(rows) | ((rows >= 0) & (rows <= 1))).all():
        raise ValueError(wrong_values(count, False))
    return rows


def _missing(count) -> str:
    return (
        f"StarGAN needs the attributes of each image, {count} numbers of 0 or "
        "1. Received: images alone. Call `fit(images, attributes)` or use a "
        "data set of such tuples."
    )


def _any(condition):
    return ops.cast(ops.any(condition), "float32")
