"""Batches of real data, as the training step uses them."""

from typing import Any, NamedTuple

import keras
from keras import ops

from keras_gan.backend import replica_count
from keras_gan.utils.arguments import positive_integer
from keras_gan.utils.tensors import shapes_agree

# Appears in the framework's error message if a batch cannot be split.
CUT = "cut_into_discriminator_steps"


class Batch(NamedTuple):
    """Real images and, in conditional models, their labels.

    Attributes:
        images: Float32 tensor `(batch, ...)`, or a tuple of them (of one image
            in each domain, or of sources and targets).
        labels: Int32 tensor `(batch,)`, or None.
        out_of_range: Dict of scalars: 1 if images or labels of the batch are
            out of range, otherwise 0.
    """

    images: Any
    labels: Any = None
    out_of_range: Any = None


def unpack(data, image_shape, num_classes, of="generated images") -> Batch:
    """Returns the batch in the data that `fit` passes to a step.

    Args:
        data: Images, `(images, labels)`, or a dict with `"images"` and
            `"labels"`, alone or in a tuple.
        image_shape: Shape of one image, without the batch.
        num_classes: Number of classes, or None, in which case labels are
            ignored.
        of: What has that shape, for messages.

    Raises:
        ValueError: If the images have another shape, or the model is
            conditional and there are no valid labels.
    """
    images, labels, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
    if sample_weight is not None:
        raise ValueError(
            "`sample_weight` is not supported. Received: data of three parts, "
            "where the third is `sample_weight`. Leave it out."
        )
    if isinstance(images, dict):
        images, labels = parts_of(images, labels)
    check_parts(images, labels)
    check_shape(images.shape, image_shape, of)
    check_real(images.dtype)
    images = ops.cast(images, "float32")
    outside = ops.zeros(())
    # Vectors (points, features) have no fixed range.
    if len(image_shape) > 1:
        outside = _any(ops.abs(images) > 1.01)
    if num_classes is None:
        return Batch(images, None, {"images": outside, "labels": ops.zeros(())})
    labels, wrong = _unpack_labels(labels, num_classes)
    return Batch(images, labels, {"images": outside, "labels": wrong})


def as_tensors(data):
    """Data of `train_on_batch`, which may be arrays, as tensors."""
    return keras.tree.map_structure(
        lambda x: x if x is None else ops.convert_to_tensor(x), data
    )


def batch_size(batch):
    """Number of examples in a batch of any structure."""
    return ops.shape(keras.tree.flatten(batch)[0])[0]


def parts_of(data: dict, labels=None) -> tuple:
    """Returns the images and labels in a dict."""
    if "images" not in data:
        raise ValueError(
            'A dict of data must have the key "images", and "labels" if there '
            f"are any. Received: a dict with the keys {sorted(data)}. Rename "
            "the keys."
        )
    return data["images"], data.get("labels", labels)


def check_parts(images, labels) -> None:
    """Raises an error if images or labels are several arrays."""
    for name, data in (("images", images), ("labels", labels)):
        if isinstance(data, list | tuple):
            cure = f"Convert it with `np.asarray({name})`."
            if name == "images" and hasattr(next(iter(data), None), "shape"):
                cure += " Pass labels apart: `fit(x, y)`, or a set of pairs."
            raise ValueError(
                f"`{name}` must be one array. Received: a "
                f"{type(data).__name__} of {len(data)}. {cure}"
            )


def check_real(dtype) -> None:
    """Raises an error if images are not real numbers."""
    name = str(getattr(dtype, "name", dtype))
    if not any(kind in name for kind in ("float", "int", "bool")):
        raise ValueError(
            f"Images must be real numbers. Received: dtype {name}. Convert "
            "them to float32; of complex numbers pass the parts, as channels."
        )


def check_shape(shape, image_shape, of="generated images") -> None:
    """Raises an error if the images of a batch have the wrong shape.

    Args:
        shape: Shape of the batch.
        image_shape: Shape of one image; None is any size.
        of: What has that shape, for the message.
    """
    wanted = ", ".join(map(str, image_shape))
    if getattr(shape, "rank", 0) is None:
        raise ValueError(
            f"Images must have the shape of {of}, (batch, "
            f"{wanted}). Received: a data set of unknown rank. Set the shape: "
            "`dataset.map(lambda x: tf.ensure_shape(x, (None, "
            f"{wanted})))`."
        )
    if shapes_agree(tuple(shape[1:]), tuple(image_shape)):
        return
    cure = "Resize them or build networks for their shape."
    if tuple(shape[1:]) == tuple(image_shape[:-1]):
        cure = "Add the channel axis with `images[..., None]`."
    raise ValueError(
        f"Images must have the shape of {of}, (batch, {wanted}). "
        f"Received: shape {tuple(shape)}. {cure}"
    )


def check_labels(shape, dtype, num_classes) -> None:
    """Raises an error if labels are not integers, one per image."""
    if getattr(dtype, "kind", "i") in "OSU":
        raise ValueError(
            "`labels` must be integers of shape (batch,). Received: text or "
            f"objects. Number the classes in [0, {num_classes}): `names, "
            "labels = np.unique(labels, return_inverse=True)`."
        )
    if getattr(shape, "rank", 0) is None:
        # TensorFlow forgets the rank where both (n,) and (n, 1) were seen.
        shape = (None,)
    if keras.backend.standardize_dtype(dtype) == "string":
        raise ValueError(
            "`labels` must be integers. Received: texts. Number the classes in "
            f"[0, {num_classes}): of arrays with `names, labels = np.unique("
            "labels, return_inverse=True)`, in a data set with "
            "`keras.layers.StringLookup(num_oov_indices=0)`."
        )
    if len(shape) > 2 or (len(shape) == 2 and shape[1] != 1):
        raise ValueError(
            "`labels` must be integers of shape (batch,). Received: shape "
            f"{tuple(shape)}. Turn one-hot rows into integers with "
            "`labels.argmax(-1)`."
        )
    if "int" not in keras.backend.standardize_dtype(dtype):
        raise ValueError(
            "`labels` must be integers. Received: dtype "
            f"{keras.backend.standardize_dtype(dtype)}. Convert them to int32, "
            f"with values in [0, {num_classes})."
        )


def _unpack_labels(labels, num_classes):
    if labels is None:
        raise ValueError(missing_labels(num_classes))
    check_labels(labels.shape, labels.dtype, num_classes)
    labels = ops.reshape(ops.cast(labels, "int32"), (-1,))
    wrong = _any(ops.logical_or(labels < 0, labels >= num_classes))
    # Frameworks disagree on lookups of labels out of range, so these are
    # clipped here. `wrong` stops the run with an error after the step.
    return ops.clip(labels, 0, num_classes - 1), wrong


def _any(condition):
    return ops.cast(ops.any(condition), "float32")


def call_network(network, inputs, training):
    """Returns a network's outputs, also if a replica has an empty batch.

    In an empty batch, batch normalization computes NaN, which would spread to
    all replicas. So a row of zeros is added and the output for it is dropped.
    """
    if replica_count() == 1:
        return network(inputs, training=training)
    size = ops.shape(keras.tree.flatten(inputs)[0])[0]

    def pad(values):
        row = ops.zeros((1, *values.shape[1:]), values.dtype)
        padded = ops.concatenate([values, row])
        return padded[: ops.maximum(size, 1)]

    inputs = keras.tree.map_structure(pad, inputs)
    outputs = network(inputs, training=training)
    return keras.tree.map_structure(lambda values: values[:size], outputs)


def split(batch, parts: int) -> list:
    """Splits a batch into equal parts, for several updates in one step.

    Part i has the examples i, i + parts, ..., so it is the same whether the
    batch is on one device or spread over several.

    Args:
        batch: Tensor `(batch, ...)`, or any structure of such tensors.
        parts: Number of parts, which must divide the size of the batch.

    Returns:
        List of `parts` batches with the same structure.

    Raises:
        ValueError: If the parts would not be equal, or `parts` is not a
            positive integer.

    Example:

    >>> [np.asarray(part).tolist() for part in split(np.arange(6), 2)]
    [[0, 2, 4], [1, 3, 5]]
    """
    parts = positive_integer("parts", parts, hint="Pass 1 or more.")
    if parts == 1:
        return [batch]
    if isinstance(batch, Batch):
        pieces = split((batch.images, batch.labels), parts)
        return [
            Batch(images, labels, batch.out_of_range)
            for images, labels in pieces
        ]
    size = keras.tree.flatten(batch)[0].shape[0]
    if size is not None and size % parts:
        raise ValueError(indivisible(size, parts))
    with keras.name_scope(CUT):
        return _split_structure(batch, parts)


def _split_structure(structure, parts):
    leaves = [_split_rows(one, parts) for one in keras.tree.flatten(structure)]
    return [
        keras.tree.pack_sequence_as(structure, list(some))
        for some in zip(*leaves, strict=True)
    ]


def _split_rows(values, parts):
    if values is None:  # Labels of a model without classes.
        return [None] * parts
    # A part has every k-th row, not a block of rows, so it has the same images
    # whether the batch is on one device or spread over several.
    shape = tuple(values.shape[1:])
    rows = ops.reshape(values, (-1, parts, *shape))
    return [rows[:, part] for part in range(parts)]


def missing_labels(num_classes: int) -> str:
    """The error message for images without labels."""
    return (
        f"A GAN with `num_classes={num_classes}` needs labels. Received: "
        "images without labels. Call `fit(images, labels)` or use a data set "
        "of `(images, labels)`."
    )


def indivisible(size, parts: int) -> str:
    """The error message for a batch that cannot be split."""
    return (
        "`discriminator_steps` (in systems of your own, the parts of `split`) "
        "must divide the size of each batch, including "
        f"the last. Received: discriminator_steps={parts} and a batch of "
        f"{size} images. Choose a batch size that is a multiple of {parts}, or "
        "drop the incomplete batch (`dataset.batch(n, drop_remainder=True)`)."
    )
