"""A batch of real data, as the training step passes it on."""

from typing import Any, NamedTuple

import keras
from keras import ops


class Batch(NamedTuple):
    """Real images and, where the model is conditional, their labels.

    Attributes:
        images: Float32 tensor `(batch, ...)`.
        labels: Int32 tensor `(batch,)`, or None.
    """

    images: Any
    labels: Any = None


def unpack(data, num_classes) -> Batch:
    """Batch of what `fit` hands to a step.

    Args:
        data: Images, `(images, labels)`, or a dict with `"images"` and
            `"labels"`, alone or in the tuple that Keras makes of it.
        num_classes: Number of classes, or None, in which case labels that come
            with the data are left aside.

    Raises:
        ValueError: If the model is conditional and there are no labels.
    """
    images, labels, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
    if sample_weight is not None:
        raise ValueError(
            "`GAN` does not weigh samples. Received: data with three parts, "
            "of which the third is `sample_weight`. Leave it out."
        )
    if isinstance(images, dict):
        images, labels = images["images"], images.get("labels", labels)
    images = ops.cast(images, "float32")
    if num_classes is None:
        return Batch(images)
    if labels is None:
        raise ValueError(
            f"A GAN with `num_classes={num_classes}` needs labels. Received: "
            "images alone. Call `fit(images, labels)` or use a data set of "
            "`(images, labels)`."
        )
    return Batch(images, ops.reshape(ops.cast(labels, "int32"), (-1,)))


def split(batch, parts: int) -> list:
    """Cuts a batch into equal parts, one for each discriminator update."""
    if parts == 1:
        return [batch]
    size = batch.images.shape[0]
    if size is not None and size % parts:
        raise ValueError(indivisible(size, parts))
    images = _deal(batch.images, parts)
    if batch.labels is None:
        return [Batch(part) for part in images]
    labels = _deal(batch.labels, parts)
    return [Batch(*pair) for pair in zip(images, labels, strict=True)]


def _deal(values, parts):
    # Every k-th row, not k-th blocks of rows: then a part is the same images
    # whether a batch lies on one device or is spread over several.
    shape = tuple(values.shape[1:])
    rows = ops.reshape(values, (-1, parts, *shape))
    return [rows[:, part] for part in range(parts)]


def indivisible(size: int, parts: int) -> str:
    """What to say of a batch that cannot be cut."""
    return (
        "`discriminator_steps` must divide the size of each batch, the last "
        f"one included. Received: discriminator_steps={parts} and a batch of "
        f"{size}. Choose a batch size that is a multiple of {parts}, or "
        "drop the incomplete batch (`dataset.batch(n, drop_remainder=True)`)."
    )
