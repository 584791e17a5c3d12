"""Loss terms and checks of data of which only a part has labels."""

import warnings

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.models import batch as batches
from keras_gan.models import data_checks
from keras_gan.models import network_checks as checks
from keras_gan.models.auxiliary import check_num_classes
from keras_gan.utils.stack import level_outside
from keras_gan.utils.tensors import batch_mean

__all__ = ["check_num_classes"]

UNLABELED = -1
# With fewer labeled images, most batches would have hardly any.
_LEAST_SHARE = 0.1


def parts(data) -> tuple:
    """Images and labels in what `fit` passes to a step, and what follows."""
    images, labels, weights = keras.utils.unpack_x_y_sample_weight(data)
    if isinstance(images, dict):
        images, labels = batches.parts_of(images, labels)
    if labels is None:
        raise ValueError(
            "A `SemiSupervisedGAN` needs labels, -1 for images without. "
            "Received: images alone. Call `fit(images, labels)`, or mix both "
            "kinds with `keras_gan.datasets.semi_supervised`."
        )
    return (images, labels) if weights is None else (images, labels, weights)


def is_known(labels, num_classes: int):
    """Which labels are not -1, `(batch,)`, after a check of their shape."""
    batches.check_labels(labels.shape, labels.dtype, num_classes)
    return ops.not_equal(ops.cast(labels, "int32"), UNLABELED)


def class_loss(class_logits, labels):
    """Mean cross-entropy of the images that have labels, in nats."""
    known = ops.cast(labels >= 0, "float32")
    values = ops.sparse_categorical_crossentropy(
        ops.maximum(labels, 0), class_logits, from_logits=True
    )
    return _mean_of_known(values, known)


def accuracy(class_logits, labels):
    """Fraction of the labeled images that are classified correctly."""
    predicted = ops.cast(ops.argmax(class_logits, axis=-1), "int32")
    known = ops.cast(labels >= 0, "float32")
    return _mean_of_known(ops.cast(predicted == labels, "float32"), known)


def _mean_of_known(values, known):
    """A mean over the labeled images of the global batch.

    A replica's part of it: the model weights the values of replicas by their
    shares of all images, labeled or not.
    """
    counts = ops.stack([ops.sum(known), ops.cast(ops.size(known), "float32")])
    number, size = ops.unstack(backend.replica_mean(counts))
    share = number / ops.maximum(size, 1.0)
    return batch_mean(values * known) / ops.maximum(share, 1e-9)


def disagreement(class_logits, others):
    """Mean squared distance of the probabilities of two views of images.

    Only those of `class_logits` are trained: the other view is the target.
    """
    target = ops.stop_gradient(ops.softmax(others))
    squares = ops.square(ops.softmax(class_logits) - target)
    return batch_mean(ops.sum(squares, axis=-1))


def distance_of_means(real, fake):
    """Squared distance of the mean features of real and generated images."""
    difference = _whole_mean(ops.stop_gradient(real)) - _whole_mean(fake)
    return ops.sum(ops.square(difference))


def _whole_mean(features):
    """Mean features of the global batch, `(n,)`."""
    features = ops.reshape(
        ops.cast(features, "float32"), (ops.shape(features)[0], -1)
    )
    total = backend.replica_mean(ops.sum(features, axis=0))
    size = ops.cast(ops.shape(features)[0], "float32")
    return total / ops.maximum(backend.replica_mean(size), 1e-9)


def check_outputs(discriminator, image_shape, num_classes) -> None:
    """Raises an error unless there are class logits and features."""
    images = keras.KerasTensor((None, *image_shape))
    outputs = checks.outputs_of(discriminator, images, "discriminator")
    several = isinstance(outputs, list | tuple)
    shapes = [tuple(one.shape[1:]) for one in outputs] if several else []
    if len(shapes) == 2 and shapes[0] == (num_classes,):
        return
    raise ValueError(
        "`discriminator` must return `[class_logits, features]`, the first of "
        f"shape (batch, {num_classes}). Received: {type(outputs).__name__} of "
        f"shapes {checks.shapes_of(outputs)}. "
        "`keras_gan.networks.with_features(classifier)` makes one of a "
        "classifier without softmax."
    )


def check_arrays(images, labels, image_shape, num_classes) -> None:
    """Raises an error if images or labels in memory cannot be trained with."""
    if isinstance(images, dict):
        images, labels = batches.parts_of(images, labels)
    if labels is not None and data_checks.in_memory(labels):
        _check_range(np.asarray(labels), num_classes)
        labels = np.maximum(np.asarray(labels), 0)
    data_checks.check_arrays(images, labels, image_shape, num_classes)


def _check_range(labels, num_classes) -> None:
    wrong = labels[(labels < UNLABELED) | (labels >= num_classes)]
    if labels.dtype.kind in "iu" and wrong.size:
        raise ValueError(wrong_labels(f"{wrong.flat[0]}", num_classes))


def wrong_labels(received: str, num_classes: int) -> str:
    """The error message for labels out of their range."""
    return (
        f"Labels must be in [0, {num_classes}), or -1 for images without. "
        f"Received: {received}. Number the classes from 0."
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
    if labels is None or not data_checks.in_memory(labels):
        return
    labels = np.asarray(labels).ravel()
    known = labels[labels >= 0].astype("int64")
    check_counts(np.bincount(known, minlength=num_classes))
    if len(known) == len(labels):
        warn_all_labeled(len(labels))
    elif len(known) < _LEAST_SHARE * len(labels):
        warnings.warn(
            f"Only {len(known):,} of {len(labels):,} images have labels, so "
            "most batches have hardly any. Use `keras_gan.datasets."
            "semi_supervised`, whose batches are labeled by half.",
            stacklevel=level_outside(),
        )


def check_counts(counts) -> None:
    """Raises an error if a class has no labeled image.

    Args:
        counts: Number of labeled images of each class.
    """
    missing = np.flatnonzero(np.asarray(counts) == 0)
    if missing.size:
        raise ValueError(
            "Each class must have labeled images. Received: none of class "
            f"{', '.join(map(str, missing))}, of {len(counts)} classes. Label "
            "some, or leave these classes out."
        )


def warn_all_labeled(number: int) -> None:
    """Warns that there is nothing to learn from but the labels."""
    warnings.warn(
        f"All {number:,} images have labels, so there is nothing to learn from "
        "unlabeled ones: an ordinary classifier would do. Mark images without "
        "labels by -1.",
        stacklevel=level_outside(),
    )
