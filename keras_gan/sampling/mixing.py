"""Chooses which images of a batch to replace, and what to generate."""

from typing import Any, NamedTuple

from keras import ops

Tensor = Any


class Draws(NamedTuple):
    """The uniform draws from [0, 1) for a mix.

    Attributes:
        number: Scalar, to round the number of generated images.
        targets: Scalar, to round the number of images wanted of each class.
        images: `(batch,)`, to order the images.
        classes: `(num_classes,)`, to order the classes, or `None`.
    """

    number: Tensor
    targets: Tensor
    images: Tensor
    classes: Tensor | None = None


class Mix(NamedTuple):
    """What to generate for a batch.

    Attributes:
        places: Int32 `(slots,)`, the index of the image replaced by each slot.
        used: Boolean `(slots,)`, whether a slot is used; the last one may not
            be.
        labels: Int32 `(slots,)`, the classes to generate, or `None`.
    """

    places: Tensor
    used: Tensor
    labels: Tensor | None


def slots(fraction: float, batch_size: Any, draw: Tensor) -> tuple:
    """Returns how many images to generate, at most and this time.

    The mean is `fraction` even if that is not a whole number of images.

    Args:
        fraction: Generated images for each image of the batch.
        batch_size: Images in the batch, an integer or a tensor.
        draw: Scalar from [0, 1).

    Returns:
        `(number of slots, boolean tensor of those in use)`.
    """
    if isinstance(batch_size, int):
        exact = ops.convert_to_tensor(fraction * batch_size, "float32")
        # With tolerance: 0.1 * 30 is slightly more than 3.
        number = -int(-(fraction * batch_size - 1e-6) // 1)
    else:
        exact = fraction * ops.cast(batch_size, "float32")
        number = ops.cast(ops.ceil(exact - 1e-5), "int32")
    used = ops.floor(exact + draw + 1e-5)
    return number, ops.cast(ops.arange(number), "float32") < used


def unbalanced(
    classes: Tensor | None, fraction: float, batch_size: Any, draws: Draws
) -> Mix:
    """A mix that keeps the classes as they are.

    Random images are replaced by generated images of the same class.

    Args:
        classes: Int32 `(batch,)`, or `None`.
        fraction: Generated images for each image of the batch.
        batch_size: Images in the batch.
        draws: `Draws`.
    """
    number, used = slots(fraction, batch_size, draws.number)
    places = ops.cast(ops.argsort(draws.images)[:number], "int32")
    labels = None if classes is None else ops.take(classes, places, axis=0)
    return Mix(places, used, labels)


def balanced_by_replacing(
    classes: Tensor,
    wanted: Tensor,
    fraction: float,
    batch_size: Any,
    draws: Draws,
) -> Mix:
    """A mix as close to the shares as possible, by replacing images.

    Images of overrepresented classes are replaced first, and images of rare
    classes stay. Then the classes that lack the most images are filled up.

    Args:
        classes: Int32 `(batch,)`.
        wanted: Float `(num_classes,)`, images wanted of each class.
        fraction: Share of images that are replaced.
        batch_size: Images in the batch.
        draws: `Draws`.
    """
    number, used = slots(fraction, batch_size, draws.number)
    wanted = _whole(wanted, draws.targets)
    # 0 for the first image of a class in random order, 1 for the next ...
    same = classes[:, None] == classes[None, :]
    before = draws.images[None, :] < draws.images[:, None]
    ranks = ops.sum(ops.cast(same & before, "float32"), axis=1)
    surplus = ranks - ops.take(wanted, classes, axis=0) + draws.images
    places = ops.cast(ops.argsort(-surplus)[:number], "int32")
    gone = ops.cast(used, "float32")[:, None]
    rows = ops.one_hot(classes, ops.shape(wanted)[0])
    kept = ops.sum(rows, axis=0) - ops.sum(
        ops.take(rows, places, axis=0) * gone, axis=0
    )
    return Mix(places, used, _fill(wanted, kept, number, draws.classes))


def surplus_of_one(classes: Tensor, wanted: Tensor) -> Tensor:
    """How much the class of a single image is overrepresented, float `(1,)`.

    Args:
        classes: Int32 `(1,)`.
        wanted: Float `(num_classes,)`, images wanted of each class.
    """
    return 1 - ops.take(wanted, classes, axis=0)


def balanced_one(
    classes: Tensor, wanted: Tensor, used: Tensor, draws: Draws
) -> Mix:
    """A mix for a single image, once it is known whether to replace it.

    Args:
        classes: Int32 `(1,)`.
        wanted: Float `(num_classes,)`, images wanted of each class.
        used: Boolean `(1,)`, whether to replace the image.
        draws: `Draws`.
    """
    kept = ops.one_hot(classes, ops.shape(wanted)[0])[0]
    kept = kept * ops.cast(~used, "float32")
    labels = _fill(wanted, kept, 1, draws.classes)
    return Mix(ops.zeros((1,), "int32"), used, labels)


def balanced_by_appending(
    rows: Tensor,
    wanted: Tensor,
    fraction: float,
    batch_size: Any,
    draws: Draws,
) -> Mix:
    """A mix as close to the shares as possible, by appending images.

    Args:
        rows: Float `(batch, num_classes)`, the share of each class in an image.
        wanted: Float `(num_classes,)`, images wanted of each class, including
            those of the batch.
        fraction: Generated images for each image of the batch.
        batch_size: Images in the batch.
        draws: `Draws`.
    """
    number, used = slots(fraction, batch_size, draws.number)
    wanted = _whole(wanted, draws.targets)
    labels = _fill(wanted, ops.sum(rows, axis=0), number, draws.classes)
    return Mix(ops.zeros((number,), "int32"), used, labels)


def _whole(wanted, draw):
    """Rounds to integers without changing the mean, of the sum either."""
    ends = ops.floor(ops.cumsum(wanted) + draw + 1e-4)
    return ops.concatenate([ends[:1], ends[1:] - ends[:-1]])


def _fill(wanted, there, number, order):
    """The class of each slot: always the one that lacks the most images."""
    missing = wanted - there + order
    # Classes with share 0 come last.
    missing = ops.where(wanted > 0, missing, missing - 1e6)
    steps = ops.cast(ops.arange(number), "float32")
    levels = ops.reshape(missing[:, None] - steps[None, :], (-1,))
    chosen = ops.argsort(-levels)[:number]
    return ops.cast(chosen, "int32") // ops.maximum(number, 1)
