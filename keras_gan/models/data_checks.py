"""Checks of data before training starts."""

import contextlib
import math
import warnings
from collections.abc import Iterator

import keras
import numpy as np

from keras_gan.models import batch as batches
from keras_gan.utils.stack import level_outside


def check_arrays(
    images, labels, image_shape, num_classes, of="generated images"
) -> None:
    """Checks all images and labels of data that is in memory.

    Args:
        images: Array of images, or a data set.
        labels: Their labels, or None.
        image_shape: Shape of one image; None is any size.
        num_classes: Number of classes, or None.
        of: What has that shape, for messages.

    Raises:
        ValueError: If their shape, type or range is wrong.
    """
    if isinstance(images, dict):
        images, labels = batches.parts_of(images, labels)
    if images is None:
        raise ValueError(
            "There must be images. Received: None. Pass an array or a data set."
        )
    batches.check_parts(images, labels)
    if not _is_array(images):
        _check_dataset(getattr(images, "element_spec", None), num_classes)
        return
    _check_images(_numpy(images), tuple(image_shape), of)
    if num_classes is None:
        return
    if labels is None:
        raise ValueError(batches.missing_labels(num_classes))
    _check_labels(_numpy(labels), num_classes)


def _check_dataset(spec, num_classes) -> None:
    """Checks the labels of a `tf.data.Dataset` by what it says of them."""
    if num_classes is None or not isinstance(spec, tuple) or len(spec) < 2:
        return
    if hasattr(spec[1], "dtype"):
        batches.check_labels(spec[1].shape, spec[1].dtype, num_classes)


def _numpy(data):
    tensor = keras.ops.is_tensor(data)
    return keras.ops.convert_to_numpy(data) if tensor else np.asarray(data)


def check_no_weights(*, class_weight=None, **_) -> None:
    """Raises an error for weights of classes, which Keras would hand on."""
    if class_weight is not None:
        raise ValueError(
            "`class_weight` is not supported. Received: class_weight="
            f"{class_weight}. Show rare classes more often instead: "
            "`keras_gan.datasets.load(..., balance=...)`."
        )


def in_memory(data) -> bool:
    """Whether data, of any structure, consists of arrays, not a data set."""
    return all(map(_is_array, keras.tree.flatten(data)))


def num_examples(data) -> int | None:
    """Number of examples in arrays of any structure, None if it is unknown."""
    first = next(iter(keras.tree.flatten(data)), None)
    shape = getattr(first, "shape", None)
    return shape[0] if shape else None


def _is_array(images) -> bool:
    return hasattr(images, "shape") and hasattr(images, "__array__")


def _check_images(images, image_shape, of):
    batches.check_shape(images.shape, image_shape, of)
    batches.check_real(images.dtype)
    if images.size == 0:
        raise ValueError(
            "There must be at least one image. Received: an empty array of "
            f"shape {images.shape}. Check how the images were loaded."
        )
    low, high = float(np.min(images)), float(np.max(images))
    if not np.isfinite([low, high]).all():
        finite = np.isfinite(images).reshape(len(images), -1).all(axis=1)
        where = np.flatnonzero(~finite)
        raise ValueError(
            "Images must be finite. Received: NaN or infinity in "
            f"{len(where)} of {len(images)} images, the first at index "
            f"{where[0]}. Remove or fix them."
        )
    if len(image_shape) > 1 and (low < -1.01 or high > 1.01):
        raise ValueError(out_of_range(f"values from {low:.4g} to {high:.4g}"))
    if len(image_shape) > 1 and 0 <= low < high and high > 0.5:
        warnings.warn(
            "Images should be in [-1, 1]. Received: values from "
            f"{low:.4g} to {high:.4g}, which look like [0, 1]. Scale them with "
            "`images * 2.0 - 1.0`.",
            stacklevel=level_outside(),
        )


def warn_if_labeled(model, data) -> None:
    """Warns, once for a model without classes, if data has labels.

    Args:
        model: The model.
        data: What `fit` passes to a step.
    """
    images, labels, _ = keras.utils.unpack_x_y_sample_weight(data)
    if isinstance(images, dict):
        labels = images.get("labels", labels)
    if labels is None or getattr(model, "warned_of_labels", False):
        return
    model.warned_of_labels = True
    warnings.warn(
        "The data has labels, and this GAN has no classes, so they are not "
        "used. Build it and its networks with `num_classes=...` for a "
        "conditional GAN, or pass the images alone.",
        stacklevel=level_outside(),
    )


def out_of_range(received: str) -> str:
    """The error message for images out of range."""
    return (
        f"Images must be in [-1, 1]. Received: {received}. Scale them first; "
        "bytes with `images / 127.5 - 1.0`."
    )


def _check_labels(labels, num_classes):
    batches.check_labels(labels.shape, labels.dtype, num_classes)
    bad = labels[(labels < 0) | (labels >= num_classes)]
    if bad.size:
        raise ValueError(
            wrong_labels(
                f"{bad.size} out of range, for example {int(bad.flat[0])}",
                num_classes,
            )
        )


def wrong_labels(received: str, num_classes: int | None) -> str:
    """The error message for labels out of range."""
    return (
        f"`labels` must be in [0, {num_classes}) with `num_classes="
        f"{num_classes}`. Received: {received}. Number the classes from 0, or "
        "increase `num_classes`."
    )


def check_steps(images, parts, *, batch_size=None, validation_split=0.0, **_):
    """Checks that the batches of an array can be split into equal parts."""
    if parts == 1 or not _is_array(images):
        return
    size = batch_size or 32
    # Rounded as Keras does.
    length = int(len(images) * (1.0 - (validation_split or 0.0)))
    # The full batches, and the incomplete one at the end.
    for one in (min(size, length), length % size):
        if one % parts:
            raise ValueError(batches.indivisible(one, parts))


def check_executions(
    model,
    x,
    *,
    batch_size=None,
    validation_split=0.0,
    steps_per_epoch=None,
    validation_steps=None,
    **_,
) -> None:
    """Says what happens to epochs that are not a number of executions.

    Args:
        model: The compiled model.
        x: What `fit` is given, as are the other arguments.
        batch_size: As for `fit`.
        validation_split: As for `fit`.
        steps_per_epoch: As for `fit`.
        validation_steps: As for `fit`.

    Raises:
        ValueError: If Keras would do more steps than are asked for.
    """
    width = model.steps_per_execution
    asked = {
        "steps_per_epoch": steps_per_epoch,
        "validation_steps": validation_steps,
    }
    for name, steps in asked.items():
        more = -(steps or 0) % width
        if more:
            raise ValueError(
                f"`{name}` must be a multiple of `steps_per_execution`, or "
                f"{more} more would be done. Received: {name}={steps}, "
                f"steps_per_execution={width}. Pass {steps + more}, or compile "
                f"with `steps_per_execution={math.gcd(steps, width)}`."
            )
    if steps_per_epoch is not None:
        return
    steps = _num_batches(x, batch_size or 32, validation_split or 0.0)
    more = -steps % width
    if more:
        warnings.warn(
            f"`steps_per_execution={width}` does not divide the {steps} steps "
            f"of an epoch: its last execution does {width - more}, and "
            f"callbacks count {steps + more} steps. All data is used. Compile "
            f"with `steps_per_execution={math.gcd(steps, width)}` for equal "
            "executions.",
            stacklevel=level_outside(),
        )


def _num_batches(data, batch_size: int, validation_split: float) -> int:
    """Batches in an epoch; 0 if that is not known."""
    if in_memory(data):
        # Rounded as Keras does.
        length = int((num_examples(data) or 0) * (1.0 - validation_split))
        return math.ceil(length / batch_size)
    cardinality = getattr(data, "cardinality", None)
    if cardinality is not None:  # Of tf.data; negative if unknown.
        return max(0, int(cardinality() if callable(cardinality) else 0))
    return len(data) if hasattr(data, "__len__") else 0


@contextlib.contextmanager
def explained(parts: int = 1) -> Iterator[None]:
    """Explains errors that a framework raises for batches it cannot split.

    The batch size of a data set is often known only when a batch arrives.

    Args:
        parts: Number of equal parts, one per discriminator update.
    """
    try:
        yield
    except Exception as error:
        original = f"{type(error).__name__}: {error}"
        if parts > 1 and batches.CUT in original:
            message = batches.indivisible("another number of", parts)
        else:
            known = [
                text for key, text in _DEVICE_ERRORS.items() if key in original
            ]
            if not known:
                raise
            message = known[0]
        raise ValueError(message) from error


# Parts of JAX's error messages about several devices -> our messages.
_DEVICE_ERRORS = {
    "IndivisibleError": (
        "On several devices the size of each batch, including the last of an "
        "epoch, must be divisible by the number of devices. Received: a batch "
        "whose size is not. Choose another `batch_size`, or drop the "
        "incomplete batch: `drop_remainder=True` in `keras_gan.datasets.load` "
        "and in `tf.data.Dataset.batch`."
    ),
    "incompatible devices": (
        "A GAN must be created under the distribution with which it is "
        "trained. Received: a GAN that was created before "
        "`keras.distribution.set_distribution`. Set the distribution first, "
        "then create the GAN."
    ),
}
